"""The person's settings while the window is open: read once, written at every change."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray

from segrefine_gui.storage.settings import Settings, load_settings, save_settings

_log = logging.getLogger(__name__)


class Preferences:
    """Settings with their file.

    Args:
        path: the settings file; made when there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.settings: Settings = load_settings(path)

    def recent_projects(self) -> list[Path]:
        """The projects opened last that still exist, newest first."""
        return [path for path in map(Path, self.settings.recent_projects) if path.is_file()]

    def add_recent(self, project: Path) -> None:
        """Put a project at the front of the recent ones."""
        self._save(self.settings.with_recent(project))

    def set_theme(self, theme: str) -> None:
        """Remember "system", "light" or "dark"."""
        self._save(replace(self.settings, theme=theme))

    def window_state(self, name: str) -> QByteArray:
        """What was remembered under a name; empty when nothing was."""
        text = self.settings.window.get(name, "")
        return QByteArray.fromBase64(text.encode("ascii", "ignore"))

    def set_window_states(self, **states: QByteArray) -> None:
        """Remember what widgets say of their geometry."""
        texts = {name: bytes(state.toBase64().data()).decode() for name, state in states.items()}
        self._save(replace(self.settings, window={**self.settings.window, **texts}))

    def _save(self, settings: Settings) -> None:
        self.settings = settings
        try:
            save_settings(settings, self._path)
        except OSError as error:
            # Losing where a window stood is not worth a word to the person.
            _log.warning("settings could not be written to %s: %s", self._path, error)
