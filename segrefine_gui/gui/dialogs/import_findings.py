"""Shows what an import would add and leave out, before it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.gui.counted import images, instances
from segrefine_gui.gui.dialogs.report_table import ReportTable
from segrefine_gui.gui.dialogs.trial_line import TrialLine
from segrefine_gui.gui.labels import muted_label, section_label, wrapping
from segrefine_gui.services.import_preview import ImportPreview
from segrefine_gui.services.steps import Step

WIDTH = 380

_MOST_CATEGORIES = 12
_SUBJECT_WIDTH = 150


class ImportFindings(QFrame):
    """A card with counts, categories and what is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(WIDTH)
        self.line = TrialLine()
        self.instances = section_label("")
        self.images = muted_label("")
        self.categories = wrapping(QLabel())
        self.categories.setTextFormat(Qt.TextFormat.PlainText)
        self.left_out = ReportTable(
            (self.tr("Left out"), self.tr("Why")), subject_width=_SUBJECT_WIDTH
        )
        self.left_out.setAccessibleName(self.tr("What would be left out"))
        self.copy_button = QPushButton(self.tr("Co&py"))
        self.copy_button.clicked.connect(self.left_out.copy_all)
        self.save_button = QPushButton(self.tr("&Save…"))
        self.save_button.clicked.connect(
            lambda: self.left_out.save_all(self.instances.text(), "import.txt")
        )
        self.left_out.failed.connect(lambda sentence: self.line.say(sentence, wrong=True))
        self._found = self._lay_out()
        self.clear(self.tr("Choose masks and images to see what an import would add."))

    def clear(self, sentence: str, wrong: bool = False) -> None:
        """Show no findings, and say why."""
        self._found.hide()
        self.line.say(sentence, wrong)

    def show_running(self) -> None:
        """Say that somebody is looking."""
        self._found.hide()
        self.line.show_running(self.tr("Reading the masks…"))

    def show_step(self, step: Step) -> None:
        """Show how far that is."""
        self.line.show_step(step)

    def show_found(self, found: ImportPreview) -> None:
        """Show what was found."""
        self.line.say("")
        self.instances.setText(
            self.tr("{} in {}").format(instances(found.instances), images(found.images))
        )
        self.images.setText(" ".join(self._sentences(found)))
        self.categories.setText(self._listed(found))
        self.categories.setVisible(bool(found.categories))
        rows = found.left_out
        self.left_out.show_rows(rows)
        for widget in (self.left_out, self.copy_button, self.save_button):
            widget.setVisible(bool(rows))
        self._found.show()

    def _sentences(self, found: ImportPreview) -> list[str]:
        missing, ambiguous, skipped = map(len, (found.missing, found.ambiguous, found.skipped))
        counted = {
            self.tr("Images that are not among those given: {}."): missing,
            self.tr("Images that could be several of those given: {}."): ambiguous,
            self.tr("Other things left out: {}."): skipped,
            self.tr("Images given that the masks do not tell of: {}."): found.untold,
            self.tr("Images whose masks from here are in the project already: {}."): found.known,
        }
        sentences = [words.format(f"{count:,}") for words, count in counted.items() if count]
        new = found.images - found.known
        if found.looked_at < new:
            words = self.tr("Only the masks of {} images were looked at so far.")
            sentences.append(words.format(f"{found.looked_at:,}"))
        return sentences or [self.tr("Nothing is left out.")]

    def _listed(self, found: ImportPreview) -> str:
        """The categories with their counts."""
        shown = list(found.categories.items())[:_MOST_CATEGORIES]
        words = ", ".join(f"{name} {count:,}" for name, count in shown)
        more = len(found.categories) - len(shown)
        return words + (self.tr(", and {} more").format(more) if more else "")

    def _lay_out(self) -> QWidget:
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for label in (self.instances, self.images, self.categories):
            column.addWidget(label)
        column.addWidget(self.left_out, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.copy_button, self.save_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(section_label(self.tr("What would be imported")))
        layout.addWidget(self.line)
        layout.addWidget(found, 1)
        layout.addStretch(0)
        return found
