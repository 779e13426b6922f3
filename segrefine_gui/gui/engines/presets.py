"""What a dialog may keep of its choices, and how choices become options for an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineOptions


class Presets(Protocol):
    """Engines of one kind with their options, kept in the open project."""

    def all(self) -> Mapping[str, EngineSetup]:
        """Those that were kept, by name."""
        ...

    def keep(self, name: str, setup: EngineSetup) -> None:
        """Keep one under a name, in place of one of that name."""
        ...

    def forget(self, name: str) -> None:
        """Forget what was kept under a name."""
        ...

    def last(self) -> Sequence[EngineSetup]:
        """What was run last, the main one first; empty before anything was."""
        ...

    def remember(self, setups: Sequence[EngineSetup]) -> None:
        """Take note of what is run now."""
        ...


def options_of(setup: EngineSetup, weights_folder: Path) -> EngineOptions:
    """The options of a kept choice; files in it are never trusted, that is asked each time."""
    return EngineOptions(
        weights_folder,
        setup.device,
        setup.model or None,
        Path(setup.weights) if setup.weights else None,
        setup.score_threshold,
        setup.parameters,
    )


def setup_of(engine: str, options: EngineOptions) -> EngineSetup:
    """A choice as a project keeps it."""
    return EngineSetup(
        engine,
        options.device,
        options.model or "",
        "" if options.weights is None else str(options.weights),
        options.score_threshold,
        {name: _plain(value) for name, value in options.parameters.items()},
    )


def of_engine(setup: EngineSetup, engine: str) -> EngineSetup:
    """Another engine on the same device, with its own defaults for all else."""
    return replace(EngineSetup(engine), device=setup.device)


def _plain(value: object) -> object:
    """A value as JSON has it, so that a choice is the same before and after it was kept."""
    return list(value) if isinstance(value, tuple) else value
