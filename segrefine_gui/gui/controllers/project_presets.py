"""The presets of the open project, as its dialogs see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.engines.base import EngineKind
from segrefine_gui.storage.base import ProjectStore


class ProjectPresets:
    """Engines of one kind with their options in a project; see `gui.engines.presets.Presets`.

    Args:
        store: the window's own, on the open project.
        kind: of the engines.
        failed: called with one sentence and its detail when the project cannot serve.
    """

    def __init__(
        self, store: ProjectStore, kind: EngineKind, failed: Callable[[str, str], None]
    ) -> None:
        self._store = store
        self._kind = kind
        self._failed = failed

    def all(self) -> Mapping[str, EngineSetup]:
        """Those that were kept, by name."""
        try:
            return self._store.presets(self._kind)
        except SegRefineError as error:
            self._failed(error.sentence, error.detail)
            return {}

    def keep(self, name: str, setup: EngineSetup) -> None:
        """Keep one under a name, in place of one of that name."""
        with self._told():
            self._store.set_preset(self._kind, name, setup)

    def forget(self, name: str) -> None:
        """Forget what was kept under a name."""
        with self._told():
            self._store.set_preset(self._kind, name, None)

    def last(self) -> Sequence[EngineSetup]:
        """What was run last, the main one first; empty before anything was."""
        try:
            return self._store.last_setups(self._kind)
        except SegRefineError as error:
            self._failed(error.sentence, error.detail)
            return ()

    def remember(self, setups: Sequence[EngineSetup]) -> None:
        """Take note of what is run now."""
        with self._told():
            self._store.set_last_setups(self._kind, setups)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SegRefineError as error:
            self._failed(error.sentence, error.detail)
