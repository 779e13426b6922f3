"""Asks how to find the image that a mask belongs to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.services.match_rules import MatchBy, parse_match_rule

_EXAMPLE = "{stem}_mask"


class MatchField(QWidget):
    """A list of ways, and a line for the pattern where that is the way."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.by = QComboBox()
        for by, text in {
            MatchBy.AUTO: self.tr("By name as closely as possible"),
            MatchBy.NAME: self.tr("By file name"),
            MatchBy.STEM: self.tr("By file name without ending"),
            MatchBy.ID: self.tr("By the number in the file name"),
            MatchBy.PATTERN: self.tr("By a pattern"),
        }.items():
            self.by.addItem(text, by)
        self.pattern = QLineEdit(_EXAMPLE)
        self.pattern.setAccessibleName(self.tr("Pattern of the masks’ names"))
        self.pattern.setToolTip(
            self.tr(
                "The name of a mask, with {stem} for the image’s file name without ending; a * at "
                "the end stands for anything."
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.by)
        layout.addWidget(self.pattern)
        self.setFocusProxy(self.by)
        self.by.currentIndexChanged.connect(self._tell)
        self.pattern.textChanged.connect(self.changed)
        self._tell()

    def rule(self) -> str:
        """The rule, as `parse_match_rule` takes it."""
        by = MatchBy(self.by.currentData())
        return self.pattern.text() if by is MatchBy.PATTERN else by.value

    def problem(self) -> str:
        """What is wrong with the pattern, in one sentence; empty when nothing is."""
        try:
            parse_match_rule(self.rule())
        except FormatError as error:
            return error.sentence
        return ""

    def _tell(self) -> None:
        self.pattern.setVisible(MatchBy(self.by.currentData()) is MatchBy.PATTERN)
        self.changed.emit()
