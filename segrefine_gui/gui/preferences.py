"""The person's settings while the window is open: read once, written at every change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

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

    def set_keys(self, preset: str, overrides: Mapping[str, tuple[str, ...]]) -> None:
        """Remember the key preset and what the person changed in it, by action."""
        self._save(replace(self.settings, key_preset=preset, keys=dict(overrides)))

    def set_filters(self, filters: Mapping[str, Mapping[str, Any]]) -> None:
        """Remember the saved filters of the queue, by name."""
        self._save(replace(self.settings, filters=dict(filters)))

    def set_order(self, order: Mapping[str, Any]) -> None:
        """Remember the order of the queue that the person chose."""
        self._save(replace(self.settings, order=dict(order)))

    def set_change_risk_limit(self, limit: float) -> None:
        """Remember above which risk, 0..1, a change is not taken unseen."""
        self._save(replace(self.settings, change_risk_limit=limit))

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
