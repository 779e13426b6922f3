"""The look of controls: what Fusion draws too tightly or too grey, drawn over."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from segrefine_gui.gui.colors import Scheme
from segrefine_gui.storage.locations import resources_folder

_TEMPLATE = Template("""
QPushButton {
    background: $surface; color: $text;
    border: 1px solid $border; border-radius: 6px;
    padding: 6px 14px; min-height: 18px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $border; }
QPushButton:focus { border: 1px solid $link; }
QPushButton:disabled { background: transparent; color: $faint; }
QPushButton[primary="true"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[primary="true"]:hover { background: $link; color: $window; border-color: $link; }
QPushButton[primary="true"]:focus { border: 1px solid $text; }
QPushButton[primary="true"]:disabled {
    background: transparent; color: $faint; border-color: $border;
}
QLineEdit, QComboBox, QDoubleSpinBox, QSpinBox {
    background: $field; color: $text;
    border: 1px solid $border; border-radius: 6px;
    padding: 5px 8px; min-height: 20px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QComboBox:focus, QDoubleSpinBox:focus, QSpinBox:focus { border-color: $link; }
QLineEdit:disabled, QComboBox:disabled, QDoubleSpinBox:disabled, QSpinBox:disabled {
    background: transparent; color: $faint;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 14px; height: 14px; }
QComboBox QLineEdit { border: none; padding: 0; background: transparent; }
QToolTip {
    background: $surface; color: $text; border: 1px solid $border; padding: 4px 6px;
}
QAbstractItemView { border: 1px solid $border; border-radius: 6px; background: $field; }
QHeaderView::section {
    background: $window; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 6px 8px; font-weight: 600;
}
QLabel[role="title"] { color: $text; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="section"] { color: $text; font-weight: 600; }
QLabel[role="problem"] { color: $warning; }
QLabel[role="keys"] {
    color: $muted; background: $window; border: 1px solid $border; border-bottom-width: 2px;
    border-radius: 4px; padding: 1px 6px;
}
QLabel:disabled { color: $faint; }
""")


def stylesheet(scheme: Scheme) -> str:
    """The style sheet of the whole app in one scheme."""
    icons = (resources_folder() / "icons").as_posix()
    return _TEMPLATE.substitute(asdict(scheme), icons=icons)
