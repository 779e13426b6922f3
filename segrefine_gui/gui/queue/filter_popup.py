"""The popup that says which instances the queue shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.gui.queue.check_list import CheckList
from segrefine_gui.gui.queue.model import decision_name
from segrefine_gui.gui.queue.search_field import keeps_key
from segrefine_gui.gui.queue.span_field import SpanField
from segrefine_gui.gui.widgets.saved_names import SavedNames
from segrefine_gui.services.arrange import Arrangement

WIDTH = 340


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What there is to filter by.

    Attributes:
        counts: instances with each decision.
        drafted: instances with an edit that was begun and not applied.
        categories: names of all categories.
        has_risk: whether the risk of any refinement has been estimated.
        has_score: whether any instance has a score.
    """

    counts: Mapping[Decision, int]
    drafted: int
    categories: Sequence[str]
    has_risk: bool
    has_score: bool


class FilterPopup(QFrame):
    """Everything an arrangement filters by, except the text, which has a field of its own."""

    changed = Signal(object)
    """The `Arrangement` that is wanted now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setFixedWidth(WIDTH)
        self._arrangement = Arrangement()
        self.decisions = {decision: QCheckBox() for decision in Decision}
        self.drafted = QCheckBox()
        self.drafted.setToolTip(self.tr("Edits that were begun and not applied"))
        self.categories = CheckList(self.tr("Categories"))
        self.risk = SpanField(self.tr("Risk"), 1.0, 2, 0.05)
        self.score = SpanField(self.tr("Score"), 1.0, 2, 0.05)
        self.size_span = SpanField(self.tr("Size in pixels"), None, 0, 500)
        self.image = QLineEdit()
        self.image.setPlaceholderText(self.tr("Part of the name"))
        self.image.setClearButtonEnabled(True)
        self.saved = SavedNames(
            self.tr("Name of a saved filter"),
            self.tr("Keep this filter and order under the name"),
            self.tr("Forget the filter of this name"),
        )
        self.clear_button = QPushButton(self.tr("Clear filter"))
        self._no_risk = muted_label(self.tr("No risk has been estimated yet."))
        self._lay_out()
        for box in (*self.decisions.values(), self.drafted):
            box.toggled.connect(self._tell)
        for field in (self.categories, self.risk, self.score, self.size_span):
            field.changed.connect(self._tell)
        self.image.textEdited.connect(self._tell)
        self.clear_button.clicked.connect(self._clear)

    def show_values(self, arrangement: Arrangement, facts: QueueFacts) -> None:
        """Show what is filtered by now, without telling of a change."""
        self._arrangement = arrangement
        for decision, box in self.decisions.items():
            _tick(box, decision in arrangement.decisions)
            box.setText(f"{decision_name(decision)}  {facts.counts.get(decision, 0)}")
        _tick(self.drafted, arrangement.drafted)
        self.drafted.setText(self.tr("With a draft  {}").format(facts.drafted))
        self.categories.show_names(facts.categories, arrangement.categories)
        self.risk.set_span(arrangement.risk)
        self.score.set_span(arrangement.score)
        self.size_span.set_span(arrangement.size)
        if self.image.text() != arrangement.image:
            self.image.setText(arrangement.image)
        # A filter that came with a saved one can always be taken back.
        self.risk.setEnabled(facts.has_risk or arrangement.risk is not None)
        self.score.setEnabled(facts.has_score or arrangement.score is not None)
        self._no_risk.setVisible(not facts.has_risk)

    def event(self, event: QEvent) -> bool:
        """Keys are for the fields here, not for the window's actions."""
        return keeps_key(event) or super().event(event)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(section_label(self.tr("Decision")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for number, box in enumerate(self.decisions.values()):
            grid.addWidget(box, *divmod(number, 2))
        layout.addLayout(grid)
        spans = QGridLayout()
        spans.setHorizontalSpacing(12)
        spans.setVerticalSpacing(6)
        spans.setColumnStretch(1, 1)
        fields: list[tuple[str, QWidget]] = [
            (self.tr("&Risk"), self.risk),
            (self.tr("Sc&ore"), self.score),
            (self.tr("Si&ze (px)"), self.size_span),
            (self.tr("&Image"), self.image),
            (self.tr("&Edit"), self.drafted),
        ]
        for line, (label, field) in enumerate(fields):
            target = field.low if isinstance(field, SpanField) else field
            spans.addWidget(section_label(label, target), line, 0)
            spans.addWidget(field, line, 1)
        layout.addWidget(section_label(self.tr("Category")))
        layout.addWidget(self.categories)
        layout.addSpacing(2)
        layout.addLayout(spans)
        layout.addWidget(self._no_risk)
        rule = QFrame()
        rule.setProperty("role", "line")
        layout.addWidget(rule)
        layout.addWidget(section_label(self.tr("Saved &filters"), self.saved.name))
        layout.addWidget(self.saved)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.clear_button)
        layout.addLayout(foot)

    def _tell(self, *_: object) -> None:
        self._arrangement = replace(
            self._arrangement,
            decisions=frozenset(d for d, box in self.decisions.items() if box.isChecked()),
            categories=self.categories.ticked(),
            risk=self.risk.span(),
            score=self.score.span(),
            size=self.size_span.span(),
            drafted=self.drafted.isChecked(),
            image=self.image.text().strip(),
        )
        self.changed.emit(self._arrangement)

    def _clear(self) -> None:
        wanted = Arrangement(sort=self._arrangement.sort, descending=self._arrangement.descending)
        self.changed.emit(wanted)


def _tick(box: QCheckBox, ticked: bool) -> None:
    """Tick a box, or not, without telling of a change."""
    box.blockSignals(True)
    box.setChecked(ticked)
    box.blockSignals(False)
