"""A token by which a person stops a job that runs in another thread."""

from __future__ import annotations

import threading

from segrefine_gui.domain.errors import Cancelled


class CancelToken:
    """Set once from any thread; long work asks it between its steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work that holds this token to stop at its next step."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` if somebody asked to stop; call it between tiles and instances."""
        if self._event.is_set():
            raise Cancelled
