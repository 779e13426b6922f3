"""Fields for files and folders: one path, or a list of them. Both take drops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.icons import icon
from segrefine_gui.storage.image_io import IMAGE_SUFFIXES

_LIST_HEIGHT = 140


def dropped_paths(mime: QMimeData) -> list[Path]:
    """The local files and folders among what is dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class PathField(QWidget):
    """A text field for one path, with buttons that ask for it.

    Args:
        file_filter: a `QFileDialog` name filter; None where no file may be chosen.
        folders: whether a folder may be chosen.
        placeholder: shown while empty.
    """

    changed = Signal()

    def __init__(
        self, file_filter: str | None = None, folders: bool = False, placeholder: str = ""
    ) -> None:
        super().__init__()
        self._filter = file_filter
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(placeholder)
        self.edit.setClearButtonEnabled(True)
        self.edit.textChanged.connect(self.changed)
        self.edit.editingFinished.connect(self._finish)
        self.setFocusProxy(self.edit)
        self.setAcceptDrops(True)
        self.edit.setAcceptDrops(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.edit, 1)
        if file_filter is not None:
            layout.addWidget(_button(self.tr("File…"), self._ask_file))
        if folders:
            layout.addWidget(_button(self.tr("Folder…"), self._ask_folder))

    def path(self) -> Path | None:
        """The path typed or chosen, None while empty."""
        text = self.edit.text().strip()
        return Path(text).expanduser() if text else None

    @property
    def is_being_typed(self) -> bool:
        """Whether a person types and is not through: what is there may be only a beginning."""
        return self.edit.isModified()

    def set_path(self, path: Path | None) -> None:
        """Show a path."""
        self.edit.setText("" if path is None else str(path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file or folder."""
        if len(dropped_paths(event.mimeData())) == 1:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show what was dropped."""
        self.set_path(dropped_paths(event.mimeData())[0])
        event.acceptProposedAction()

    def _finish(self) -> None:
        if self.edit.isModified():
            self.edit.setModified(False)
            self.changed.emit()

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.edit.accessibleName(), self.edit.text(), self._filter or ""
        )
        if name:
            self.set_path(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.edit.accessibleName(), self.edit.text())
        if name:
            self.set_path(Path(name))


class PathList(QWidget):
    """A list of image files and folders that can be added to and taken from.

    Args:
        paths: to begin with; whether they are there is looked at once, when they are added.
    """

    changed = Signal()

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        super().__init__()
        self.list = _EmptyHintList(self.tr("Drop images or folders here, or add them."))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setUniformItemSizes(True)
        self.list.itemSelectionChanged.connect(self._show_removable)
        self.setFocusProxy(self.list)
        self.setAcceptDrops(True)
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Delete),
            self.list,
            self.remove_selected,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        self.remove_button = _button(self.tr("Remove"), self.remove_selected)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(_button(self.tr("Add &files…"), self._ask_files))
        buttons.addWidget(_button(self.tr("Add fol&der…"), self._ask_folder))
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.add(paths)
        self._show_removable()

    def paths(self) -> tuple[Path, ...]:
        """The paths in the list, in their order."""
        return tuple(item.path for item in self._items())

    def problem(self) -> str:
        """One sentence on the first path that is not there; empty when all are."""
        missing = next((item.path for item in self._items() if item.missing), None)
        if missing is None:
            return ""
        return self.tr("There is no file or folder {}.").format(missing)

    def add(self, paths: Sequence[Path]) -> None:
        """Add paths that are not in the list yet."""
        known = set(self.paths())
        for path in dict.fromkeys(paths):
            if path not in known:
                self.list.addItem(_PathItem(path))
        self.changed.emit()

    def remove_selected(self) -> None:
        """Take the selected paths from the list; their files stay."""
        for item in self.list.selectedItems():
            self.list.takeItem(self.list.row(item))
        self.changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add what was dropped."""
        self.add(dropped_paths(event.mimeData()))
        event.acceptProposedAction()

    def _items(self) -> Iterator[_PathItem]:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if isinstance(item, _PathItem):
                yield item

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Images"), "", self.tr("Images ({})").format(_image_patterns())
        )
        self.add([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder of images"))
        if name:
            self.add([Path(name)])

    def _show_removable(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))


class _PathItem(QListWidgetItem):
    """A file or folder in the list, with a warning sign where it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        is_folder = path.is_dir()
        self.missing = not is_folder and not path.exists()
        sign = "warning" if self.missing else "open-folder" if is_folder else "images"
        super().__init__(icon(sign), str(path))
        self.setToolTip(str(path))


class _EmptyHintList(QListWidget):
    """A list that says how to fill it while it is empty."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._hint = hint

    def sizeHint(self) -> QSize:
        """Room for a handful of lines; more scroll."""
        return QSize(super().sizeHint().width(), _LIST_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(super().minimumSizeHint().width(), _LIST_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines, or the hint where there is none."""
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            area = self.viewport().rect().adjusted(12, 12, -12, -12)
            painter.drawText(area, int(flags), self._hint)


def _image_patterns() -> str:
    return " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))


def _button(text: str, action: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: action())
    return button
