"""Something most people do not need to see, behind a line that unfolds it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget


class FoldOut(QWidget):
    """A line with an arrow, and below it what it unfolds.

    Args:
        text: of the line, with "&" before its mnemonic.
        content: what is folded away at first.
    """

    def __init__(self, text: str, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.toggle = QToolButton()
        self.toggle.setProperty("role", "fold")
        self.toggle.setText(text)
        self.toggle.setCheckable(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.toggled.connect(self._unfold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.toggle)
        layout.addWidget(content, 1)
        self._unfold(False)

    def _unfold(self, unfolded: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.toggle.setArrowType(arrow)
        self._content.setVisible(unfolded)
