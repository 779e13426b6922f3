"""Reports, errors and keys: what is shown can be read, unfolded and copied."""

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from segrefine_gui.gui.actions import shortcut_groups
from segrefine_gui.gui.dialogs.error_dialog import show_error
from segrefine_gui.gui.dialogs.report_dialog import ReportDialog
from segrefine_gui.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from segrefine_gui.gui.keys.keymap import Keymap
from segrefine_gui.services.steps import Skipped

SKIPPED = [
    Skipped("cat.jpg", "The image file is truncated."),
    Skipped("annotation 7", "The mask is empty and was left out."),
    Skipped("<b>dog</b>.jpg", "There is no image of that name."),
]


def copied() -> str:
    return QGuiApplication.clipboard().text()


def test_a_report_lists_everything_that_was_left_out(qtbot: QtBot) -> None:
    dialog = ReportDialog("Import finished", "Instances added: 21.", SKIPPED)
    qtbot.addWidget(dialog)
    dialog.show()
    model = dialog.table.model()
    rows = [
        tuple(model.index(row, column).data() for column in range(2))
        for row in range(model.rowCount())
    ]
    assert rows == [(item.subject, item.sentence) for item in SKIPPED]
    assert "Instances added: 21." in [label.text() for label in dialog.findChildren(QLabel)]


def test_a_report_is_copied_whole_or_by_rows(qtbot: QtBot) -> None:
    dialog = ReportDialog("Import finished", "", SKIPPED)
    qtbot.addWidget(dialog)
    dialog.show()

    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert copied().splitlines() == [f"{item.subject}\t{item.sentence}" for item in SKIPPED]

    flags = QItemSelectionModel.SelectionFlag
    for row in (2, 0):
        index = dialog.table.model().index(row, 0)
        dialog.table.selectionModel().select(index, flags.Select | flags.Rows)
    dialog.activateWindow()
    dialog.table.setFocus()
    qtbot.waitUntil(dialog.table.hasFocus)
    qtbot.keyClick(dialog.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert copied().splitlines() == [
        "cat.jpg\tThe image file is truncated.",
        "<b>dog</b>.jpg\tThere is no image of that name.",
    ]


def test_a_long_report_opens_at_once(qtbot: QtBot) -> None:
    dialog = ReportDialog("Import", "", [Skipped(str(i), "Left out.") for i in range(100_000)])
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.table.model().rowCount() == 100_000
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_report_of_nothing_left_out_has_no_table(qtbot: QtBot) -> None:
    dialog = ReportDialog("Import finished", "Instances added: 21.", [])
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.table.isVisible()
    assert not dialog.copy_button.isVisible()


def test_an_error_is_a_sentence_with_details_to_unfold_and_copy(qtbot: QtBot) -> None:
    dialog = show_error(None, "The GPU ran out of <memory>.", "CUDA error 2")
    qtbot.addWidget(dialog)
    assert dialog.isVisible()
    assert dialog.sentence.text() == "The GPU ran out of <memory>."
    assert dialog.sentence.textFormat() is Qt.TextFormat.PlainText
    assert not dialog.detail.isVisible()

    qtbot.mouseClick(dialog.fold_out.toggle, Qt.MouseButton.LeftButton)
    assert dialog.detail.isVisible()
    assert dialog.detail.toPlainText() == "CUDA error 2"

    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert copied() == "The GPU ran out of <memory>.\n\nCUDA error 2"
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_an_error_without_details_has_nothing_to_unfold(qtbot: QtBot) -> None:
    dialog = show_error(None, f"There is no file {Path('a.jpg')}.", "")
    qtbot.addWidget(dialog)
    assert not dialog.fold_out.isVisible()


def test_every_key_of_the_window_is_listed(qtbot: QtBot) -> None:
    groups = shortcut_groups(Keymap())
    dialog = ShortcutsDialog(groups)
    qtbot.addWidget(dialog)
    dialog.show()
    shown = [label.text() for label in dialog.findChildren(QLabel)]
    for lines in groups.values():
        for text, keys in lines:
            assert text in shown
            for key in keys.split(", "):
                assert key in shown
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
