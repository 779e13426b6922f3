"""The look of controls: what Fusion draws too tightly or too grey, drawn over.

Widgets ask for a look by the dynamic property `role`; there is no other style sheet in the app.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.gui.colors import Scheme

_BUTTONS = """
QPushButton {
    background: $surface; color: $text;
    border: 1px solid $border; border-radius: 6px;
    padding: 5px 14px; min-height: 20px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed, QPushButton:checked { background: $border; }
QPushButton:focus { border-color: $link; }
QPushButton:disabled { background: transparent; color: $faint; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:focus { border-color: $text; }
QPushButton[role="primary"]:pressed { background: $link; color: $window; }
QPushButton[role="primary"]:disabled {
    background: $hover; color: $faint; border-color: $border;
}
QPushButton[role="small"] { padding: 2px 10px; min-height: 0; }
QPushButton[role="card"] { border-radius: 8px; padding: 0; text-align: left; }
QPushButton[role="row"] { background: transparent; border-color: transparent; padding: 0; }
QPushButton[role="row"]:hover { background: $hover; }
QPushButton[role="row"]:focus { border-color: $link; }
QPushButton[role="alternative"] { background: transparent; padding: 0; text-align: left; }
QPushButton[role="alternative"]:hover { background: $hover; }
QPushButton[role="alternative"]:checked { background: $surface; border: 2px solid $link; }
QToolButton {
    color: $text; background: transparent;
    border: 1px solid transparent; border-radius: 6px; padding: 4px 6px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $border; }
QToolButton:checked { background: $hover; border-color: $border; }
QToolButton:focus { border-color: $link; }
QToolButton:disabled { color: $faint; }
QToolButton[role="slim"] { padding: 3px 4px; }
QToolButton[role="side"] { color: $muted; border-color: $border; padding: 3px 4px; }
QToolButton[role="side"]:checked { color: $text; border-color: $link; }
QToolButton[role="fold"] { padding: 2px 4px 2px 0; color: $muted; }
QToolButton[role="fold"]:hover { color: $text; background: transparent; }
QToolButton[role="fold"]:checked { background: transparent; border-color: transparent; }
QToolButton[role="fold"]:focus { border-color: $link; }
"""

_FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox {
    background: $field; color: $text;
    border: 1px solid $border; border-radius: 6px;
    padding: 5px 8px; min-height: 20px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus, QListWidget:focus,
QAbstractItemView:focus, QPlainTextEdit:focus { border-color: $link; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {
    background: transparent; color: $faint;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 14px; height: 14px; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit {
    border: none; padding: 0; min-height: 0; background: transparent;
}
QComboBox QAbstractItemView { background: $surface; border-radius: 0; outline: none; }
QAbstractSpinBox { padding: 5px 0; max-height: 20px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 22px; }
QAbstractSpinBox::up-arrow { image: url("$icons/chevron-up.svg"); width: 11px; height: 11px; }
QAbstractSpinBox::down-arrow { image: url("$icons/chevron-down.svg"); width: 11px; height: 11px; }
QCheckBox, QRadioButton { color: $text; spacing: 8px; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator, QTableView::indicator {
    width: 14px; height: 14px; border: 1px solid $muted; background: $field;
}
QCheckBox::indicator, QListView::indicator, QTableView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover,
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: $link; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {
    border-color: $border; background: transparent;
}
QCheckBox::indicator:checked, QListView::indicator:checked, QTableView::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/tick.svg");
}
QCheckBox::indicator:checked:disabled { background: $border; border-color: $border; }
QRadioButton::indicator:checked {
    width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent;
}
QCheckBox:focus, QRadioButton:focus { color: $link; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QAbstractItemView, QPlainTextEdit {
    background: $field; color: $text; border: 1px solid $border; border-radius: 6px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QTableView::item { padding: 6px 8px; border-bottom: 1px solid $hover; }
QTableView::item:selected { background: $accent; color: $on_accent; }
QTreeView[role="keys"]::item { padding: 4px 5px; }
QTreeView[role="keys"]::item:selected { background: $accent; color: $on_accent; }
QTreeView[role="keys"]::branch { background: transparent; }
QListWidget::item { padding: 4px 6px; }
QHeaderView { background: $window; border: none; }
QHeaderView::section {
    background: $window; color: $muted; font-weight: 600;
    border: none; border-bottom: 1px solid $border; padding: 6px 8px;
}
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $border; }
QSlider::sub-page:horizontal { border-radius: 2px; background: $accent; }
QSlider::handle:horizontal {
    width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
    background: $surface; border: 1px solid $muted;
}
QSlider::handle:horizontal:hover { border-color: $link; }
QSlider:disabled { background: transparent; }
QProgressBar {
    background: $hover; color: $text; text-align: center;
    border: 1px solid $border; border-radius: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 5px; }
"""

_WINDOW = """
QToolBar {
    background: $window; border: none; border-bottom: 1px solid $border;
    padding: 4px 8px; spacing: 4px;
}
QToolBar::separator { background: $border; width: 1px; margin: 5px 6px; }
QStatusBar { background: $window; color: $muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: $muted; }
QSplitter::handle, QMainWindow::separator { background: $border; width: 1px; height: 1px; }
QToolTip { background: $surface; color: $text; border: 1px solid $border; padding: 4px 6px; }
QScrollArea[role="plain"], QWidget[role="plain"] { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

_WORDS = """
QLabel[role="title"], QLabel[role="section"] { color: $text; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="problem"] { color: $warning; }
QLabel[role="keys"] {
    color: $muted; background: $hover; border: 1px solid $border; border-radius: 4px;
    padding: 1px 6px;
}
QLabel:disabled, QLabel[role="section"]:disabled, QLabel[role="muted"]:disabled { color: $faint; }
QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QFrame[role="warning"] {
    background: $warning_surface; border: 1px solid $border; border-radius: 8px;
}
QLabel[role="capture"] {
    color: $text; background: $hover; border: 1px solid $link; border-radius: 8px; padding: 8px;
}
QFrame[role="palette"] {
    background: $window; border: 1px solid $muted; border-radius: 8px;
}
QListView[role="palette-list"] { border: none; background: $window; }
QFrame[role="line"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="upright-line"] {
    background: $border; border: none; max-width: 1px; min-width: 1px; margin: 6px 6px;
}
QFrame[role="drop"] { background: transparent; border: 2px dashed $border; border-radius: 12px; }
QFrame[role="drop-active"] {
    background: $hover; border: 2px dashed $link; border-radius: 12px;
}
"""

_TEMPLATE = Template(_BUTTONS + _FIELDS + _WINDOW + _WORDS)


def stylesheet(scheme: Scheme) -> str:
    """The style sheet of the whole app in one scheme."""
    icons = (resources_folder() / "icons").as_posix()
    return _TEMPLATE.substitute(asdict(scheme), icons=icons)
