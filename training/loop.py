"""The training loop: resumable, and the same from the same seed."""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from training.loss import refiner_loss
from training.network import RefinerNetwork
from training.samples import SIDE, Batch, Scenes, to_batch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a network is trained.

    Attributes:
        seed: of the first weights and of the scenes.
        steps: weight updates of the region's part.
        edge_steps: weight updates of the edge's part, after them.
        scenes: scenes in a batch; each gives `samples.MASKS_PER_SCENE` samples.
        learning_rate: of AdamW at its highest.
        warm_up: steps over which the learning rate rises; it then falls along a cosine.
        weight_decay: of AdamW.
        averaging: share of the averaged weights kept at each step (Polyak averaging).
        checkpoint_every: steps between checkpoints.
        side: of a sample, in pixels; a multiple of 32.
        workers: processes that make scenes.
    """

    seed: int = 0
    steps: int = 1400
    edge_steps: int = 1100
    scenes: int = 8
    learning_rate: float = 2.5e-3
    warm_up: int = 200
    weight_decay: float = 1e-2
    averaging: float = 0.998
    checkpoint_every: int = 200
    side: int = SIDE
    workers: int = 1


def train(settings: TrainingSettings, checkpoint: Path, device: str = "cpu") -> RefinerNetwork:
    """Train to the end, from `checkpoint` on if it exists, writing it as it goes.

    Args:
        settings: must be those that the checkpoint was made with.
        checkpoint: file to resume from and to write.
        device: "cpu" or "cuda".

    Returns:
        The network with averaged weights, in evaluation mode, on the CPU.

    Raises:
        ValueError: the checkpoint was made with another seed or batch.
    """
    torch.manual_seed(settings.seed)
    network = RefinerNetwork().to(device, memory_format=torch.channels_last)
    averaged = copy.deepcopy(network).requires_grad_(False)
    done, optimiser_state = 0, None
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        if state["identity"] != _identity(settings):
            raise ValueError(
                f"{checkpoint} was made with {state['identity']}, not {_identity(settings)}."
            )
        network.load_state_dict(state["network"])
        averaged.load_state_dict(state["averaged"])
        done, optimiser_state = state["step"], state["optimiser"]
    if done < settings.steps:
        network.with_edge = averaged.with_edge = False
        part = _Part(network.region, 0, settings.steps)
        _train_part(settings, part, network, averaged, done, optimiser_state, checkpoint)
        done, optimiser_state = settings.steps, None
    network.with_edge = averaged.with_edge = True
    if done < settings.steps + settings.edge_steps:
        network.region.load_state_dict(averaged.region.state_dict())
        network.region.requires_grad_(False)
        part = _Part(network.edge, settings.steps, settings.edge_steps)
        _train_part(settings, part, network, averaged, done, optimiser_state, checkpoint)
    result: RefinerNetwork = averaged.cpu().eval()
    return result


@dataclass(frozen=True, slots=True)
class _Part:
    """What is trained in which steps; the rest of the network stays as it is."""

    module: nn.Module
    first: int
    steps: int


def _train_part(
    settings: TrainingSettings,
    part: _Part,
    network: RefinerNetwork,
    averaged: RefinerNetwork,
    done: int,
    optimiser_state: dict[str, Any] | None,
    checkpoint: Path,
) -> None:
    """Train one part on to its end; `done` steps lie behind, of it or of the part before."""
    device = next(network.parameters()).device
    optimiser = torch.optim.AdamW(
        part.module.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    if optimiser_state is not None and done > part.first:
        optimiser.load_state_dict(optimiser_state)
    network.eval()
    part.module.train()
    total, since, end = 0.0, time.perf_counter(), part.first + part.steps
    for step, batch in enumerate(_batches(settings, done, end, device), done):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(settings, step - part.first, part.steps)
        loss = refiner_loss(
            network(batch.inputs), batch.truth, batch.coarse, batch.distance, batch.band
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(part.module.parameters(), 1.0)
        optimiser.step()
        age = step - part.first
        _average(averaged, network, min(settings.averaging, (1 + age) / (10 + age)))
        total += loss.item()
        done = step + 1
        if done % 50 == 0:
            pace = (time.perf_counter() - since) / 50
            _log.info("step %d of %d: loss %.4f, %.2f s a step", done, end, total / 50, pace)
            total, since = 0.0, time.perf_counter()
        if done % settings.checkpoint_every == 0 or done == end:
            state = {
                "identity": _identity(settings),
                "step": done,
                "network": network.state_dict(),
                "averaged": averaged.state_dict(),
                "optimiser": optimiser.state_dict(),
            }
            unfinished = checkpoint.with_suffix(".part")
            torch.save(state, unfinished)
            unfinished.replace(checkpoint)


def _identity(settings: TrainingSettings) -> dict[str, int]:
    return {"seed": settings.seed, "scenes": settings.scenes}


def learning_rate(settings: TrainingSettings, step: int, steps: int) -> float:
    """The learning rate at a step: a linear rise, then half a cosine down to a hundredth."""
    if step < settings.warm_up:
        return settings.learning_rate * (step + 1) / settings.warm_up
    share = (step - settings.warm_up) / max(1, steps - settings.warm_up)
    return settings.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)


def _batches(
    settings: TrainingSettings, first: int, end: int, device: torch.device
) -> Iterator[Batch]:
    """The batches of the steps from `first` to before `end`."""
    count = (end - first) * settings.scenes
    scenes = Scenes(settings.seed, count, first * settings.scenes, settings.side)
    loader = DataLoader(
        scenes,
        batch_size=settings.scenes,
        num_workers=settings.workers,
        collate_fn=to_batch,
        worker_init_fn=_with_one_thread,
        prefetch_factor=4 if settings.workers else None,
        multiprocessing_context="forkserver" if settings.workers else None,
    )
    for batch in loader:
        moved: dict[str, Tensor] = {
            field.name: getattr(batch, field.name).to(device) for field in fields(batch)
        }
        yield Batch(**moved)


def _with_one_thread(worker: int) -> None:  # noqa: ARG001 - the loader gives it
    """Leave the other cores to the training and to the other workers."""
    cv2.setNumThreads(1)


def _average(averaged: nn.Module, network: nn.Module, kept: float) -> None:
    for mean, value in zip(
        averaged.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - kept)
        else:
            mean.copy_(value)
