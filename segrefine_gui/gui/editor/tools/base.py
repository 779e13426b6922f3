"""What every tool of the editor is: it hears the pointer, paints, and draws its own preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QPainter

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.canvas.view_transform import ViewTransform

T = TypeVar("T")

translate = QCoreApplication.translate

Point = tuple[float, float]
"""A point (x, y) of the image in pixels; pixel centres lie at halves."""

LEAST_SIZE, MOST_SIZE = 1, 1000
"""Diameters of a brush, in image pixels."""

MOST_TOLERANCE, TOLERANCE_STEP = 255, 4
"""Tolerances of the wand, and how much a key or a notch of the wheel changes them."""

SIZE_STEP = 0.15
"""How much a key or a notch of the wheel changes the size, as a share of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """Which keys are held with the pointer.

    Attributes:
        alt: the tool does the opposite.
        shift: the tool goes straight.
    """

    alt: bool = False
    shift: bool = False

    @classmethod
    def of(cls, modifiers: Qt.KeyboardModifier) -> Held:
        """What Qt tells."""
        return cls(
            bool(modifiers & Qt.KeyboardModifier.AltModifier),
            bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        )


@dataclass(slots=True)
class BrushSize:
    """The size that all brushes share.

    Attributes:
        diameter: in image pixels.
    """

    diameter: int = 24

    @property
    def radius(self) -> float:
        """Half of it."""
        return self.diameter / 2

    def step(self, steps: float) -> None:
        """Make it some steps larger, or smaller when negative; by a pixel at least."""
        factor = (1 + SIZE_STEP) ** steps
        wanted = round(self.diameter * factor)
        if wanted == self.diameter:
            wanted += 1 if steps > 0 else -1
        self.set(wanted)

    def set(self, diameter: int) -> None:
        """Give it a value, kept within the limits."""
        self.diameter = min(max(diameter, LEAST_SIZE), MOST_SIZE)


@dataclass(slots=True)
class Tolerance:
    """How alike pixels must be for the wand.

    Attributes:
        value: most difference in any of the channels, 0..255.
    """

    value: int = 24

    def step(self, steps: float) -> None:
        """Make it larger by some steps, or smaller when negative."""
        self.set(self.value + round(TOLERANCE_STEP * steps))

    def set(self, value: int) -> None:
        """Give it a value, kept within the limits."""
        self.value = min(max(value, 0), MOST_TOLERANCE)


class Background(Protocol):
    """Where a tool has something computed that takes longer than a frame."""

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        """Do some work in a thread; nothing more is heard of it once newer work was asked for.

        Args:
            work: called in a thread.
            done: hears its value.
            failed: called instead when it fails, of which the person is told elsewhere.
        """

    def withdraw(self) -> bool:
        """Drop the work that was asked for; False where there is none."""


class Tool(Protocol):
    """One tool. Points are those of the image and may lie outside of it."""

    def press(self, point: Point, held: Held) -> None:
        """The left button went down."""

    def drag(self, point: Point, held: Held) -> None:
        """The pointer moved with the left button down."""

    def release(self, point: Point, held: Held) -> None:
        """The left button came up."""

    def hover(self, point: Point, held: Held) -> None:
        """The pointer moved with no button down."""

    def double_click(self, point: Point, held: Held) -> None:
        """The left button went down for the second time in quick succession."""

    def finish(self) -> bool:
        """Complete what is under way; False where nothing is."""

    def take_back(self) -> bool:
        """Take the last part back of what is under way; False where nothing is."""

    def put_away(self) -> None:
        """Forget what is under way: another tool comes, or the edit ends."""

    def reach(self, view: ViewTransform, pointer: Point | None) -> Box:
        """The device pixels that `draw` may touch."""

    def draw(self, painter: QPainter, view: ViewTransform, pointer: Point | None) -> None:
        """Draw what will happen, in widget pixels, over the masks.

        Args:
            painter: on the canvas.
            view: where the image lies.
            pointer: where the pointer is, None while it is elsewhere.
        """
