"""Shows what a project's own decisions say about its risks, before and after."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.labels import muted_label, section_label
from segrefine_gui.gui.widgets.reliability_plot import ReliabilityPlot
from segrefine_gui.services.recalibrate import Calibration, Offer


class RecalibrationDialog(FormDialog):
    """Asks whether to correct the risks; `wants_revert` tells when they shall be left alone again.

    Args:
        offered: what the decisions say; None where they say too little by now.
        is_applied: whether the project's risks are corrected already.
        parent: the window.
    """

    def __init__(
        self, offered: Offer | None, is_applied: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            _tr("Recalibrate risks"), _intro(offered, is_applied), _tr("Apply"), parent
        )
        self._offered = offered
        self.wants_revert = False
        self.revert_button = QPushButton(self.tr("Back to estimated risks"))
        self.revert_button.setAutoDefault(False)
        self.revert_button.setEnabled(is_applied)
        self.revert_button.clicked.connect(self._revert)
        if offered is not None:
            self.before = _Plot(self.tr("As estimated"), offered.before)
            self.after = _Plot(self.tr("Recalibrated"), offered.after)
            plots = QWidget()
            row = QHBoxLayout(plots)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(16)
            row.addWidget(self.before)
            row.addWidget(self.after)
            row.addStretch(1)
            self.add_section("", plots)
            self.add_section("", muted_label(_conclusion(offered)))
        back = QWidget()
        row = QHBoxLayout(back)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.revert_button)
        row.addStretch(1)
        self.add_section("", back)
        self.revalidate()

    def missing(self) -> str:
        """There is nothing to apply."""
        return "" if self._offered is not None else self.tr("There is nothing to apply.")

    def _revert(self) -> None:
        self.wants_revert = True
        self.done(self.DialogCode.Accepted)


class _Plot(QWidget):
    """A reliability diagram with its name and how far it is off."""

    def __init__(self, name: str, calibration: Calibration) -> None:
        super().__init__()
        self.plot = ReliabilityPlot()
        self.plot.setAccessibleName(name)
        self.plot.show_bins(calibration.bins)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for label in (
            section_label(name),
            muted_label(_tr("Brier score {:.3f}").format(calibration.brier)),
        ):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addWidget(self.plot)


def _intro(offered: Offer | None, is_applied: bool) -> str:
    words = ""
    if offered is not None:
        words = _tr(
            "Of {} decisions about refinements, {} kept the coarse mask or left changes out. "
        ).format(f"{offered.decisions:,}", f"{offered.against:,}")
    if is_applied:
        return words + _tr("The risks of this project are recalibrated now.")
    return words + _tr("What they say can correct the risks of this project; nothing else changes.")


def _conclusion(offered: Offer) -> str:
    if offered.improves:
        fits = _tr("Recalibrated risks fit decisions that they were not fitted to better.")
    else:
        fits = _tr("Recalibrated risks do not fit better: these can stay as they are.")
    order = _tr("The order of the queue stays the same (AUROC {:.2f}).").format(offered.auroc)
    return f"{fits} {order} " + _tr(
        "Dots on the diagonal are as risky as they are said to be; large dots are many decisions."
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("recalibration", text)
