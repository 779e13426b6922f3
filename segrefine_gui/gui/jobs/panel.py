"""The list of jobs: what runs and how it does, what waits, and what was done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.controllers.job_controller import JobEntry, JobState, JobStatus
from segrefine_gui.gui.dialogs.growing_area import WrappingContent
from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.jobs.words import pace, progress, time_left, usage
from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.gui.queue.search_field import keeps_key

WIDTH = 460
MARGIN = 16
MOST_HEIGHT = 420
STEPS = 1000
SYMBOLS = {
    JobState.WAITING: "next",
    JobState.RUNNING: "play",
    JobState.SUCCEEDED: "done",
    JobState.FAILED: "warning",
    JobState.CANCELLED: "cancel",
}
SYMBOL_SIDE = 16


class JobsPanel(QFrame):
    """A popup with one row a job; Tab goes through what can be cancelled, Escape leaves."""

    cancel_requested = Signal(int)
    """The id of a job."""

    cancel_all_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setAccessibleName(self.tr("Jobs"))
        self.setFixedWidth(WIDTH)
        self._rows: dict[int, JobRow] = {}
        self.nothing = muted_label(self.tr("No job has run since this project was opened."))
        self.cancel_all = QPushButton(self.tr("Cancel &all"))
        self.cancel_all.setProperty("role", "small")
        self.cancel_all.clicked.connect(self.cancel_all_requested)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(12)
        self._list.addStretch(1)
        content = WrappingContent()
        content.setProperty("role", "plain")
        content.setLayout(self._list)
        self._area = QScrollArea()
        self._area.setProperty("role", "plain")
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(content)
        self._area.viewport().setProperty("role", "plain")
        head = QHBoxLayout()
        head.addWidget(section_label(self.tr("Jobs")), 1)
        head.addWidget(self.cancel_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 12, MARGIN, 14)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.nothing)
        layout.addWidget(self._area)

    @property
    def rows(self) -> Sequence[JobRow]:
        """The rows, in the order of the jobs."""
        return list(self._rows.values())

    def show_jobs(self, entries: Sequence[JobEntry]) -> None:
        """Show these jobs; a row whose job is the same as before stays, with its focus."""
        for gone in self._rows.keys() - {entry.id for entry in entries}:
            row = self._rows.pop(gone)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, entry in enumerate(entries):
            row = self._rows.get(entry.id) or self._make_row(entry)
            row.show_entry(entry)
            if self._list.indexOf(row) != place:
                self._list.removeWidget(row)
                self._list.insertWidget(place, row)
                row.show()  # now, for the panel is made as high as what is shown
        self._rows = {entry.id: self._rows[entry.id] for entry in entries}
        left = sum(not entry.state.is_end for entry in entries)
        self.nothing.setVisible(not entries)
        self._area.setVisible(bool(entries))
        self.cancel_all.setVisible(left > 1)
        self._fit()

    def show_status(self, status: JobStatus | None) -> None:
        """Show how far the running job is."""
        for row in self._rows.values():
            if row.state is JobState.RUNNING and status is not None:
                row.show_status(status)
        self._fit()

    def pop_up(self, corner: QPoint) -> None:
        """Show the panel with its lower right corner there, in pixels of the screen."""
        self._fit()
        room = self.screen().availableGeometry()
        left = min(max(room.left(), corner.x() - self.width()), room.right() - self.width())
        self.move(left, max(room.top(), corner.y() - self.height()))
        self.show()
        self._fit()
        first = next((row for row in self.rows if row.cancel.isVisible()), None)
        (self if first is None else first.cancel).setFocus()
        if self.rows:  # what runs, or what ended last
            self._area.ensureWidgetVisible(first or self.rows[-1])

    def event(self, event: QEvent) -> bool:
        """Keys are for the buttons here, not for the window's actions."""
        return keeps_key(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go through what can be cancelled, as Tab does."""
        if event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def _make_row(self, entry: JobEntry) -> JobRow:
        row = self._rows[entry.id] = JobRow()
        row.cancel.clicked.connect(lambda: self.cancel_requested.emit(entry.id))
        return row

    def _fit(self) -> None:
        """As high as the rows, until it scrolls; the lower edge stays where it is."""
        lower = self.y() + self.height()
        needed = self._list.totalHeightForWidth(WIDTH - 2 * MARGIN)
        self._area.setFixedHeight(max(0, min(needed, MOST_HEIGHT)))
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(WIDTH, layout.sizeHint().height())
        if self.isVisible():
            self.move(self.x(), lower - self.height())


class JobRow(QWidget):
    """One job: what it is, how it does or what came of it, and a way to cancel it."""

    def __init__(self) -> None:
        super().__init__()
        self.state = JobState.WAITING
        self._symbols = {state: IconLabel(name, SYMBOL_SIDE) for state, name in SYMBOLS.items()}
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "section")
        self.words = muted_label("")
        self.usage = muted_label("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setProperty("role", "small")
        symbol = QVBoxLayout()
        symbol.setContentsMargins(0, 1, 0, 0)
        for label in self._symbols.values():
            symbol.addWidget(label)
        symbol.addStretch(1)
        text = QVBoxLayout()
        text.setSpacing(3)
        text.addWidget(self.title)
        text.addWidget(self.bar)
        text.addWidget(self.words)
        text.addWidget(self.usage)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(symbol)
        layout.addLayout(text, 1)
        layout.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignTop)

    def show_entry(self, entry: JobEntry) -> None:
        """Show a job."""
        if entry.state is not self.state or entry.state is not JobState.RUNNING:
            self._say(entry.sentence or entry.scope)
            self.usage.hide()
        self.state = entry.state
        for state, label in self._symbols.items():
            label.setVisible(state is entry.state)
        self.title.setText(entry.title)
        self.bar.setVisible(entry.state is JobState.RUNNING)
        self.cancel.setVisible(not entry.state.is_end)
        self.cancel.setAccessibleName(self.tr("Cancel: {}").format(entry.title))

    def show_status(self, status: JobStatus) -> None:
        """Show how far the job is."""
        if status.share is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(status.share * STEPS))
        known = (progress(status), pace(status), time_left(status.seconds_left))
        self._say(" · ".join(filter(None, known)) or status.text)
        self.usage.setText(usage(status.vitals))
        self.usage.setVisible(bool(self.usage.text()))

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.words.setVisible(bool(words))
