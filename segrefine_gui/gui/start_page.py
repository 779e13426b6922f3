"""What the window shows while no project is open: ways to begin, and recent projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import muted_label, section_label, set_role, title_label
from segrefine_gui.gui.way_button import WayButton

_WIDTH = 880
_MARGIN = 32
_COLUMN_GAP = 32

_ACTIONS_OF_WAYS = ("open_images", "import_masks", "open_project")
"""The ways in that are actions too, in the order of the page."""


class StartPage(QWidget):
    """Ways to begin; it says what the person meant and does nothing itself."""

    open_images_requested = Signal()
    import_masks_requested = Signal()
    open_project_requested = Signal()
    samples_requested = Signal()
    recent_requested = Signal(object)
    """A recent project, as a `Path`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ways = self._make_ways()
        self.recent: list[WayButton] = []
        self._recent_column = QVBoxLayout()
        self._recent_column.setSpacing(2)
        self._drop_area = QFrame()
        self._drop_text = QLabel()

        page = QWidget()
        page.setMaximumWidth(_WIDTH)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(0)
        layout.addStretch(2)
        layout.addLayout(self._heading())
        layout.addSpacing(28)
        layout.addLayout(self._columns())
        layout.addSpacing(28)
        layout.addWidget(self._filled_drop_area())
        layout.addStretch(3)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addWidget(page, 100)
        outer.addStretch(1)
        self.set_recent(())
        self.set_drop_active(False)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """List recent projects, newest first; whether they are there is not looked at."""
        while (item := self._recent_column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.recent = [self._recent_button(path) for path in paths]
        for button in self.recent:
            self._recent_column.addWidget(button)
        if not paths:
            self._recent_column.addWidget(
                muted_label(self.tr("The projects that you open will be listed here."))
            )
        self._recent_column.addStretch(1)

    def show_keys(self, key_text: Callable[[str], str]) -> None:
        """Show the keys of the ways in.

        Args:
            key_text: the first key of an action by its id, empty for none.
        """
        for way, action_id in zip(self.ways, _ACTIONS_OF_WAYS, strict=False):
            way.show_keys(key_text(action_id))

    def set_drop_active(self, active: bool) -> None:
        """Show whether letting go now would open what is being dragged."""
        set_role(self._drop_area, "drop-active" if active else "drop")
        set_role(self._drop_text, "section" if active else "muted")
        self._drop_text.setText(
            self.tr("Let go to open")
            if active
            else self.tr("Or drop images, a folder, masks or a project here")
        )

    def _make_ways(self) -> list[WayButton]:
        ways = []
        for icon_name, title, text, signal in (
            (
                "images",
                self.tr("Open images…"),
                self.tr("Make coarse masks, then refine them"),
                self.open_images_requested,
            ),
            (
                "import",
                self.tr("Import masks…"),
                self.tr("Begin with masks that you have already"),
                self.import_masks_requested,
            ),
            (
                "open-folder",
                self.tr("Open project…"),
                self.tr("Go on where you left off"),
                self.open_project_requested,
            ),
            (
                "samples",
                self.tr("Try the samples"),
                self.tr("A few photos with coarse masks"),
                self.samples_requested,
            ),
        ):
            way = WayButton(icon_name, title, text)
            way.clicked.connect(signal)
            ways.append(way)
        return ways

    def _recent_button(self, path: Path) -> WayButton:
        button = WayButton("project", path.stem, _under_home(path.parent), quiet=True)
        button.setToolTip(str(path))
        button.clicked.connect(lambda: self.recent_requested.emit(path))
        return button

    def _heading(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title_label("SegRefine", 2.2))
        words.addWidget(muted_label(self.tr("Turn coarse masks into masks you trust.")))
        heading = QHBoxLayout()
        heading.setSpacing(18)
        heading.addWidget(IconLabel("app", 64))
        heading.addLayout(words, 1)
        return heading

    def _columns(self) -> QHBoxLayout:
        ways = QVBoxLayout()
        ways.setSpacing(8)
        ways.addWidget(section_label(self.tr("Start")))
        for way in self.ways:
            ways.addWidget(way)
        ways.addStretch(1)
        recent = QVBoxLayout()
        recent.setSpacing(8)
        recent.addWidget(section_label(self.tr("Recent projects")))
        recent.addLayout(self._recent_column, 1)
        columns = QHBoxLayout()
        columns.setSpacing(_COLUMN_GAP)
        columns.addLayout(ways, 3)
        columns.addLayout(recent, 2)
        return columns

    def _filled_drop_area(self) -> QFrame:
        layout = QHBoxLayout(self._drop_area)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(IconLabel("import", 22))
        layout.addWidget(self._drop_text, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        return self._drop_area


def _under_home(folder: Path) -> str:
    """A folder as people write it, with "~" for their home."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
