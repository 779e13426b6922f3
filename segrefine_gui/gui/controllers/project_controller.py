"""Which project is open: making, opening and closing it, and remembering the recent ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.errors import SegRefineError
from segrefine_gui.engines.base import EngineKind
from segrefine_gui.gui.controllers.project_presets import ProjectPresets
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.services.arrange import Arrangement
from segrefine_gui.services.review import Review
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage.base import ProjectStore


class ProjectController(QObject):
    """Owns the window's own store on the open project; jobs open theirs on its path."""

    opened = Signal(object)
    """The project's path."""

    closed = Signal()

    failed = Signal(str, str)
    """One sentence for the person, and its detail."""

    def __init__(
        self,
        tools: Tools,
        preferences: Preferences,
        review: ReviewController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tools = tools
        self._preferences = preferences
        self._review = review
        self._store: ProjectStore | None = None

    @property
    def path(self) -> Path | None:
        """The open project's file, None while none is open."""
        return None if self._store is None else self._store.path

    def presets(self, kind: EngineKind) -> ProjectPresets | None:
        """What the open project keeps of choices of engines; None while none is open."""
        if self._store is None:
            return None
        return ProjectPresets(self._store, kind, self.failed.emit)

    def last_export(self) -> Mapping[str, object]:
        """What was chosen at the last export of the open project; empty before any."""
        try:
            return {} if self._store is None else self._store.last_export()
        except SegRefineError as error:
            self.failed.emit(error.sentence, error.detail)
            return {}

    def remember_export(self, values: Mapping[str, object]) -> None:
        """Take note of what is exported now."""
        try:
            if self._store is not None:
                self._store.set_last_export(values)
        except SegRefineError as error:
            self.failed.emit(error.sentence, error.detail)

    def categories(self) -> Sequence[str]:
        """Names of the open project's categories; none when they cannot be read."""
        try:
            return [] if self._store is None else [each.name for each in self._store.categories()]
        except SegRefineError as error:
            self.failed.emit(error.sentence, error.detail)
            return []

    def open(self, path: Path) -> bool:
        """Open a project that exists, where its review was left; says whether that worked."""
        return self._open(self._tools.open_project, path)

    def open_or_make(self, path: Path) -> bool:
        """The same, and make the project where there is none."""
        return self._open(self._tools.make_project, path)

    def close(self) -> None:
        """Close the project; everything decided is on disk already."""
        if self._store is None:
            return
        self._review.close()
        self._store.close()
        self._store = None
        self.closed.emit()

    def _open(self, opening: Callable[[Path], ProjectStore], path: Path) -> bool:
        try:
            store = opening(path)
        except SegRefineError as error:
            self.failed.emit(error.sentence, error.detail)
            return False
        try:
            review = Review(store, self._preferences.settings.reviewer, order=self._order())
        except SegRefineError as error:
            store.close()
            self.failed.emit(error.sentence, error.detail)
            return False
        self.close()
        self._store = store
        self._preferences.add_recent(store.path)
        self.opened.emit(store.path)
        self._review.open(review)
        return True

    def _order(self) -> Arrangement | None:
        """The order of the queue that the person chose last, None before they chose any."""
        order = self._preferences.settings.order
        return Arrangement.from_json(order) if order else None
