"""Labels in the app's few kinds of lettering."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def title_label(text: str, scale: float = 1.4) -> QLabel:
    """A heading, `scale` times as big as the text."""
    label = _label(text, "title")
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    return label


def section_label(text: str, field: QWidget | None = None) -> QLabel:
    """A strong line above a field; an "&" in it marks the mnemonic that jumps to the field."""
    label = QLabel(text)
    label.setProperty("role", "section")
    if field is not None:
        label.setBuddy(field.focusProxy() or field)
    return label


def muted_label(text: str) -> QLabel:
    """An explaining sentence; it wraps."""
    return wrapping(_label(text, "muted"))


def problem_label(text: str = "") -> QLabel:
    """A sentence on what is wrong; it wraps and can be copied."""
    return selectable(wrapping(_label(text, "problem")))


def keys_label(keys: str) -> QLabel:
    """A key as it is printed on a keyboard."""
    label = _label(keys, "keys")
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def wrapping(label: QLabel) -> QLabel:
    """The same label, wrapping its words."""
    label.setWordWrap(True)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def selectable(label: QLabel) -> QLabel:
    """The same label, its text to be selected by the mouse."""
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another look of the style sheet."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    # Sentences quote names of files, which may look like markup.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label
