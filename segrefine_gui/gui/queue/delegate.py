"""How a row of the queue looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.colors import CHIP_TEXT_COLOR, DECISION_COLORS, scheme_of
from segrefine_gui.gui.icons import icon
from segrefine_gui.gui.queue.model import (
    ENTRY_ROLE,
    IMAGE_NAME_ROLE,
    NOTE_ROLE,
    RISK_ROLE,
    decision_name,
    risk_words,
)
from segrefine_gui.gui.widgets.risk_meter import LENGTH, THICKNESS, paint_meter
from segrefine_gui.storage.base import QueueEntry

THUMBNAIL = 56
PADDING = 8
ROW_HEIGHT = THUMBNAIL + 2 * PADDING
GAP = 10
SIGN_SIDE = 16
"""Of the signs that there is a note, or a draft of an edit."""

SMALL = 0.88
"""Size of secondary text, as a share of the font."""

_Index = QModelIndex | QPersistentModelIndex


class QueueDelegate(QStyledItemDelegate):
    """Paints a thumbnail, what the instance is, where it comes from, its decision and its risk.

    Args:
        thumbnail: gives the thumbnail of an instance by its id, None while there is none.
        parent: the view.
    """

    def __init__(self, thumbnail: Callable[[int], QPixmap | None], parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnail = thumbnail
        self._note_icon, self._draft_icon = icon("note"), icon("draft")

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        """The same for every row."""
        return QSize(220, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one row."""
        entry = index.data(ENTRY_ROLE)
        assert isinstance(entry, QueueEntry)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_background(painter, option)
        row = option.rect.adjusted(PADDING + 2, PADDING, -PADDING - 4, -PADDING)
        place = QRect(row.left(), row.top(), THUMBNAIL, THUMBNAIL)
        self._paint_thumbnail(painter, place, entry.instance_id, option.palette)
        words = row.adjusted(THUMBNAIL + GAP, 1, 0, -1)
        self._paint_words(painter, words, option, entry, str(index.data(IMAGE_NAME_ROLE)))
        below = QRectF(words.left(), words.top() + 2 * words.height() / 3, words.width(), 0)
        below.setHeight(words.height() / 3)
        signs = [self._note_icon] if index.data(NOTE_ROLE) else []
        signs += [self._draft_icon] if entry.is_drafted else []
        below.setRight(below.right() - len(signs) * SIGN_SIDE)
        self._paint_details(painter, below, option, entry, index.data(RISK_ROLE))
        corner = QRect(0, 0, SIGN_SIDE, SIGN_SIDE)
        corner.moveBottomRight(words.bottomRight())
        for sign in signs:
            sign.paint(painter, corner)
            corner.translate(-SIGN_SIDE - 2, 0)
        painter.restore()

    def _paint_background(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        scheme = scheme_of(option.palette)
        card = QRectF(option.rect).adjusted(3, 2, -3, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            wash = QColor(scheme.accent)
            wash.setAlpha(52)
            painter.setBrush(wash)
            painter.drawRoundedRect(card, 7, 7)
            painter.setBrush(QColor(scheme.accent))
            bar = QRectF(card.left(), card.top() + 10, 3, card.height() - 20)
            painter.drawRoundedRect(bar, 1.5, 1.5)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(scheme.hover))
            painter.drawRoundedRect(card, 7, 7)

    def _paint_thumbnail(
        self, painter: QPainter, place: QRect, instance_id: int, palette: QPalette
    ) -> None:
        rounded = QPainterPath()
        rounded.addRoundedRect(QRectF(place), 6, 6)
        painter.save()
        painter.setClipPath(rounded)
        painter.fillRect(place, QColor(scheme_of(palette).hover))
        pixmap = self._thumbnail(instance_id)
        if pixmap is not None and not pixmap.isNull():
            size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(QPoint(0, 0), size)
            target.moveCenter(place.center())
            painter.drawPixmap(target, pixmap)
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        words: QRect,
        option: QStyleOptionViewItem,
        entry: QueueEntry,
        image_name: str,
    ) -> None:
        scheme = scheme_of(option.palette)
        bold, small = QFont(option.font), QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(small.pointSizeF() * SMALL)
        line = words.height() / 3
        chip = paint_chip(painter, words, small, entry.decision, QColor(scheme.muted))

        top = QRectF(words.left(), words.top(), chip.left() - words.left() - 6, line)
        title = f"{entry.category} #{entry.source_id}"
        paint_line(painter, top, title, bold, QColor(scheme.text))
        middle = QRectF(words.left(), words.top() + line, words.width(), line)
        elide = Qt.TextElideMode.ElideMiddle
        paint_line(painter, middle, image_name, small, QColor(scheme.muted), elide)

    def _paint_details(
        self,
        painter: QPainter,
        line: QRectF,
        option: QStyleOptionViewItem,
        entry: QueueEntry,
        risk: float | None,
    ) -> None:
        """The risk, as a length and as a number, and what else is known."""
        small = QFont(option.font)
        small.setPointSizeF(small.pointSizeF() * SMALL)
        if risk is not None:
            meter = QRectF(line.left(), line.center().y() - THICKNESS / 2, LENGTH, THICKNESS)
            paint_meter(painter, meter, risk, option.palette)
            line.setLeft(meter.right() + 6)
        score = "" if entry.score is None else f"{entry.score:.2f}"
        text = " · ".join(part for part in (risk_words(risk), score, entry.refiner) if part)
        paint_line(painter, line, text, small, QColor(scheme_of(option.palette).muted))


def paint_chip(
    painter: QPainter, words: QRect, font: QFont, decision: Decision, pending_ink: QColor
) -> QRectF:
    """A pill in the top right corner: a colour and a word; pending ones only have an outline.

    Returns:
        Where it is.
    """
    chip_font = QFont(font)
    chip_font.setPointSizeF(font.pointSizeF() * 0.94)
    chip_font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetrics(chip_font)
    text = decision_name(decision)
    width, height = metrics.horizontalAdvance(text) + 14, metrics.height() + 3
    chip = QRectF(words.right() - width, words.top() - 1, width, height)
    if decision is Decision.PENDING:
        painter.setPen(pending_ink)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ink = pending_ink
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(DECISION_COLORS[decision])
        ink = CHIP_TEXT_COLOR
    painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
    painter.setFont(chip_font)
    painter.setPen(ink)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    return chip


def paint_line(
    painter: QPainter,
    area: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text in the middle of an area, losing what has no room."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, elide, int(area.width()))
    baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
    painter.drawText(QPointF(area.left(), baseline), shown)
