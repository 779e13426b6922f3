"""Connects the clean-up panel with the mask that is edited."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from segrefine_gui.gui.editor.clean_up import CleanUp, Preview
from segrefine_gui.gui.editor.session import EditSession
from segrefine_gui.gui.editor.view import EditorView
from segrefine_gui.gui.workers.pool import ReadingPool

PRIORITY = 1050
"""In the pool: what the person looks at right now."""

_SLOT = "clean-up"


class Cleaning(QObject):
    """Previews what is chosen in the panel, and applies it when the person says so.

    Args:
        view: the editor, with the panel.
        pool: where it is computed.
        parent: the controller of the editor.
    """

    failed = Signal(str)
    """One sentence on what could not be computed."""

    closed = Signal()
    """The person closed the panel in the panel."""

    def __init__(self, view: EditorView, pool: ReadingPool, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._pool = pool
        self._session: EditSession | None = None
        self._preview: Preview | None = None
        panel = view.clean_up
        panel.planned.connect(self._look)
        panel.applied.connect(self.apply)
        panel.closed.connect(self.closed)

    @property
    def is_open(self) -> bool:
        """Whether the panel is to be seen."""
        return self._session is not None

    def open(self, session: EditSession) -> None:
        """Show the panel for an edit."""
        self.close()
        self._session = session
        session.changed.connect(self._look_again)
        self._view.clean_up.show()
        self._look_again()

    def close(self) -> None:
        """Hide the panel; nothing is changed."""
        if self._session is not None:
            self._session.changed.disconnect(self._look_again)
        self._session = None
        self._forget()
        self._view.clean_up.hide()

    def apply(self) -> None:
        """Make the mask what the preview shows, as one step."""
        session, preview = self._session, self._preview
        if session is None or preview is None or session.is_stroking:
            return
        everything = np.ones_like(preview.cleaned)
        self._view.clean_up.reset()  # forgets the preview
        session.fill(self.tr("Clean Up"), preview.region, everything, preview.cleaned)

    def _look_again(self) -> None:
        self._look(self._view.clean_up.plan)

    def _look(self, plan: CleanUp) -> None:
        """Ask for what would change; until that is known, nothing can be applied."""
        self._forget()
        session = self._session
        if session is None or plan.does_nothing:
            return
        mask, region = session.part(plan.reach)
        self._pool.request(
            _SLOT,
            partial(Preview.build, plan, mask, region),
            self._show,
            self.failed.emit,
            PRIORITY,
        )

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        self._view.show_preview(preview)
        self._view.clean_up.show_preview(preview)

    def _forget(self) -> None:
        self._pool.withdraw(_SLOT)
        self._view.clean_up.show_waiting()
        if self._preview is not None:
            self._preview = None
            self._view.show_preview(None)
