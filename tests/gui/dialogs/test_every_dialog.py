"""What holds for every dialog: nothing is cut off, keys reach every control, Esc leaves."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
)
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.risk_metrics import ReliabilityBin
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.gui.actions import shortcut_groups
from segrefine_gui.gui.dialogs.category_dialog import CategoryDialog
from segrefine_gui.gui.dialogs.cut_dialog import CutDialog
from segrefine_gui.gui.dialogs.error_dialog import ErrorDialog
from segrefine_gui.gui.dialogs.export_choice import ExportChoice, ExportTrials
from segrefine_gui.gui.dialogs.export_dialog import ExportDialog
from segrefine_gui.gui.dialogs.fold_out import FoldOut
from segrefine_gui.gui.dialogs.import_dialog import ImportDialog
from segrefine_gui.gui.dialogs.interactor_dialog import InteractorDialog
from segrefine_gui.gui.dialogs.recalibration_dialog import RecalibrationDialog
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.dialogs.refine_scope import RefineScope, Targets
from segrefine_gui.gui.dialogs.report_dialog import ReportDialog
from segrefine_gui.gui.dialogs.segment_dialog import SegmentDialog
from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.keys.key_editor import KeyEditor
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.import_plan import Unmatched
from segrefine_gui.services.import_preview import ImportPreview
from segrefine_gui.services.recalibrate import Calibration, Offer
from segrefine_gui.services.steps import Skipped

LONG = "There is no image named a/very/long/path/that/goes/on/" + "deeper/" * 12 + "photo.jpg."
FOLDER = Path("/nowhere")
CURVE = tuple(ReliabilityBin(14, risk, risk / 2) for risk in (0.05, 0.2, 0.4, 0.7))
OFFER = Offer(
    Recalibration(0.9, -0.8),
    100_000,
    9_999,
    0.81,
    Calibration(0.14, CURVE),
    Calibration(0.1, CURVE),
)
TARGETS = Targets(
    {
        RefineScope.ALL: range(100_000),
        RefineScope.SHOWN: range(9_999),
        RefineScope.IMAGE: range(12),
        RefineScope.INSTANCE: (7,),
    },
    "a/very/long/path/that/goes/on/" + "deeper/" * 12 + "photo.jpg",
)
POOL = ReadingPool()


def _unasked(*_: object) -> Any:
    raise FormatError("Nothing can be tried out here.")


def with_findings() -> ImportDialog:
    """The import dialog with much to say."""
    missing = [Unmatched(LONG, range(1000), LONG)]
    counts = {f"category {number}": 1000 - number for number in range(1203)}
    found = ImportPreview("coco", 9, 9, counts, missing, missing, [Skipped(LONG, LONG)], 7, 7, 1)
    dialog = ImportDialog(FormatRegistry().readable(), _unasked, POOL)
    dialog.findings.show_found(found)
    return dialog


DIALOGS: dict[str, Callable[[], QDialog]] = {
    "import": lambda: ImportDialog(
        FormatRegistry().readable(), _unasked, POOL, [FOLDER / "photo.jpg"], FOLDER / "masks.json"
    ),
    "import with findings": lambda: with_findings(),
    "segment": lambda: SegmentDialog(EngineRegistry.discover(), FOLDER, [FOLDER]),
    "interactor": lambda: InteractorDialog(EngineRegistry.discover(), FOLDER),
    "refine": lambda: RefineDialog(EngineRegistry.discover(), FOLDER, TARGETS),
    "export": lambda: ExportDialog(
        FormatRegistry().writable(),
        {(f"category {number} {LONG}", Decision.REFINED): 100_000 for number in range(50)},
        3,
        ExportTrials(_unasked, _unasked),
        POOL,
        ExportChoice("coco", FOLDER),
    ),
    "category": lambda: CategoryDialog("New instance", LONG, "Add", ["cat", "dog"], "dog"),
    "cut": lambda: CutDialog(TARGETS.image, has_scores=False),
    "report": lambda: ReportDialog("Import finished", LONG, [Skipped("photo.jpg", LONG)]),
    "error": lambda: ErrorDialog(LONG, LONG),
    "keys": lambda: KeyEditor(Keymap()),
    "recalibration": lambda: RecalibrationDialog(OFFER, is_applied=True),
    "shortcuts": lambda: ShortcutsDialog(shortcut_groups(Keymap())),
}


@pytest.fixture(params=DIALOGS)
def dialog(request: pytest.FixtureRequest, qtbot: QtBot) -> QDialog:
    dialog = DIALOGS[request.param]()
    qtbot.addWidget(dialog)
    dialog.show()
    for fold_out in dialog.findChildren(FoldOut):
        fold_out.toggle.click()
    QApplication.processEvents()
    return dialog


def test_no_words_are_cut_off(dialog: QDialog) -> None:
    for label in dialog.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else 0
            assert label.height() >= max(needed, label.fontMetrics().height()), label.text()
            assert label.wordWrap() or label.width() >= label.minimumSizeHint().width()
    for button in dialog.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width(), button.text()


def test_no_two_controls_share_a_mnemonic(dialog: QDialog) -> None:
    texts = [button.text() for button in dialog.findChildren(QAbstractButton)]
    texts += [label.text() for label in dialog.findChildren(QLabel) if label.buddy() is not None]
    keys = Counter(QKeySequence.mnemonic(text).toString() for text in texts)
    del keys[""]
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_control_can_be_named_aloud(dialog: QDialog) -> None:
    for control in dialog.findChildren(QLineEdit) + dialog.findChildren(QListWidget):
        if not isinstance(control.parent(), (QComboBox, QAbstractSpinBox)):
            assert control.accessibleName()
    for control in dialog.findChildren(QComboBox) + dialog.findChildren(QAbstractSpinBox):
        assert control.accessibleName()


def test_escape_leaves(dialog: QDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.result() == QDialog.DialogCode.Rejected
