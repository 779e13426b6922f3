"""Accepts many refinements after a look at a random sample of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.contact_sheet.spot_check import Finding, SpotCheck
from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.labels import wrapping
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.services.bulk import acceptable, spot_check
from segrefine_gui.services.expected_harm import CONFIDENCE, expected_harm
from segrefine_gui.storage.base import QueueEntry

SIDE = 84
"""Of the sample's crops, in pixels."""

WIDTH, SHEET_HEIGHT = 940, 370

DRAW_MS = 150
"""How long the limit rests before another sample is drawn."""

STEPS = 100
"""Of the slider between risk 0 and 1."""


class AcceptDialog(FormDialog):
    """Asks below which risk to accept, and shows some of what would be accepted.

    It says how many harmed masks are to be expected among them; what the person finds in the
    sample, looking at one after the other, corrects that number. While no risk has been estimated
    it offers all refinements that are pending.

    Args:
        entries: the queue as it is shown.
        is_filtered: whether a filter hides some of the project.
        image_name: gives the name of an image by its id.
        crops: where the sample's crops come from.
        check: where to begin.
        parent: the window.
    """

    open_wanted = Signal(int)
    """The person wants to compare this instance."""

    def __init__(
        self,
        entries: Sequence[QueueEntry],
        is_filtered: bool,
        image_name: Callable[[int], str],
        crops: CropCache,
        check: SpotCheck,
        parent: QWidget | None = None,
    ) -> None:
        has_risk = any(entry.risk is not None for entry in entries)
        super().__init__(_title(has_risk), _intro(has_risk, is_filtered), "", parent)
        self.has_risk = has_risk
        self._entries = {entry.instance_id: entry for entry in entries}
        self._image_name = image_name
        self._seed = check.seed
        self._sampled = set(check.sampled)
        self._findings = dict(check.findings)
        self._touched: list[int] = []
        self._samples = QueueModel(self)
        self.sheet = SheetView(self._samples, crops, self._findings.get)
        self.sheet.set_side(SIDE)
        self.sheet.setMinimumHeight(SHEET_HEIGHT)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.limit = QDoubleSpinBox()
        self.said = wrapping(QLabel())
        self.said.setProperty("role", "section")
        self.estimate = wrapping(QLabel())
        self.looked = QLabel()
        self.looked.setProperty("role", "muted")
        self.fine_button = QPushButton(self.tr("&Fine (Enter)"))
        self.harmed_button = QPushButton(self.tr("&Harmed (X)"))
        self.open_button = QPushButton(self.tr("&Open"))
        self.again_button = QPushButton(self.tr("Another &sample"))
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(DRAW_MS)
        self._drawing.timeout.connect(self._draw_sample)
        self._make_limit(check.below)
        self._lay_out()
        self._connect()
        self.resize(WIDTH, 0)
        self._draw_sample()

    def check(self) -> SpotCheck:
        """The spot check as it stands, to go on with later."""
        sampled = frozenset(self._sampled)
        return SpotCheck(self.limit.value(), self._seed, sampled, dict(self._findings))

    def accepted_ids(self) -> list[int]:
        """The instances to accept: those asked for, except what was found harmed."""
        harmed = Finding.HARMED
        return [each for each in self._touched if self._findings.get(each) is not harmed]

    def sample_ids(self) -> list[int]:
        """The instances of the sample."""
        return [self._samples.entry(row).instance_id for row in range(self._samples.rowCount())]

    def missing(self) -> str:
        """Nothing would be accepted, or the sample is not on the screen yet."""
        if self._drawing.isActive():
            return self.tr("Drawing a sample…")
        if not self._touched:
            return self.tr("There is nothing to accept.")
        return "" if self.accepted_ids() else self.tr("Everything was found harmed.")

    def _make_limit(self, below: float) -> None:
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("Risk below which to accept"))
        self.limit.setRange(0, 1)
        self.limit.setSingleStep(1 / STEPS)
        self.limit.setDecimals(2)
        self.limit.setAccessibleName(self.slider.accessibleName())
        self.limit.setValue(below)
        self.slider.setValue(round(STEPS * below))
        self.slider.valueChanged.connect(lambda step: self.limit.setValue(step / STEPS))
        self.limit.valueChanged.connect(lambda risk: self.slider.setValue(round(STEPS * risk)))

    def _lay_out(self) -> None:
        if self.has_risk:
            limit = QWidget()
            row = QHBoxLayout(limit)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(12)
            row.addWidget(self.slider, 1)
            row.addWidget(self.limit)
            limit.setFocusProxy(self.slider)
            self.add_section(self.tr("&Risk below"), limit)
        sample = QWidget()
        column = QVBoxLayout(sample)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.said)
        column.addWidget(self.estimate)
        column.addWidget(self.sheet, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.fine_button, self.harmed_button, self.open_button, self.again_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.looked)
        column.addLayout(row)
        self.add_section("", sample, stretch=1)

    def _connect(self) -> None:
        self.limit.valueChanged.connect(self._redraw_soon)
        # The keys that accept and reject in the review.
        for button, finding, keys in (
            (self.fine_button, Finding.FINE, (Qt.Key.Key_Return, Qt.Key.Key_Enter)),
            (self.harmed_button, Finding.HARMED, (Qt.Key.Key_X,)),
        ):
            judge = partial(self._judge, finding)
            button.clicked.connect(lambda _=False, judge=judge: judge())
            for each in keys:
                key = QShortcut(QKeySequence(each), self.sheet)
                key.setContext(Qt.ShortcutContext.WidgetShortcut)
                key.setAutoRepeat(False)
                key.activated.connect(judge)
        self.open_button.clicked.connect(lambda: self._open(self.sheet.currentIndex().row()))
        self.again_button.clicked.connect(self._draw_another)
        self.sheet.opened.connect(self._open)

    def _redraw_soon(self) -> None:
        # What was drawn below one limit is no random sample of what lies below another.
        self._sampled.clear()
        self._drawing.start()
        self.revalidate()

    def _draw_another(self) -> None:
        self._seed += 1
        self._draw_sample()

    def _draw_sample(self) -> None:
        below = self.limit.value() if self.has_risk else None
        self._touched = acceptable(self._entries.values(), below)
        sample = spot_check(self._touched, self._seed)
        self._sampled.update(sample)
        self._samples.set_entries([self._entries[each] for each in sample], self._image_name)
        self.sheet.show_row(0 if sample else None)
        self.again_button.setEnabled(len(sample) < len(self._touched))
        for button in (self.fine_button, self.harmed_button, self.open_button):
            button.setEnabled(bool(sample))
        self._say()

    def _say(self) -> None:
        shown, count = self._samples.rowCount(), len(self._touched)
        if not count:
            words = self.tr("No pending refinement is below this risk.")
            if not self.has_risk:
                words = self.tr("No pending instance has been refined.")
        elif shown == count:
            words = self.tr("This would accept {}. Here they all are:").format(f"{count:,}")
        else:
            words = self.tr("This would accept {}. Here are {} of them, drawn at random:")
            words = words.format(f"{count:,}", shown)
        self.said.setText(words)
        self.accept_button.setText(self.tr("Accept {}").format(f"{len(self.accepted_ids()):,}"))
        self._estimate()
        self.revalidate()

    def _estimate(self) -> None:
        """Say how much harm is to be expected, in the light of what was looked at."""
        touched = set(self._touched)
        judged = {
            each: finding
            for each, finding in self._findings.items()
            if each in self._sampled and each in touched
        }
        harmed = list(judged.values()).count(Finding.HARMED)
        self.looked.setText(
            self.tr("{} looked at: {} fine, {} harmed").format(
                len(judged), len(judged) - harmed, harmed
            )
        )
        unseen = [self._entries[each] for each in self.accepted_ids() if each not in judged]
        risks = [entry.risk for entry in unseen if entry.risk is not None]
        self.estimate.setVisible(self.has_risk and bool(risks))
        found = expected_harm(risks, len(judged), harmed)
        self.estimate.setText(
            self.tr(
                "Of the {} not looked at, about {} will be harmed ({:.0%} sure: {} to {})."
            ).format(
                f"{len(risks):,}",
                _rounded(found.count),
                CONFIDENCE,
                f"{found.low:,}",
                f"{found.high:,}",
            )
        )

    def _judge(self, finding: Finding) -> None:
        """Note what the selected ones look like, or take that back, and go on to the next."""
        ids = self.sheet.selected_ids()
        if all(self._findings.get(each) is finding for each in ids):
            for each in ids:
                del self._findings[each]
        else:
            self._findings.update(dict.fromkeys(ids, finding))
            self.sheet.go_past_selection()
        self.sheet.viewport().update()
        self._say()

    def _open(self, row: int) -> None:
        if 0 <= row < self._samples.rowCount():
            wanted = self._samples.entry(row).instance_id
            self.reject()
            self.open_wanted.emit(wanted)


def _title(has_risk: bool) -> str:
    return _tr("Accept all below a risk") if has_risk else _tr("Accept all refined")


def _intro(has_risk: bool, is_filtered: bool) -> str:
    if has_risk:
        what = _tr("Accepts what is refined, still pending, and less risky than you say.")
    else:
        what = _tr(
            "No risk has been estimated yet, so this would accept everything that is refined and "
            "still pending."
        )
    where = _tr(" Only of what the filter shows.") if is_filtered else ""
    return what + where + _tr(" What you find harmed is not accepted.")


def _rounded(count: float) -> str:
    """A number of masks with one decimal, while that says something."""
    return f"{count:,.1f}" if count < 10 else f"{count:,.0f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("accept dialog", text)
