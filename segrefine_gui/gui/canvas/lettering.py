"""The words on a canvas: its captions, and the message where there is no image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

PILL_COLOR = QColor(0, 0, 0, 165)
PILL_TEXT_COLOR = QColor(255, 255, 255, 235)
MESSAGE_COLOR = QColor(255, 255, 255, 190)
CAPTION_INSET = 10.0
MESSAGE_WIDTH = 420.0

SWATCH_GAP, CAPTION_GAP = 6.0, 14.0
"""Between a swatch and its text, and between two captions in one pill, in widget pixels."""


class Swatch(Enum):
    """What stands before a caption: the look of the thing it names."""

    DOT = Qt.BrushStyle.SolidPattern
    RISING = Qt.BrushStyle.BDiagPattern
    FALLING = Qt.BrushStyle.FDiagPattern


@dataclass(frozen=True)
class Caption:
    """One caption.

    Attributes:
        text: one line, translated.
        color: of the swatch that ties it to something drawn; None for no swatch.
        swatch: its look.
    """

    text: str
    color: QColor | None = None
    swatch: Swatch = Swatch.DOT


def draw_captions(
    painter: QPainter, captions: Sequence[Caption], width: int, *, on_right: bool
) -> None:
    """Draw captions in a small dark pill in a top corner.

    Args:
        painter: on the widget, in widget pixels, with the widget's font.
        captions: from left to right; nothing is drawn for none.
        width: of the widget.
        on_right: in the right corner, else the left one.
    """
    if not captions:
        return
    metrics = painter.fontMetrics()
    height = metrics.height() + 8.0
    side = metrics.ascent() * 0.62
    widths = [
        metrics.horizontalAdvance(caption.text)
        + (side * _stretch(caption) + SWATCH_GAP if caption.color is not None else 0.0)
        for caption in captions
    ]
    length = sum(widths) + CAPTION_GAP * (len(captions) - 1) + 0.95 * height
    left = width - CAPTION_INSET - length if on_right else CAPTION_INSET
    pill = QRectF(left, CAPTION_INSET, length, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PILL_COLOR)
    painter.drawRoundedRect(pill, height / 2, height / 2)
    x = pill.left() + height * 0.45
    for caption, taken in zip(captions, widths, strict=True):
        text_left = x
        if caption.color is not None:
            swatch = QRectF(x, pill.center().y() - side / 2, side * _stretch(caption), side)
            _draw_swatch(painter, swatch, caption.color, caption.swatch)
            text_left = swatch.right() + SWATCH_GAP
        painter.setPen(PILL_TEXT_COLOR)
        painter.drawText(
            QRectF(text_left, pill.top(), x + taken - text_left + 1, height),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine,
            caption.text,
        )
        x += taken + CAPTION_GAP
    painter.restore()


def draw_message(painter: QPainter, text: str, area: QRectF) -> None:
    """Draw a message in the middle of `area`, wrapped, for a dark background."""
    width = min(MESSAGE_WIDTH, area.width() - 4 * CAPTION_INSET)
    box = QRectF(area.center().x() - width / 2, area.top(), width, area.height())
    painter.setPen(MESSAGE_COLOR)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)


def _stretch(caption: Caption) -> float:
    """Width of a swatch over its height: hatching needs room to be seen."""
    return 1.0 if caption.swatch is Swatch.DOT else 2.0


def _draw_swatch(painter: QPainter, box: QRectF, color: QColor, swatch: Swatch) -> None:
    if swatch is Swatch.DOT:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(box)
        return
    painter.setPen(color)
    painter.setBrush(QBrush(color, swatch.value))
    painter.drawRoundedRect(box, 2, 2)
