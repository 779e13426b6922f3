"""The queue as a list model over the review's entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.widgets.plain_text import as_tooltip
from segrefine_gui.storage.base import QueueEntry

ENTRY_ROLE = Qt.ItemDataRole.UserRole
"""The `QueueEntry` of a row."""

IMAGE_NAME_ROLE = Qt.ItemDataRole.UserRole + 1
"""The name of its image."""

NOTE_ROLE = Qt.ItemDataRole.UserRole + 2
"""The note on it, empty where there is none."""

RISK_ROLE = Qt.ItemDataRole.UserRole + 3
"""The risk of its refinement, 0..1; None where it is not known or not to be told."""

_Index = QModelIndex | QPersistentModelIndex


class QueueModel(QAbstractListModel):
    """One row an instance; reads the entries where they are, so huge queues cost nothing."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[QueueEntry] = []
        self._image_name: Callable[[int], str] = lambda _: ""
        self._note_of: Callable[[int], str] = lambda _: ""
        self._hides_risk = False

    def set_hides_risk(self, hides: bool) -> None:
        """Tell no risks, or tell them again."""
        self._hides_risk = hides
        self.all_changed()

    def set_note_source(self, note_of: Callable[[int], str]) -> None:
        """Tell what gives the note on an instance by its id."""
        self._note_of = note_of

    def set_entries(self, entries: Sequence[QueueEntry], image_name: Callable[[int], str]) -> None:
        """Show another queue.

        Args:
            entries: the rows; kept, not copied: tell `row_changed` when one is replaced.
            image_name: gives the name of an image by its id.
        """
        same = entries == self._entries
        if not same:
            self.beginResetModel()
        # Also when the rows are the same: changed ones will be found in this list.
        self._entries = entries
        self._image_name = image_name
        if not same:
            self.endResetModel()

    def entry(self, row: int) -> QueueEntry:
        """The entry of a row."""
        return self._entries[row]

    def row_changed(self, row: int) -> None:
        """Show a row anew."""
        index = self.index(row)
        self.dataChanged.emit(index, index)

    def all_changed(self) -> None:
        """Show every row anew."""
        self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of instances."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The entry and image name for the delegate; a sentence for screen readers."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == IMAGE_NAME_ROLE:
            return self._image_name(entry.image_id)
        if role == NOTE_ROLE:
            return self._note_of(entry.instance_id)
        if role == RISK_ROLE:
            return None if self._hides_risk else entry.risk
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            name = self._image_name(entry.image_id)
            state = decision_name(entry.decision)
            note, risk = self._note_of(entry.instance_id), risk_words(self.data(index, RISK_ROLE))
            draft = draft_words() if entry.is_drafted else ""
            parts = (f"{entry.category} {entry.source_id}", name, state, draft, risk, note)
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            note = self._note_of(entry.instance_id)
            draft = draft_words() if entry.is_drafted else ""
            words = ", ".join(part for part in (draft, note) if part)
            return as_tooltip(words or self._image_name(entry.image_id))
        return None


def draft_words() -> str:
    """What it is called that an edit was begun and not applied."""
    return QCoreApplication.translate("queue", "draft of an edit")


def risk_words(risk: object) -> str:
    """What a risk of 0..1 is called on the screen; nothing for None."""
    if not isinstance(risk, float):
        return ""
    return QCoreApplication.translate("queue", "risk {:.2f}").format(risk)


def decision_name(decision: Decision) -> str:
    """What a decision is called on the screen."""
    texts = {
        Decision.PENDING: QCoreApplication.translate("decisions", "Pending"),
        Decision.REFINED: QCoreApplication.translate("decisions", "Refined"),
        Decision.COARSE: QCoreApplication.translate("decisions", "Coarse"),
        Decision.EDITED: QCoreApplication.translate("decisions", "Edited"),
        Decision.DROPPED: QCoreApplication.translate("decisions", "Dropped"),
    }
    return texts[decision]
