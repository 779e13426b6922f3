"""Rows of the queue: what they say, to eyes and to screen readers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.queue.delegate import QueueDelegate
from segrefine_gui.gui.queue.model import RISK_ROLE, QueueModel
from segrefine_gui.storage.base import QueueEntry

ENTRY = QueueEntry(1, 1, 42, "zebra", 0.5, Decision.PENDING, "grabcut", None, 900)


def painted(qtbot: QtBot, entry: QueueEntry, width: int = 290) -> bytes:
    view = QWidget()
    qtbot.addWidget(view)
    model = QueueModel()
    model.set_entries([entry], lambda _: "a/very/long/folder/with/an/image.jpg")
    delegate = QueueDelegate(lambda _: QPixmap(4, 4), view)
    option = QStyleOptionViewItem()
    option.widget = view
    option.rect.setSize(QSize(width, 72))
    option.palette, option.font = view.palette(), view.font()
    image = QImage(width, 72, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0))
    painter.end()
    return bytes(image.constBits())


def test_a_screen_reader_hears_what_a_row_is(qtbot: QtBot):
    model = QueueModel()
    model.set_entries([ENTRY], lambda _: "grass.jpg")

    assert model.index(0).data() == "zebra 42, grass.jpg, Pending"


def test_a_name_that_looks_like_markup_is_no_markup_in_a_tooltip(qtbot: QtBot):
    model = QueueModel()
    model.set_entries([ENTRY], lambda _: "<b>x</b>.jpg")

    tooltip = model.index(0).data(Qt.ItemDataRole.ToolTipRole)

    assert tooltip == "<span>&lt;b&gt;x&lt;/b&gt;.jpg</span>"


def test_each_decision_looks_different_also_without_colour(qtbot: QtBot):
    def grey(row: bytes) -> bytes:
        channels = np.frombuffer(row, np.uint8).reshape(-1, 4)[:, :3]
        return (channels.mean(axis=1) < 128).tobytes()

    rows = {grey(painted(qtbot, replace(ENTRY, decision=decision))) for decision in Decision}

    assert len(rows) == len(Decision)


def test_a_risk_is_told_by_number_length_and_words(qtbot: QtBot):
    rows = {painted(qtbot, replace(ENTRY, risk=risk)) for risk in (None, 0.0, 0.2, 0.9)}
    assert len(rows) == 4
    model = QueueModel()
    model.set_entries([replace(ENTRY, risk=0.314)], lambda _: "grass.jpg")
    assert model.index(0).data() == "zebra 42, grass.jpg, Pending, risk 0.31"
    assert model.index(0).data(RISK_ROLE) == 0.314

    with qtbot.waitSignal(model.dataChanged):
        model.set_hides_risk(True)
    assert model.index(0).data() == "zebra 42, grass.jpg, Pending"
    assert model.index(0).data(RISK_ROLE) is None


def test_rows_can_be_painted_at_any_width(qtbot: QtBot):
    for width in (1, 60, 2000):
        assert painted(qtbot, ENTRY, width)


def test_a_changed_row_is_told(qtbot: QtBot):
    model = QueueModel()
    entries = [ENTRY, replace(ENTRY, instance_id=2)]
    model.set_entries(entries, lambda _: "")
    entries[1] = replace(entries[1], decision=Decision.COARSE)

    with qtbot.waitSignal(model.dataChanged) as changed:
        model.row_changed(1)

    assert changed.args[0].row() == 1
    assert "Coarse" in model.index(1).data()


def test_the_same_rows_in_another_list_are_followed_without_a_reset(qtbot: QtBot):
    model = QueueModel()
    model.set_entries([ENTRY], lambda _: "")
    again = [ENTRY]

    with qtbot.assertNotEmitted(model.modelReset):
        model.set_entries(again, lambda _: "")
    again[0] = replace(ENTRY, decision=Decision.DROPPED)

    assert "Dropped" in model.index(0).data()


def test_a_draft_is_seen_and_heard(qtbot: QtBot):
    drafted = replace(ENTRY, is_drafted=True)
    assert painted(qtbot, ENTRY) != painted(qtbot, drafted)

    model = QueueModel()
    model.set_entries([drafted], lambda _: "grass.jpg")
    assert model.index(0).data() == "zebra 42, grass.jpg, Pending, draft of an edit"
    assert "draft of an edit" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
