"""Smart scissors: an outline that clings to edges between the corners that are clicked."""

from __future__ import annotations

from functools import partial

from segrefine_gui.domain.scissors import Scissors
from segrefine_gui.gui.canvas.pyramid import Pixels
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.tools.base import Background, Held, Point, translate
from segrefine_gui.gui.editor.tools.outline import Polygon


class ScissorsTool(Polygon):
    """A polygon whose sides follow the edges of the image.

    The ways from a corner are found away from the thread of the window; until they are, a side
    is straight.

    Args:
        session: what to paint on.
        image: uint8 (h, w, 3) RGB.
        background: where ways are found.
    """

    def __init__(self, session: EditSession, image: Pixels, background: Background) -> None:
        super().__init__(session)
        self._names = (
            translate("editor", "Scissors"),
            translate("editor", "Scissors (Remove)"),
        )
        self._image = image
        self._background = background
        self._sides: list[list[Point]] = []
        self._ways: Scissors | None = None

    @property
    def is_ready(self) -> bool:
        """Whether sides from the last corner cling to edges."""
        return self._ways is not None

    def press(self, point: Point, held: Held) -> None:
        """Add a corner with the side that leads to it, or close the outline."""
        count = len(self._points)
        side = self._way_to(point) if count else []
        super().press(point, held)
        if len(self._points) > count:
            self._sides.append(side)
            self._find_ways()

    def drag(self, point: Point, held: Held) -> None:
        """A corner stays where it was clicked: its side leads there."""

    def take_back(self) -> bool:
        """Take the last corner back, with its side."""
        is_under_way = super().take_back()
        del self._sides[-1:]
        self._find_ways()
        return is_under_way

    def put_away(self) -> None:
        """Forget the outline."""
        super().put_away()
        self._forget()

    def _trail(self, pointer: Point | None) -> list[Point]:
        trail = [point for side in self._sides for point in side]
        trail = [*self._points[:1], *trail]
        return trail if pointer is None else [*trail, *self._way_to(pointer)]

    def _close(self) -> None:
        if self._points:
            self._points = [*self._trail(None), *self._way_to(self._points[0])]
        super()._close()
        self._forget()

    def _forget(self) -> None:
        self._sides.clear()
        self._ways = None
        self._background.withdraw()

    def _way_to(self, point: Point) -> list[Point]:
        """From the last corner to a point, which ends it."""
        return [point] if self._ways is None else [*self._ways.way_to(point), point]

    def _find_ways(self) -> None:
        self._ways = None
        self._background.withdraw()
        if self._points:
            work = partial(Scissors, self._image, self._points[-1])
            self._background.run(work, self._take_ways)

    def _take_ways(self, ways: Scissors) -> None:
        self._ways = ways
