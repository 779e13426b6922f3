"""The strip of alternatives: the refinements of the instance shown, one of which is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.widgets.picture_button import PictureButton
from segrefine_gui.gui.widgets.plain_text import as_tooltip
from segrefine_gui.gui.widgets.risk_meter import RiskMeter
from segrefine_gui.services.alternatives import Alternative

THUMBNAIL = 44
"""Side of a picture, in widget pixels."""

HEIGHT = THUMBNAIL + 18


class AlternativesBar(QWidget):
    """One button an alternative; hidden where there is nothing to choose between.

    Nothing in it takes the focus, so keys go on meaning what they mean.

    Args:
        key_of: gives the key of the alternative of a number, counted from 1; empty for none.
        parent: the review page.
    """

    chosen = Signal(int)
    """The id of the refinement that the person wants to look at."""

    def __init__(self, key_of: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_of = key_of
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Alternatives"))
        self._buttons: list[AlternativeButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 5, 10, 3)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self.hide()

    @property
    def buttons(self) -> Sequence[AlternativeButton]:
        """The buttons, in the order of the alternatives."""
        return self._buttons

    def show_alternatives(
        self, alternatives: Sequence[Alternative], looked_at: int | None, blind: bool
    ) -> None:
        """Show what there is to choose from.

        Args:
            alternatives: all of the instance.
            looked_at: the refinement that is compared.
            blind: show nothing: switching would tell which side is the refined one.
        """
        shown = () if blind or len(alternatives) < 2 else tuple(alternatives)
        self.setVisible(bool(shown))
        if [button.alternative for button in self._buttons] != list(shown):
            self._make_buttons(shown)
        for button in self._buttons:
            button.setChecked(button.alternative.refinement_id == looked_at)

    def show_picture(self, refinement_id: int, picture: QPixmap | None) -> None:
        """Show a picture of a refinement; None where there is none yet."""
        for button in self._buttons:
            if button.alternative.refinement_id == refinement_id and picture is not None:
                button.show_picture(picture)

    def name_keys(self) -> None:
        """Name the keys of now."""
        for number, button in enumerate(self._buttons, start=1):
            button.show_key(self._key_of(number))

    def minimumSizeHint(self) -> QSize:
        """Little: words that have no room are cut, and their tooltips have them."""
        return QSize(0, HEIGHT)

    def _make_buttons(self, alternatives: Sequence[Alternative]) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [AlternativeButton(each) for each in alternatives]
        for place, button in enumerate(self._buttons):
            self._row.insertWidget(place, button, 1000)
            wanted = button.alternative.refinement_id
            button.clicked.connect(lambda _=False, wanted=wanted: self.chosen.emit(wanted))
        self.name_keys()


class AlternativeButton(PictureButton):
    """One alternative: its picture, engine and risk, and whether it was accepted.

    Args:
        alternative: it.
    """

    def __init__(self, alternative: Alternative) -> None:
        super().__init__(THUMBNAIL)
        self.alternative = alternative
        self.name.show_text(alternative.name)
        self.tick = IconLabel("accept", 16)
        self.head.insertWidget(1, self.tick)
        meter = RiskMeter()
        risk = QLabel()
        risk.setProperty("role", "muted")
        risk.setText(self._risk_words())
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.addWidget(meter)
        foot.addWidget(risk, 1)
        self.lines.addLayout(foot)
        self.let_clicks_through()
        # Only now: what has no parent yet would be shown as a window of its own.
        self.tick.setVisible(alternative.is_accepted)
        meter.show_risk(alternative.risk)

    def show_key(self, key: str) -> None:
        """Name the key that does the same; empty for none."""
        super().show_key(key)
        name, risk = self.alternative.name, self._risk_words()
        words = self.tr("Look at {} ({})").format(name, risk)
        if self.alternative.is_accepted:
            words = self.tr("{}: it was accepted").format(words)
        self.setAccessibleName(f"{name}, {risk}")
        self.setToolTip(as_tooltip(f"{words} ({key})" if key else words))

    def _risk_words(self) -> str:
        risk = self.alternative.risk
        return self.tr("no risk known") if risk is None else self.tr("risk {:.2f}").format(risk)
