"""The words on a canvas: its caption, and the message where there is no image."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

PILL_COLOR = QColor(0, 0, 0, 165)
PILL_TEXT_COLOR = QColor(255, 255, 255, 235)
MESSAGE_COLOR = QColor(255, 255, 255, 190)
CAPTION_INSET = 10.0
MESSAGE_WIDTH = 420.0


def draw_caption(painter: QPainter, text: str, color: QColor | None) -> None:
    """Draw a caption as a small dark pill in the top left corner.

    Args:
        painter: on the widget, in widget pixels, with the widget's font.
        text: the caption, one line.
        color: of a dot before the text that ties it to an overlay; None for no dot.
    """
    metrics = painter.fontMetrics()
    height = metrics.height() + 8.0
    dot = metrics.ascent() * 0.62 if color is not None else 0.0
    text_left = height * 0.45 + (dot + 6.0 if color is not None else 0.0)
    width = text_left + metrics.horizontalAdvance(text) + height * 0.5
    pill = QRectF(CAPTION_INSET, CAPTION_INSET, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PILL_COLOR)
    painter.drawRoundedRect(pill, height / 2, height / 2)
    if color is not None:
        painter.setBrush(color)
        middle = QPointF(pill.left() + height * 0.45 + dot / 2, pill.center().y())
        painter.drawEllipse(middle, dot / 2, dot / 2)
    painter.setPen(PILL_TEXT_COLOR)
    painter.drawText(
        pill.adjusted(text_left, 0, 0, 0),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine,
        text,
    )


def draw_message(painter: QPainter, text: str, area: QRectF) -> None:
    """Draw a message in the middle of `area`, wrapped, for a dark background."""
    width = min(MESSAGE_WIDTH, area.width() - 4 * CAPTION_INSET)
    box = QRectF(area.center().x() - width / 2, area.top(), width, area.height())
    painter.setPen(MESSAGE_COLOR)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
