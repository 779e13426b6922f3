"""What all dialogs that ask for something share: heading, sections, one problem line, buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.icons import icon

MARGIN = 24
SECTION_GAP = 18
LABEL_GAP = 6
TITLE_SCALE = 1.45


class FormDialog(QDialog):
    """A form that says in one sentence what is still wrong, and can be accepted when nothing is.

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
        self.accept_button = primary_button(accept_text)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(self.accept_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(self.cancel_button, QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.problem_line = ProblemLine()
        self._sections = QVBoxLayout()
        self._sections.setSpacing(SECTION_GAP)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, MARGIN - 4)
        layout.setSpacing(SECTION_GAP)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(title_label(title))
        heading.addWidget(muted_label(intro))
        layout.addLayout(heading)
        layout.addLayout(self._sections, 1)
        layout.addWidget(self.problem_line)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(560)

    def add_section(self, label: str, field: QWidget, hint: str = "", stretch: int = 0) -> QWidget:
        """Add a field with its label above it and a hint below.

        Args:
            label: with "&" before its mnemonic; empty for a field that names itself.
            field: the field; its accessible name becomes the label unless it has one.
            hint: a muted sentence below the field.
            stretch: its share of the height to spare.

        Returns:
            The section, to be hidden or disabled as a whole.
        """
        section = QWidget()
        layout = QVBoxLayout(section)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(LABEL_GAP)
        if label:
            heading = QLabel(label)
            heading.setProperty("role", "section")
            heading.setBuddy(field.focusProxy() or field)
            layout.addWidget(heading)
            name_for_readers(field, label)
        layout.addWidget(field, 1)
        if hint:
            layout.addWidget(muted_label(hint))
        self._sections.addWidget(section, stretch)
        return section

    def problem(self) -> str:
        """What keeps the form from being accepted, in one sentence; empty when nothing does."""
        return ""

    def revalidate(self) -> None:
        """Show what is wrong now, and let the form be accepted only when nothing is."""
        problem = self.problem()
        self.problem_line.show_problem(problem)
        self.accept_button.setEnabled(not problem)

    def accept(self) -> None:
        """Close the form, unless something is wrong with it."""
        self.revalidate()
        if self.accept_button.isEnabled():
            super().accept()


class ProblemLine(QWidget):
    """One sentence about what is wrong, with a warning sign; keeps its place when empty."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = QLabel()
        self._sign.setPixmap(icon("warning").pixmap(16, 16))
        self._sentence = QLabel()
        self._sentence.setProperty("role", "problem")
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._sign)
        layout.addWidget(self._sentence, 1)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.setVisible(False)

    def show_problem(self, sentence: str) -> None:
        """Show a sentence, or nothing where it is empty."""
        self._sentence.setText(sentence)
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """The sentence shown; empty when nothing is wrong."""
        return self._sentence.text()


def primary_button(text: str) -> QPushButton:
    """The one button of a dialog that goes on; Enter presses it."""
    button = QPushButton(text)
    button.setProperty("primary", True)
    button.setDefault(True)
    return button


def title_label(text: str) -> QLabel:
    """A heading."""
    label = QLabel(text)
    label.setProperty("role", "title")
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * TITLE_SCALE)
    label.setFont(font)
    return label


def muted_label(text: str) -> QLabel:
    """A sentence that explains; it wraps."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return label


def name_for_readers(widget: QWidget, label: str) -> None:
    """Give a widget, and what takes its focus, the accessible name of a label with a mnemonic."""
    for target in (widget, widget.focusProxy()):
        if target is not None and not target.accessibleName():
            target.setAccessibleName(label.replace("&", ""))
