"""How an instance looks in the contact sheet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.colors import DECISION_COLORS, scheme_of
from segrefine_gui.gui.contact_sheet.spot_check import Finding
from segrefine_gui.gui.icons import icon
from segrefine_gui.gui.queue.delegate import SIGN_SIDE, SMALL, paint_chip, paint_line
from segrefine_gui.gui.queue.model import ENTRY_ROLE, RISK_ROLE, risk_words
from segrefine_gui.gui.widgets.risk_meter import paint_meter
from segrefine_gui.storage.base import QueueEntry

PADDING = 8
GAP = 4
"""Between the two crops."""

METER = 5.0
"""Thickness of the meter under them, as wide as both."""

ROOMY = 200
"""Width of a cell's words from which there is room for the word beside the risk's number."""

_Index = QModelIndex | QPersistentModelIndex


class SheetDelegate(QStyledItemDelegate):
    """Paints the crops before and after beside each other; under them risk and decision.

    Args:
        crop: gives both crops of an instance as the halves of a pixmap, None while there is none.
        finding: what a spot check found an instance to be, None where it was not looked at.
        parent: the view.
    """

    def __init__(
        self,
        crop: Callable[[int], QPixmap | None],
        finding: Callable[[int], Finding | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._crop = crop
        self._finding = finding
        self._draft_icon = icon("draft")

    @staticmethod
    def cell(side: int, font: QFont) -> QSize:
        """Size of a cell whose crops have sides of so many pixels."""
        words = QFontMetrics(font).height() + 8 + round(METER)
        return QSize(2 * side + GAP + 4 * PADDING, side + words + 4 * PADDING)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        """The cell it is given; the view knows."""
        return option.rect.size()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one cell."""
        entry = index.data(ENTRY_ROLE)
        assert isinstance(entry, QueueEntry)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        finding, risk = self._finding(entry.instance_id), index.data(RISK_ROLE)
        _paint_card(painter, option, entry.decision, finding)
        inner = option.rect.adjusted(2 * PADDING, 2 * PADDING, -2 * PADDING, -2 * PADDING)
        side = (inner.width() - GAP) // 2
        before = QRect(inner.left(), inner.top(), side, side)
        self._paint_crops(painter, before, entry, option)
        meter = QRectF(inner.left(), before.bottom() + 5.0, 2 * side + GAP, METER)
        if risk is not None:
            paint_meter(painter, meter, risk, option.palette)
        words = QRect(inner.left(), round(meter.bottom()) + 4, inner.width(), 0)
        words.setBottom(inner.bottom())
        _paint_words(painter, words, option, entry, risk, finding)
        if entry.is_drafted:
            self._paint_draft_sign(painter, before, option)
        painter.restore()

    def _paint_draft_sign(
        self, painter: QPainter, before: QRect, option: QStyleOptionViewItem
    ) -> None:
        """In the corner of the right crop, on a ground of its own: photos have any colour."""
        place = QRect(0, 0, SIGN_SIDE + 4, SIGN_SIDE + 4)
        place.moveTopRight(before.translated(before.width() + GAP - 4, 4).topRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(scheme_of(option.palette).surface))
        painter.drawRoundedRect(place, 4, 4)
        self._draft_icon.paint(painter, place.adjusted(2, 2, -2, -2))

    def _paint_crops(
        self, painter: QPainter, before: QRect, entry: QueueEntry, option: QStyleOptionViewItem
    ) -> None:
        after = before.translated(before.width() + GAP, 0)
        pixmap = self._crop(entry.instance_id)
        ground = QColor(scheme_of(option.palette).hover)
        for number, place in enumerate((before, after)):
            rounded = QPainterPath()
            rounded.addRoundedRect(QRectF(place), 5, 5)
            painter.save()
            painter.setClipPath(rounded)
            painter.fillRect(place, ground)
            if number and not entry.refiner and entry.decision is not Decision.EDITED:
                _paint_absence(painter, place, option)
            elif pixmap is not None and not pixmap.isNull():
                half = QRect(0, 0, pixmap.width() // 2, pixmap.height())
                half.translate(number * half.width(), 0)
                size = half.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
                target = QRect(place.topLeft(), size)
                target.moveCenter(place.center())
                painter.drawPixmap(target, pixmap, half)
            painter.restore()


def _paint_card(
    painter: QPainter, option: QStyleOptionViewItem, decision: Decision, finding: Finding | None
) -> None:
    scheme = scheme_of(option.palette)
    card = QRectF(option.rect).adjusted(PADDING / 2, PADDING / 2, -PADDING / 2, -PADDING / 2)
    fill, frame, width = QColor(scheme.surface), QColor(scheme.border), 1.0
    if decision is not Decision.PENDING:
        frame, width = DECISION_COLORS[decision], 2.0
    if finding is not None:
        frame, width = _finding_ink(finding, option), 2.0
    if option.state & QStyle.StateFlag.State_Selected:
        frame, width = QColor(scheme.accent), 3.0
        wash = QColor(scheme.accent)
        wash.setAlpha(56)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(card, 9, 9)
        fill = wash
    elif option.state & QStyle.StateFlag.State_MouseOver:
        fill = QColor(scheme.hover)
    painter.setBrush(fill)
    painter.setPen(QPen(frame, width))
    inset = width / 2
    painter.drawRoundedRect(card.adjusted(inset, inset, -inset, -inset), 9, 9)
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(scheme.text), 1, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(card.adjusted(4.5, 4.5, -4.5, -4.5), 6, 6)


def _paint_words(
    painter: QPainter,
    words: QRect,
    option: QStyleOptionViewItem,
    entry: QueueEntry,
    risk: float | None,
    finding: Finding | None,
) -> None:
    scheme = scheme_of(option.palette)
    small, bold = QFont(option.font), QFont(option.font)
    small.setPointSizeF(small.pointSizeF() * SMALL)
    bold.setWeight(QFont.Weight.DemiBold)
    if finding is not None:
        text = finding.label
        chip_left = words.right() - QFontMetrics(small).horizontalAdvance(text) - 2.0
        area = QRectF(chip_left, words.top(), words.right() - chip_left, words.height())
        paint_line(painter, area, text, small, _finding_ink(finding, option))
    else:
        middle = words.top() + (words.height() - QFontMetrics(small).height()) // 2
        place = QRect(words.left(), middle, words.width(), words.height())
        chip_left = paint_chip(painter, place, small, entry.decision, QColor(scheme.muted)).left()
    # The number stays where there is little room; the name loses its end.
    said = risk_words(risk)
    if risk is not None and words.width() < ROOMY:
        said = f"{risk:.2f}"
    room = QFontMetrics(small).horizontalAdvance(said) + 8.0 if said else 0.0
    number = QRectF(chip_left - room, words.top(), room, words.height())
    paint_line(painter, number, said, small, QColor(scheme.muted))
    title = QRectF(words.left(), words.top(), number.left() - words.left() - 6, words.height())
    paint_line(painter, title, f"{entry.category} #{entry.source_id}", bold, QColor(scheme.text))


def _finding_ink(finding: Finding, option: QStyleOptionViewItem) -> QColor:
    scheme = scheme_of(option.palette)
    return QColor(scheme.warning if finding is Finding.HARMED else scheme.link)


def _paint_absence(painter: QPainter, place: QRect, option: QStyleOptionViewItem) -> None:
    small = QFont(option.font)
    small.setPointSizeF(small.pointSizeF() * SMALL)
    painter.setFont(small)
    painter.setPen(QColor(scheme_of(option.palette).muted))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(place.adjusted(4, 4, -4, -4), flags, _tr("Not refined"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("contact sheet", text)
