"""What all dialogs that ask for something share: heading, sections, one problem line, buttons."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.growing_area import GrowingArea
from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.labels import (
    muted_label,
    problem_label,
    section_label,
    set_role,
    title_label,
)

MARGIN = 24
SECTION_GAP = 18
WIDTH = 620


class FormDialog(QDialog):
    """A form that says in one sentence why it cannot be accepted yet.

    Args:
        title: heading and window title.
        intro: one or two sentences under the heading.
        accept_text: of the button that goes on.
        parent: the window it belongs to.
    """

    def __init__(
        self, title: str, intro: str, accept_text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.problem_line = ProblemLine()
        self.accept_button = primary_button(accept_text)
        self.accept_button.clicked.connect(self.accept)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)

        area = GrowingArea()
        self._sections = area.column
        self._sections.setSpacing(SECTION_GAP)
        # What no section claims goes below them all, not between a label and its field.
        self._sections.addStretch(0)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(title_label(title))
        heading.addWidget(muted_label(intro))
        footer = QHBoxLayout()
        footer.setSpacing(8)
        footer.addWidget(self.problem_line, 1)
        footer.addWidget(self.cancel_button)
        footer.addWidget(self.accept_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(SECTION_GAP)
        self._middle.addWidget(area, 1)
        layout.addLayout(heading)
        layout.addLayout(self._middle, 1)
        layout.addLayout(footer)
        self.resize(WIDTH, 0)

    def add_section(self, label: str, field: QWidget, hint: str = "", stretch: int = 0) -> QWidget:
        """Add a field with its label above it and a hint below.

        Args:
            label: with "&" before its mnemonic; empty for a field that names itself.
            field: the field; the label becomes its accessible name unless it has one.
            hint: a muted sentence below the field.
            stretch: its share of the height to spare.

        Returns:
            The section, to be hidden or disabled as a whole.
        """
        section = labelled(label, field, hint)
        self._sections.insertWidget(self._sections.count() - 1, section, stretch)
        return section

    def add_side(self, side: QWidget, width: int) -> None:
        """Put something beside the sections, as high as they are.

        Args:
            side: it.
            width: of the whole form from now on, in pixels.
        """
        self._middle.addWidget(side, 1)
        self.resize(width, 0)

    def missing(self) -> str:
        """What must still be filled in, in one sentence; empty when nothing must."""
        return ""

    def problem(self) -> str:
        """What is wrong with what was filled in, in one sentence; empty when nothing is."""
        return ""

    def revalidate(self) -> None:
        """Say what is wrong or missing now, and let the form be accepted when nothing is."""
        problem = self.problem()
        missing = "" if problem else self.missing()
        self.problem_line.show_sentence(problem or missing, wrong=bool(problem))
        self.accept_button.setEnabled(not (problem or missing))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin just high enough: the sections know their height only now."""
        super().showEvent(event)
        self.resize(self.width(), 0)

    def accept(self) -> None:
        """Close the form, unless something is wrong or missing."""
        self.revalidate()
        if self.accept_button.isEnabled():
            super().accept()


class ProblemLine(QWidget):
    """One sentence, with a warning sign where something is wrong; nothing when it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = IconLabel("warning", 18)
        self._sentence = problem_label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self._sentence, 1)
        self.show_sentence("", wrong=False)

    def show_sentence(self, sentence: str, wrong: bool) -> None:
        """Show a sentence.

        Args:
            sentence: it; empty to show nothing.
            wrong: whether it tells of something wrong, not just of a next step.
        """
        self._sentence.setText(sentence)
        self._sign.setVisible(wrong)
        set_role(self._sentence, "problem" if wrong else "muted")

    def text(self) -> str:
        """The sentence shown."""
        return self._sentence.text()


def labelled(label: str, field: QWidget, hint: str = "") -> QWidget:
    """A field with its label above it and a hint below; see `FormDialog.add_section`."""
    section = QWidget()
    layout = QVBoxLayout(section)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    if label:
        layout.addWidget(section_label(label, field))
        name_for_readers(field, label)
    layout.addWidget(field, 1)
    if hint:
        layout.addWidget(muted_label(hint))
    return section


def primary_button(text: str) -> QPushButton:
    """The one button of a dialog that goes on; Enter presses it."""
    button = QPushButton(text)
    button.setProperty("role", "primary")
    button.setDefault(True)
    return button


def name_for_readers(widget: QWidget, label: str) -> None:
    """Give a widget, and what takes its focus, the accessible name of a label with a mnemonic."""
    for target in (widget, widget.focusProxy()):
        if target is not None and not target.accessibleName():
            target.setAccessibleName(label.replace("&", ""))
