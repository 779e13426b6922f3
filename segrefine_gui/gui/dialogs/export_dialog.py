"""Asks for format, folder, and what to export; shows what would come of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.domain.records import Decision, MaskChoice
from segrefine_gui.formats.base import Format, WriterOptions
from segrefine_gui.gui.dialogs.category_table import CategoryTable
from segrefine_gui.gui.dialogs.export_choice import ExportChoice, ExportTrials
from segrefine_gui.gui.dialogs.export_findings import ExportFindings
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.form_dialog import FormDialog
from segrefine_gui.gui.dialogs.instances_field import InstancesField
from segrefine_gui.gui.dialogs.paths import PathField
from segrefine_gui.gui.dialogs.writing_field import WritingField
from segrefine_gui.gui.labels import muted_label
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.export import ExportOptions

WIDTH = 1080

_TABLE = "csv"
_MOST_PIXELS = 1_000_000_000

Counts = Mapping[tuple[str, Decision], int]
"""Instances by category and decision."""


class ExportDialog(FormDialog):
    """Asks what to export.

    Args:
        formats: the formats that can be written.
        counts: how many instances there are.
        drafted: how many of them have an edit that was begun and not applied.
        trials: tell what would come of it.
        pool: where they are asked.
        begin: what to begin with; a format that is not there any more gives way to the first.
        parent: the window it belongs to.
    """

    def __init__(
        self,
        formats: Sequence[Format],
        counts: Counts,
        drafted: int,
        trials: ExportTrials,
        pool: ReadingPool,
        begin: ExportChoice,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            self.tr("Export"),
            self.tr(
                "Files are written beside their place first: an export that fails changes nothing, "
                "and a second one writes only what changed."
            ),
            self.tr("E&xport"),
            parent,
        )
        self._formats = {each.name: each for each in formats}
        self._counts, self._drafted = counts, drafted
        self._trials = trials
        options = begin.options
        self.format = QComboBox()
        self.format_words = muted_label("")
        for each in formats:
            self.format.addItem(each.title, each.name)
        self.format.setCurrentIndex(max(0, self.format.findData(begin.format)))
        self.folder = PathField(folders=True)
        self.folder.set_path(begin.folder)
        self.instances = InstancesField(self._by_decision(), options.decisions, options.masks)
        by_category = Counter[str]()
        for (category, _), count in counts.items():
            by_category[category] += count
        self.categories = CategoryTable(dict(by_category.most_common()), options.categories)
        self.writing = WritingField(options.writing)
        self.min_area = _pixels_spin(options.min_area)
        self.min_area.setAccessibleName(self.tr("Least area"))
        self.keeps_empty = QCheckBox(self.tr("Write images without an instance, &too"))
        self.keeps_empty.setChecked(options.keeps_empty)
        self.val_share = _share_spin(options.val_share)
        self.val_share.setAccessibleName(self.tr("Images for validation"))
        self.findings = ExportFindings(pool)
        self._add_sections(options)
        self._connect()
        self.format.setFocus()
        self._change()

    def missing(self) -> str:
        """See `FormDialog.missing`."""
        if self.folder.path() is None:
            return self.tr("Choose the folder to write into.")
        if self._written() or (self._is_table() and self._counts):
            return ""
        decisions = self.instances.decisions()
        if Decision.PENDING not in decisions and self._by_decision()[Decision.PENDING]:
            return self.tr("Nothing is accepted yet: decide first, or tick Pending.")
        return self.tr("There is no instance to write.")

    def problem(self) -> str:
        """See `FormDialog.problem`."""
        folder = self.folder.path()
        if folder is None:
            return ""
        if not folder.is_absolute():
            return self.tr("Give the whole path of the folder.")
        place = next(path for path in (folder, *folder.parents) if path.exists())
        if not place.is_dir():
            return self.tr("{} is a file: choose a folder.").format(place)
        if not os.access(place, os.W_OK):
            return self.tr("You may not write into {}: choose another folder.").format(place)
        return ""

    def choice(self) -> ExportChoice:
        """What was chosen."""
        return ExportChoice(
            self.format.currentData(),
            self.folder.path() or Path(),
            ExportOptions(
                self.instances.chosen_masks(),
                self.instances.decisions(),
                categories=self.categories.names(),
                min_area=self.min_area.value(),
                keeps_empty=self.keeps_empty.isChecked(),
                val_share=self.val_share.value() / 100,
                writing=self.writing.options(),
            ),
        )

    def done(self, result: int) -> None:
        """Close the form, and try nothing out any more."""
        self.findings.stop()
        super().done(result)

    def _add_sections(self, options: ExportOptions) -> None:
        format_field = QWidget()
        column = QVBoxLayout(format_field)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.format)
        column.addWidget(self.format_words)
        format_field.setFocusProxy(self.format)
        more = QWidget()
        grid = QGridLayout(more)
        grid.setContentsMargins(22, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, (words, spin) in enumerate(
            (
                (self.tr("&Least area"), self.min_area),
                (self.tr("Images for &validation"), self.val_share),
            )
        ):
            label = QLabel(words)
            label.setBuddy(spin)
            grid.addWidget(label, row, 0)
            grid.addWidget(spin, row, 1)
        grid.addWidget(self.keeps_empty, 2, 0, 1, 2)
        usual = ExportOptions()
        self.category_fold = FoldOut(self.tr("Cate&gories"), self.categories)
        self.more_fold = FoldOut(self.tr("S&izes and images"), more)
        self.writing_fold = FoldOut(self.tr("How it is &written"), self.writing)
        for fold, is_unusual in (
            (self.category_fold, bool(self.categories.names())),
            (
                self.more_fold,
                (options.min_area, options.keeps_empty, options.val_share)
                != (usual.min_area, usual.keeps_empty, usual.val_share),
            ),
            (self.writing_fold, options.writing != WriterOptions()),
        ):
            fold.toggle.setChecked(is_unusual)
        self.add_section(self.tr("&Format"), format_field)
        self.add_section(self.tr("F&older"), self.folder)
        self._which = self.add_section(self.tr("Instances, by decision"), self.instances)
        folds = QWidget()
        column = QVBoxLayout(folds)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for fold in (self.writing_fold, self.category_fold, self.more_fold):
            column.addWidget(fold)
        self.add_section("", folds)
        self.add_side(self.findings, WIDTH)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._change)
        self.min_area.valueChanged.connect(self._change)
        self.val_share.valueChanged.connect(self._change)
        self.keeps_empty.toggled.connect(self._change)
        for field in (self.folder, self.instances, self.categories, self.writing):
            field.changed.connect(self._change)
        self.findings.run_button.clicked.connect(self._dry_run)

    def _change(self) -> None:
        """Show what is known at once of what is chosen now, and try out the rest."""
        chosen = self._formats[self.format.currentData()]
        self.format_words.setText(chosen.summary)
        self.writing_fold.setVisible(self.writing.show_format(chosen))
        for widget in (self._which, self.category_fold, self.more_fold):
            widget.setVisible(not self._is_table())
        self.revalidate()
        self.findings.show_counts(self._what_is_written(), self._what_is_left_out())
        is_ready = self.accept_button.isEnabled()
        self.findings.run_button.setEnabled(is_ready)
        if is_ready and not self._is_table():
            choice, sample = self.choice(), self._trials.sample
            self.findings.sample(lambda cancel, on_step: sample(choice, cancel, on_step))

    def _dry_run(self) -> None:
        choice, dry_run = self.choice(), self._trials.dry_run
        self.findings.dry_run(lambda cancel, on_step: dry_run(choice, cancel, on_step))

    def _is_table(self) -> bool:
        return bool(self.format.currentData() == _TABLE)

    def _by_decision(self) -> Counter[Decision]:
        """How many instances of the categories that are written have each decision."""
        return self._counted(())

    def _counted(self, left_out: Sequence[str]) -> Counter[Decision]:
        found = Counter[Decision]()
        for (category, decision), count in self._counts.items():
            if category not in left_out:
                found[decision] += count
        return found

    def _left_out_categories(self) -> list[str]:
        return [name for name, written in self.categories.names().items() if not written]

    def _written(self) -> int:
        counts = self._counted(self._left_out_categories())
        return sum(counts[decision] for decision in self.instances.decisions())

    def _what_is_written(self) -> str:
        if self._is_table():
            total = sum(self._counts.values())
            return self.tr("Instances to list: {:,}").format(total)
        counts = self._counted(self._left_out_categories())
        parts = _listed({each: counts[each] for each in self.instances.decisions()})
        return self.tr("Instances to write: {:,}").format(self._written()) + (
            f" ({parts})" if parts else ""
        )

    def _what_is_left_out(self) -> str:
        if self._is_table():
            return self.tr("The table lists every instance, also those that were dropped.")
        out, counts = self._left_out_categories(), self._by_decision()
        decisions = self.instances.decisions()
        parts = _listed({each: counts[each] for each in Decision if each not in decisions})
        sentences = [self.tr("Left out: {}.").format(parts)] if parts else []
        if out:
            words = self.tr("Categories left out: {}.")
            sentences.append(words.format(", ".join(out[:5]) + (", …" if len(out) > 5 else "")))
        if self.instances.chosen_masks() is MaskChoice.REFINED:
            sentences.append(self.tr("Instances without a refinement are left out."))
        if self.min_area.value():
            words = self.tr("Masks of fewer than {} pixels are left out.")
            sentences.append(words.format(f"{self.min_area.value():,}"))
        if self._drafted == 1:
            sentences.append(self.tr("1 edit is a draft and will not be in the files."))
        elif self._drafted:
            words = self.tr("{:,} edits are drafts and will not be in the files.")
            sentences.append(words.format(self._drafted))
        return " ".join(sentences) or self.tr("Nothing is left out.")


def _listed(counts: Mapping[Decision, int]) -> str:
    words = {each: f"{counts.get(each, 0):,} {each.value}" for each in Decision}
    order = (
        Decision.REFINED,
        Decision.COARSE,
        Decision.EDITED,
        Decision.PENDING,
        Decision.DROPPED,
    )
    return ", ".join(words[each] for each in order if counts.get(each))


def _pixels_spin(value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, _MOST_PIXELS)
    spin.setGroupSeparatorShown(True)
    spin.setSuffix(QCoreApplication.translate("export dialog", " pixels"))
    spin.setSingleStep(10)
    spin.setValue(value)
    return spin


def _share_spin(share: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0.0, 100.0)
    spin.setDecimals(0)
    spin.setSingleStep(5.0)
    spin.setSuffix(" %")
    spin.setValue(100 * share)
    return spin
