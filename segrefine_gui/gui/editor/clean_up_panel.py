"""The panel that cleans a mask up: what it would change is seen before its button is pressed.

What softens the edge of its matte is here too, though it changes no mask: whoever looks after an
edge looks here.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segrefine_gui.domain.mattes import MOST_FEATHER
from segrefine_gui.gui.dialogs.growing_area import WrappingContent
from segrefine_gui.gui.editor.clean_up import CleanUp, Preview
from segrefine_gui.gui.labels import muted_label, section_label, wrapping

WIDTH, LEAST_HEIGHT = 270, 120

MOST_RADIUS, MOST_GROWTH, MOST_AREA = 50, 100, 1_000_000


class CleanUpPanel(QScrollArea):
    """All ways to clean up, combined; nothing is applied before the button is pressed.

    In a low window it scrolls.

    Args:
        parent: the editor.
    """

    planned = Signal(object)
    """The `CleanUp` that the person wants to see."""

    applied = Signal()
    """The person wants what they see."""

    feather_moved = Signal(int)
    """The feather that mattes of the project are to have, in pixels."""

    matte_wanted = Signal(bool)
    """Whether the person wants to see the matte."""

    closed = Signal()
    """The person is done with the panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("Clean up"))
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.setAccessibleName(self.tr("Scroll what is cleaned up"))
        title = section_label(self.tr("Clean Up"))
        pixels = self.tr(" px")
        self.boxes = {
            "close": _box(0, MOST_RADIUS, pixels, self.tr("Radius of the gaps to close")),
            "open": _box(0, MOST_RADIUS, pixels, self.tr("Radius of the spurs to take away")),
            "smooth": _box(0, MOST_RADIUS, pixels, self.tr("Radius of what is rounded off")),
            "holes": _box(0, MOST_AREA, pixels, self.tr("Area up to which holes are filled")),
            "islands": _box(0, MOST_AREA, pixels, self.tr("Area up to which islands go")),
            "grow": _box(
                -MOST_GROWTH, MOST_GROWTH, pixels, self.tr("How far to grow, or to shrink below 0")
            ),
        }
        for area in ("holes", "islands"):
            self.boxes[area].setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.ticks = {
            "largest": QCheckBox(self.tr("Keep the largest region")),
            "hull": QCheckBox(self.tr("Fill the convex hull")),
        }
        self.feather = _box(0, MOST_FEATHER, pixels, self.tr("Pixels over which an edge fades"))
        self.matte_tick = QCheckBox(self.tr("Show the matte"))
        self.matte_tick.setToolTip(self.tr("The object as its matte cuts it out"))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.apply_button = QPushButton(self.tr("Clean Up"))
        self.apply_button.clicked.connect(self.applied)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.clicked.connect(self.closed)
        for button in (*self.ticks.values(), self.matte_tick, self.apply_button, self.close_button):
            button.setAccessibleName(button.text())
        self._lay_out(title)
        for box in self.boxes.values():
            box.valueChanged.connect(self._tell)
        for tick in self.ticks.values():
            tick.toggled.connect(self._tell)
        self.feather.valueChanged.connect(self._tell_feather)
        self.matte_tick.toggled.connect(self.matte_wanted)
        self.show_waiting()
        self.hide()

    @property
    def plan(self) -> CleanUp:
        """What is chosen."""
        values = {name: box.value() for name, box in self.boxes.items()}
        return CleanUp(
            **values, largest=self.ticks["largest"].isChecked(), hull=self.ticks["hull"].isChecked()
        )

    @property
    def wants_matte(self) -> bool:
        """Whether the person wants to see the matte."""
        return self.matte_tick.isChecked()

    def show_feather(self, feather: int) -> None:
        """Show what is kept with the project, without telling of a change."""
        self.feather.blockSignals(True)
        self.feather.setValue(feather)
        self.feather.blockSignals(False)

    def hide_matte(self) -> None:
        """Want to see the matte no more, without telling."""
        self.matte_tick.blockSignals(True)
        self.matte_tick.setChecked(False)
        self.matte_tick.blockSignals(False)

    def minimumSizeHint(self) -> QSize:
        """Little of its height: the rest scrolls."""
        return QSize(WIDTH, LEAST_HEIGHT)

    def reset(self) -> None:
        """Choose nothing: what was chosen is done."""
        for box in self.boxes.values():
            box.setValue(0)
        for tick in self.ticks.values():
            tick.setChecked(False)

    def show_waiting(self) -> None:
        """Say that nothing is known yet of what would change."""
        self.apply_button.setEnabled(False)
        self.words.setText(self.tr("Choose what to clean up; the mask shows what would change."))

    def show_preview(self, preview: Preview) -> None:
        """Say what would change, and offer it."""
        self.apply_button.setEnabled(not preview.changes_nothing)
        if preview.changes_nothing:
            self.words.setText(self.tr("Nothing would change."))
            return
        added, removed = (
            QLocale().toString(area) for area in (preview.added_area, preview.removed_area)
        )
        self.words.setText(self.tr("Adds {} px and removes {} px.").format(added, removed))

    def _lay_out(self, title: QLabel) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        for name, text in (
            ("close", self.tr("Close gaps")),
            ("open", self.tr("Cut spurs")),
            ("smooth", self.tr("Smooth")),
            ("holes", self.tr("Fill holes to")),
            ("islands", self.tr("Drop islands to")),
        ):
            form.addRow(text, self.boxes[name])
        for tick in self.ticks.values():
            form.addRow(tick)
        form.addRow(self.tr("Grow or shrink"), self.boxes["grow"])
        buttons = QHBoxLayout()
        buttons.addWidget(self.apply_button)
        buttons.addWidget(self.close_button)
        content = WrappingContent()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addWidget(self.words)
        layout.addLayout(buttons)
        layout.addSpacing(8)
        layout.addWidget(section_label(self.tr("Matte")))
        soft = QFormLayout()
        soft.setSpacing(8)
        soft.addRow(self.tr("Soft edge"), self.feather)
        soft.addRow(self.matte_tick)
        layout.addLayout(soft)
        layout.addWidget(wrapping(muted_label(self.tr("For all mattes that are exported."))))
        layout.addStretch(1)
        for part in (self, self.viewport(), content):
            part.setProperty("role", "plain")
        self.setWidget(content)

    def _tell(self) -> None:
        self.planned.emit(self.plan)

    def _tell_feather(self, feather: int) -> None:
        self.matte_tick.setChecked(True)  # whoever changes it wants to see it
        self.feather_moved.emit(feather)


class _Amount(QSpinBox):
    """A number that the wheel changes only after a click: until then it scrolls the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the panel without the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _box(least: int, most: int, suffix: str, tooltip: str) -> QSpinBox:
    box = _Amount()
    box.setRange(least, most)
    box.setSuffix(suffix)
    box.setToolTip(tooltip)
    box.setAccessibleName(tooltip)
    return box
