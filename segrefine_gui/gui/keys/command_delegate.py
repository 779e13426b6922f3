"""Draws the rows of the command palette."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from segrefine_gui.gui.colors import Scheme, scheme_of
from segrefine_gui.gui.keys.command_list import COMMAND, Command

_INSET, _GAP, _PADDING = 10, 12, 7


class CommandDelegate(QStyledItemDelegate):
    """A name with the typed letters strong, its menu beside it, its keys at the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a row."""
        command = index.data(COMMAND)
        assert isinstance(command, Command)
        scheme = scheme_of(option.palette)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(scheme.hover if command.when else scheme.accent))
            painter.drawRoundedRect(option.rect, 6, 6)
        strong, quiet = _inks(scheme, command, is_current)
        row = option.rect.adjusted(_INSET, 0, -_INSET, 0)
        row = _draw_right(painter, option.font, command.when or command.keys, quiet, row)
        row = _draw_name(painter, option.font, command, strong, row)
        menu = QFontMetrics(option.font).elidedText(
            command.menu, Qt.TextElideMode.ElideRight, row.width()
        )
        _draw(painter, option.font, menu, quiet, row, Qt.AlignmentFlag.AlignLeft)
        painter.restore()

    def sizeHint(
        self,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002 - Qt's signature
    ) -> QSize:
        """One line of text with room around it."""
        return QSize(0, option.fontMetrics.height() + 2 * _PADDING)


def _inks(scheme: Scheme, command: Command, is_current: bool) -> tuple[QColor, QColor]:
    """The inks of the name and of what is beside it."""
    if command.when:
        return QColor(scheme.faint), QColor(scheme.faint)
    if is_current:
        return QColor(scheme.on_accent), QColor(scheme.on_accent)
    return QColor(scheme.text), QColor(scheme.muted)


def _draw_right(painter: QPainter, font: QFont, text: str, ink: QColor, row: QRect) -> QRect:
    """Draw a text at the right end, and return what it leaves of the row."""
    _draw(painter, font, text, ink, row, Qt.AlignmentFlag.AlignRight)
    return row.adjusted(0, 0, -QFontMetrics(font).horizontalAdvance(text) - _GAP, 0)


def _draw_name(painter: QPainter, font: QFont, command: Command, ink: QColor, row: QRect) -> QRect:
    """Draw the name with the typed letters strong, and return what it leaves of the row."""
    bold = QFont(font)
    bold.setBold(True)
    found = set(command.found)
    for is_found, places in groupby(range(len(command.text)), key=found.__contains__):
        text = "".join(command.text[place] for place in places)
        run_font = bold if is_found else font
        _draw(painter, run_font, text, ink, row, Qt.AlignmentFlag.AlignLeft)
        row = row.adjusted(QFontMetrics(run_font).horizontalAdvance(text), 0, 0, 0)
    return row.adjusted(_GAP, 0, 0, 0)


def _draw(
    painter: QPainter,
    font: QFont,
    text: str,
    ink: QColor,
    row: QRect,
    alignment: Qt.AlignmentFlag,
) -> None:
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(row, int(alignment | Qt.AlignmentFlag.AlignVCenter), text)
