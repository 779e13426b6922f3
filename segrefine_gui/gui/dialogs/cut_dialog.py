"""Asks who keeps the pixels that several instances share."""

from __future__ import annotations

from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import FormDialog


class CutDialog(FormDialog):
    """Two ways to settle whose a pixel is.

    Args:
        image: name of the image.
        has_scores: whether any instance of it has a score.
        parent: the window.
    """

    def __init__(self, image: str, has_scores: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Cut by neighbours"),
            self.tr(
                "No two instances of {} share a pixel afterwards. Masks that lose pixels become "
                "edits; one that others cover whole is left as it is."
            ).format(image),
            self.tr("Cut"),
            parent,
        )
        self.by_order = QRadioButton(self.tr("The &later one, as if it lay on top"))
        self.by_score = QRadioButton(self.tr("The one with the higher &score"))
        self.by_order.setChecked(True)
        self.by_score.setEnabled(has_scores)
        if not has_scores:
            self.by_score.setToolTip(self.tr("No instance of this image has a score."))
        ways = QWidget()
        layout = QVBoxLayout(ways)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.by_order)
        layout.addWidget(self.by_score)
        self.add_section(self.tr("Who keeps what is shared"), ways)
        self.revalidate()
        self.by_order.setFocus()
