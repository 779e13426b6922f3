"""Fields for files and folders: one path, or a list of them. Both take drops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
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

IMAGE_PATTERNS = "*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.webp"


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
        self.setFocusProxy(self.edit)
        self.setAcceptDrops(True)
        self.edit.setAcceptDrops(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit, 1)
        if file_filter is not None:
            layout.addWidget(_button(self.tr("File…"), self._ask_file))
        if folders:
            layout.addWidget(_button(self.tr("Folder…"), self._ask_folder))

    def path(self) -> Path | None:
        """The path typed or chosen, None while empty."""
        text = self.edit.text().strip()
        return Path(text).expanduser() if text else None

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

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.edit.accessibleName(), self.edit.text(), self._filter or ""
        )
        if name:
            self.set_path(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(
            self, self.edit.accessibleName(), self.edit.text()
        )
        if name:
            self.set_path(Path(name))


class PathList(QWidget):
    """A list of image files and folders that can be added to and taken from."""

    changed = Signal()

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        super().__init__()
        self.list = QListWidget()
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
        self._remove = _button(self.tr("Remove"), self.remove_selected)
        buttons = QVBoxLayout()
        buttons.addWidget(_button(self.tr("Add f&iles…"), self._ask_files))
        buttons.addWidget(_button(self.tr("Add f&older…"), self._ask_folder))
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.add(paths)
        self._show_removable()

    def paths(self) -> tuple[Path, ...]:
        """The paths in the list, in their order."""
        return tuple(
            self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())
        )

    def add(self, paths: Sequence[Path]) -> None:
        """Add paths that are not in the list yet."""
        known = set(self.paths())
        for path in dict.fromkeys(paths):
            if path in known:
                continue
            item = QListWidgetItem(icon("open-folder" if path.is_dir() else "images"), str(path))
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setToolTip(str(path))
            self.list.addItem(item)
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

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Images"), "", self.tr("Images ({})").format(IMAGE_PATTERNS)
        )
        self.add([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder of images"))
        if name:
            self.add([Path(name)])

    def _show_removable(self) -> None:
        self._remove.setEnabled(bool(self.list.selectedItems()))


def missing_path(paths: Sequence[Path]) -> Path | None:
    """The first of some paths that is not there, None when all are."""
    return next((path for path in paths if not path.exists()), None)


def _button(text: str, action: object) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: action())  # type: ignore[operator]
    return button
