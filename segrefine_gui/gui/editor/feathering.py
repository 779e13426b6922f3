"""Shows how soft the edge of a matte will be, and keeps that with the project."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.masks import BoolMask
from segrefine_gui.domain.mattes import matte
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.view import EditorView
from segrefine_gui.gui.workers.pool import ReadingPool

PRIORITY = 1050
"""In the pool: what the person looks at right now."""

_SLOT = "matte"


class Feathering(QObject):
    """Lays the edited mask on a checkerboard with the soft edge that its matte will have.

    Args:
        view: the editor, with the panel.
        pool: where mattes are computed.
        kept: gives the feather of the project, in pixels.
        keep: keeps another one with the project.
        parent: the controller of the editor.
    """

    failed = Signal(str)
    """One sentence on what could not be computed."""

    def __init__(
        self,
        view: EditorView,
        pool: ReadingPool,
        kept: Callable[[], int],
        keep: Callable[[int], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._pool = pool
        self._kept = kept
        self._keep = keep
        self._session: EditSession | None = None
        self._is_shown = False
        panel = view.clean_up
        panel.feather_moved.connect(self._change)
        panel.matte_wanted.connect(self._look)

    def open(self, session: EditSession) -> None:
        """Offer it for an edit."""
        self.close()
        self._session = session
        session.changed.connect(self._forget)
        session.stepped.connect(self._look)
        self._view.clean_up.show_feather(self._kept())

    def close(self) -> None:
        """Show the mask as it is edited again."""
        if self._session is not None:
            self._session.changed.disconnect(self._forget)
            self._session.stepped.disconnect(self._look)
        self._session = None
        self._view.clean_up.hide_matte()
        self._forget()

    def _change(self, feather: int) -> None:
        self._keep(feather)
        self._look()

    def _look(self) -> None:
        """Ask for the matte of the mask as it is now, where it is to be seen."""
        self._pool.withdraw(_SLOT)
        session, panel = self._session, self._view.clean_up
        if session is None or not panel.wants_matte:
            self._forget()
            return
        if not session.is_stroking:
            mask, region = session.part(panel.feather.value() + 1)
            self._pool.request(
                _SLOT,
                partial(_built, mask, region, panel.feather.value()),
                self._show,
                self.failed.emit,
                PRIORITY,
            )

    def _show(self, shown: MaskPyramid) -> None:
        self._is_shown = True
        self._view.show_matte(shown)

    def _forget(self) -> None:
        """Show the mask itself: a matte is out of date once it changes."""
        self._pool.withdraw(_SLOT)
        if self._is_shown:
            self._is_shown = False
            self._view.show_matte(None)


def _built(mask: BoolMask, region: Box, feather: int) -> MaskPyramid:
    """The matte of a part of the image, to be drawn; for a worker."""
    if region.area == 0:
        return MaskPyramid.empty()
    return MaskPyramid.of_values(matte(mask, feather), region)
