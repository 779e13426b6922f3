"""Switches between the refinements of the instance shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from segrefine_gui.gui.action_table.review_rows import ALTERNATIVE_KEYS
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.crops import CropSource, draw_both
from segrefine_gui.gui.widgets.alternatives_bar import THUMBNAIL, AlternativesBar
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.alternatives import Alternative
from segrefine_gui.services.looks import Shown
from segrefine_gui.storage.base import ImageReader

CROPS_BYTES = 4 << 20
"""Most memory for pictures of alternatives: those of a hundred instances."""


class AlternativesController(QObject):
    """Shows the alternatives in their bar, and looks at the one that the person wants.

    Args:
        review: what is shown.
        bar: where alternatives are shown.
        actions: the window's actions.
        pool: where pictures are made.
        reader: reads the images.
        parent: the window.
    """

    def __init__(
        self,
        review: ReviewController,
        bar: AlternativesBar,
        actions: Actions,
        pool: ReadingPool,
        reader: ImageReader,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._review = review
        self._bar = bar
        self._actions = actions
        self._shown: Shown | None = None
        self._is_blind = False
        self._crops = CropCache(
            pool, reader, self._source, draw_both, 2 * THUMBNAIL, CROPS_BYTES, parent=self
        )
        self._crops.ready.connect(lambda each: bar.show_picture(each, self._crops.get(each)))
        bar.chosen.connect(review.look_at)
        for number in range(1, ALTERNATIVE_KEYS + 1):
            actions.connect_action(f"alternative_{number}", partial(self.look_at_number, number))
        actions.connect_action("next_alternative", partial(self.step, 1))
        actions.connect_action("previous_alternative", partial(self.step, -1))
        actions.keys_changed.connect(bar.name_keys)

    def show(self, shown: Shown | None) -> None:
        """Offer the alternatives of what is shown; None for nothing."""
        self._shown = shown
        self._offer()

    def set_blind(self, blind: bool) -> None:
        """Offer nothing while sides are hidden."""
        self._is_blind = blind
        self._offer()

    def forget(self) -> None:
        """Forget all pictures: another project comes."""
        self._shown = None
        self._crops.clear()
        self._offer()

    def look_at_number(self, number: int) -> None:
        """Look at the alternative of a number, counted from 1; nothing where there is none."""
        offered = self._offered()
        if number <= len(offered):
            self._review.look_at(offered[number - 1].refinement_id)

    def step(self, by: int) -> None:
        """Look at the alternative so many further on, round and round."""
        offered = self._offered()
        ids = [each.refinement_id for each in offered]
        if self._shown is not None and self._shown.refinement is not None and ids:
            here = ids.index(self._shown.refinement.id)
            self._review.look_at(ids[(here + by) % len(ids)])

    def _offered(self) -> tuple[Alternative, ...]:
        shown = self._shown
        if shown is None or self._is_blind or len(shown.alternatives) < 2:
            return ()
        return tuple(shown.alternatives)

    def _offer(self) -> None:
        shown, offered = self._shown, self._offered()
        # Where an edit is in sight, none of them is.
        is_edit = shown is not None and shown.edited is not None
        refinement = None if shown is None or is_edit else shown.refinement
        self._bar.show_alternatives(
            offered, None if refinement is None else refinement.id, self._is_blind
        )
        ids = [each.refinement_id for each in offered]
        for refinement_id in ids:
            self._bar.show_picture(refinement_id, self._crops.get(refinement_id))
        self._crops.want(ids)
        for number in range(1, ALTERNATIVE_KEYS + 1):
            self._actions[f"alternative_{number}"].setEnabled(number <= len(offered))
        for action_id in ("next_alternative", "previous_alternative"):
            self._actions[action_id].setEnabled(bool(offered))

    def _source(self, refinement_id: int) -> CropSource | None:
        refinement = self._review.refinement(refinement_id)
        shown = self._shown
        if refinement is None or shown is None or refinement.instance_id != shown.instance.id:
            return None
        return CropSource(shown.image.path, shown.instance.coarse, refinement.soft)
