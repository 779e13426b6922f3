"""SAM 2: points, boxes and strokes in, masks out.

Ravi et al.: SAM 2: Segment Anything in Images and Videos, 2024 (https://arxiv.org/abs/2408.00714),
by the classes of transformers, with the weights that its makers publish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, EngineError
from segrefine_gui.domain.prompts import Prompt
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import (
    Answer,
    Embedding,
    EngineKind,
    EngineOptions,
    EngineStatus,
    RgbImage,
)
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter
from segrefine_gui.engines.sam2.configuration import published, read_configuration
from segrefine_gui.engines.sam2.network import build_network
from segrefine_gui.engines.sam2.queries import Query, queries_of
from segrefine_gui.engines.schedule.backoff import is_out_of_memory, release_memory
from segrefine_gui.engines.weights import files as weights

INSTALL = 'pip install "segrefine-gui[prompts]"'

CONFIGURATION_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"
"""What a folder of a model holds, as `save_pretrained` writes it and its makers publish it."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the channels over ImageNet; what SAM 2's images are brought to."""

_NOTHING = -6.23
"""Logits up to this are probabilities that a soft mask holds as 0."""

_MASK_SCALE, _MASK_BIAS = 20.0, -10.0
"""SAM 2 turns masks of 0 and 1 into the logits that it wants with these numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Sam2Embedding:
    """See `base.Embedding`.

    Attributes:
        features: float (1, channels, rows, columns) each, the finest first, on the device.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    features: Sequence[Any]
    height: int
    width: int

    @property
    def nbytes(self) -> int:
        """See `base.Embedding`."""
        return sum(each.numel() * each.element_size() for each in self.features)


class Sam2Interactor:
    """An interactor around a loaded network.

    Args:
        network: a `Sam2Model` on its device, ready for inference.
        run: how it was set up.
    """

    def __init__(self, network: Any, run: EngineRun) -> None:
        self.run = run
        self._network = network
        self._side = int(network.prompt_encoder.input_image_size)
        self._mask_side = tuple(network.prompt_encoder.mask_input_size)

    def embed(self, image: RgbImage, cancel: CancelToken) -> Sam2Embedding:
        """See `base.Interactor.embed`."""
        import torch

        cancel.raise_if_cancelled()
        height, width = image.shape[:2]
        try:
            with torch.inference_mode():
                features = self._network.get_image_embeddings(self._pixels(image))
        except Exception as error:
            raise self._error("this image", error) from error
        return Sam2Embedding(tuple(features), height, width)

    def predict(self, embedding: Embedding, prompt: Prompt, cancel: CancelToken) -> list[Answer]:
        """See `base.Interactor.predict`.

        A single point may mean a thing or a part of it, so it gets the network's three masks for
        that. Anything more means one thing: its mask for that comes first, then those three.
        Things in boxes of their own are asked for one by one and put together.
        """
        import torch

        assert isinstance(embedding, Sam2Embedding)
        queries = queries_of(prompt)
        try:
            with torch.inference_mode():
                dense = self._dense(prompt)
                found = []
                for query in queries:
                    cancel.raise_if_cancelled()
                    found.append(self._ask(embedding, query, dense))
                return self._answers(found, embedding, cancel)
        except Cancelled:
            raise
        except Exception as error:
            raise self._error("this prompt", error) from error

    def close(self) -> None:
        """Let go of the network, and give its memory on a GPU back to others."""
        del self._network
        release_memory()

    def _pixels(self, image: RgbImage) -> Any:
        """The image as the network wants it: float (1, 3, side, side); squeezed, not padded."""
        import torch
        from torch.nn.functional import interpolate

        channels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
        size = (self._side, self._side)
        # In bytes, so that a large photo is never held as floats.
        small = interpolate(channels, size, mode="bilinear", antialias=True)
        mean, deviation = (torch.tensor(each).view(3, 1, 1) for each in (_MEAN, _DEVIATION))
        return ((small / 255 - mean) / deviation).to(self.run.device)

    def _dense(self, prompt: Prompt) -> Any:
        """The mask to correct as the network wants it: float (1, 1, rows, columns)."""
        import torch
        from torch.nn.functional import interpolate

        if prompt.mask is None or not prompt.mask.any():
            return None
        mask = torch.from_numpy(np.ascontiguousarray(prompt.mask, dtype=np.uint8) * 255)
        small = interpolate(mask[None, None], self._mask_side, mode="bilinear", antialias=True)
        return (small / 255 * _MASK_SCALE + _MASK_BIAS).to(self.run.device)

    def _ask(self, embedding: Sam2Embedding, query: Query, dense: Any) -> list[tuple[float, Any]]:
        """Scores and logits (rows, columns) of one query, the best first, none of them twice."""
        import torch

        device = self.run.device
        inputs: dict[str, Any] = {"image_embeddings": list(embedding.features)}
        scale = np.array([self._side / embedding.width, self._side / embedding.height])
        if query.points:
            # The network adds half a pixel: it counts them, where we measure.
            places = np.array(query.points) * scale - 0.5
            inputs["input_points"] = torch.tensor(places, dtype=torch.float32, device=device)[
                None, None
            ]
            inputs["input_labels"] = torch.tensor(query.labels, device=device)[None, None]
        if query.box is not None:
            corners = np.array(query.box, dtype=float).reshape(2, 2) * scale - 0.5
            inputs["input_boxes"] = torch.tensor(
                corners.reshape(1, 1, 4), dtype=torch.float32, device=device
            )
        if dense is not None:
            inputs["input_masks"] = dense
        is_ambiguous = len(query.points) == 1 and query.box is None and dense is None
        found: list[tuple[float, Any]] = []
        for several in (True,) if is_ambiguous else (False, True):
            answer = self._network(**inputs, multimask_output=several)
            masks = zip(answer.iou_scores[0, 0].tolist(), answer.pred_masks[0, 0], strict=True)
            for score, logits in sorted(masks, key=lambda each: -each[0]):
                if not any(torch.equal(logits, known) for _, known in found):
                    found.append((min(max(score, 0.0), 1.0), logits))
        return found

    def _answers(
        self,
        found: Sequence[list[tuple[float, Any]]],
        embedding: Sam2Embedding,
        cancel: CancelToken,
    ) -> list[Answer]:
        import torch

        answers = []
        for rank in range(max(map(len, found))):
            cancel.raise_if_cancelled()
            parts = [each[min(rank, len(each) - 1)] for each in found]
            logits = torch.stack([logits for _, logits in parts]).amax(dim=0)
            score = min(score for score, _ in parts)
            answers.append(Answer(_soft(logits, embedding.height, embedding.width), score))
        return answers

    def _error(self, what: str, error: Exception) -> EngineError:
        detail = f"{type(error).__name__}: {error}"
        if not is_out_of_memory(error):
            return EngineError(f"SAM 2 failed on {what}.", detail)
        release_memory()
        where = "memory" if self.run.device == "cpu" else "GPU memory"
        return EngineError(f"SAM 2 ran out of {where}: close what else uses it.", detail)


def _soft(logits: Any, height: int, width: int) -> SoftMask:
    """Logits (rows, columns) as a soft mask of the image, cut to where there is anything.

    They are made larger as by `interpolate(..., mode="bilinear")`, row by row and column by column
    and in that part alone: of a large photo most is nothing.
    """
    down, across = (_growing(*sides) for sides in zip(logits.shape, (height, width), strict=True))
    something = (logits.float() > _NOTHING).cpu()
    rows, columns = (
        (weights[something.any(dim=axis)] > 0).any(dim=0).nonzero().flatten().tolist()
        for weights, axis in ((down, 1), (across, 0))
    )
    if not rows or not columns:
        return SoftMask(Box(0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    box = Box(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    down, across = (
        weights[:, low:high].to(logits.device)
        for weights, low, high in ((down, box.y0, box.y1), (across, box.x0, box.x1))
    )
    grown = (down.T @ logits.float()) @ across
    values = grown.sigmoid_().mul_(255).round_().byte().cpu().numpy()
    return SoftMask(box, values)


def _growing(size: int, larger: int) -> Any:
    """How much each of `size` samples counts at each of `larger`: float (size, larger)."""
    import torch
    from torch.nn.functional import interpolate

    return interpolate(torch.eye(size)[None], larger, mode="linear")[0]


class Sam2Factory:
    """Registers SAM 2."""

    name = "sam2"
    kind: EngineKind = "interactor"
    summary = "SAM 2.1, in the smallest size; others from a folder of their own"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return ()

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        version = version_of("transformers", "transformers")
        missing = [name for name in ("torch", "transformers") if not version_of(name, name)]
        if missing:
            are = "is" if len(missing) == 1 else "are"
            has_weights = weights.locate(weights.SAM2, options).is_file()
            then = "" if has_weights else f", then `segrefine weights fetch {weights.SAM2.name}`"
            return EngineStatus(
                usable=False,
                problem=f"{' and '.join(missing)} {are} not installed: run `{INSTALL}`{then}.",
                weights_found=has_weights,
            )
        if options.model is None:
            return weights.status(weights.SAM2, options, version)
        folder = _folder(options.model, options.weights_folder)
        problem, path = _folder_problem(folder), folder / WEIGHTS_FILE
        return EngineStatus(not problem, problem, version, path, path.is_file())

    def models(self, options: EngineOptions) -> list[str]:
        """See `base.models_of`: the folders of models that lie in the weights folder."""
        try:
            inside = sorted(options.weights_folder.iterdir())
        except OSError:
            return []
        return [each.name for each in inside if each.is_dir() and not _folder_problem(each)]

    def load(self, options: EngineOptions) -> Sam2Interactor:
        """See `base.EngineFactory.load`.

        `EngineOptions.model` is the folder of a model of the person's own or of another size,
        with the two files that its makers publish for transformers: its path, or its name where
        it lies in the weights folder.
        """
        status = self.status(options)
        if not status.version or (options.model is not None and not status.usable):
            raise EngineError(status.problem)
        device = choose_device(options.device)
        _check_library()
        if options.model is None:
            path, weights_hash = weights.require(weights.SAM2, options)
            configuration = published()
        else:
            folder = _folder(options.model, options.weights_folder)
            path = folder / WEIGHTS_FILE
            configuration = read_configuration(folder / CONFIGURATION_FILE)
            weights_hash = weights.file_hash(path)
        network = build_network(configuration, path)
        model = "tiny" if options.model is None else Path(options.model).name
        run = EngineRun(self.name, status.version, {"model": model}, weights_hash, device)
        return Sam2Interactor(network.to(device), run)


def _folder(model: str, weights_folder: Path) -> Path:
    """The folder that a person named; an absolute path is just that."""
    return weights_folder / Path(model).expanduser()


def _folder_problem(folder: Path) -> str:
    """One sentence on what a folder lacks to be a model; empty where it lacks nothing."""
    missing = [name for name in (CONFIGURATION_FILE, WEIGHTS_FILE) if not (folder / name).is_file()]
    if not missing:
        return ""
    return f"The folder {folder} holds no SAM 2 model: it lacks {' and '.join(missing)}."


def _check_library() -> None:
    try:
        from transformers import Sam2Model  # noqa: F401
    except (ImportError, RuntimeError) as error:  # RuntimeError: built for another torch
        raise EngineError(
            "The installed transformers has no SAM 2 or does not fit this torch: install it again "
            f"with `{INSTALL.replace('install', 'install --upgrade', 1)}`.",
            str(error),
        ) from error
