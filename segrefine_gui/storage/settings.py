"""A person's settings: a small JSON file that tolerates what it does not understand."""

from __future__ import annotations

import getpass
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)
_VERSION = 1
_RECENT_COUNT = 8


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in a container
        return "reviewer"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is remembered between runs.

    Attributes:
        recent_projects: absolute paths, newest first.
        reviewer: the name written beside decisions.
        theme: "system", "light" or "dark".
        window: the window's state as the toolkit encodes it, by name.
        key_preset: name of the key preset.
        keys: keys that the person changed in it, by action.
        filters: saved filters of the queue, as `services.arrange` encodes them, by name.
        order: the order of the queue that the person chose last, encoded likewise; empty before.
        change_risk_limit: 0..1; a change of more risk than this is not taken unseen.
    """

    recent_projects: tuple[str, ...] = ()
    reviewer: str = field(default_factory=_user_name)
    theme: str = "system"
    window: Mapping[str, str] = field(default_factory=dict)
    key_preset: str = ""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    order: Mapping[str, Any] = field(default_factory=dict)
    change_risk_limit: float = 0.3

    def with_recent(self, project: Path) -> Settings:
        """These settings with a project moved to the front of the recent ones."""
        path = str(project)
        others = [recent for recent in self.recent_projects if recent != path]
        return replace(self, recent_projects=(path, *others)[:_RECENT_COUNT])


def load_settings(path: Path) -> Settings:
    """Read settings; what is missing, unknown or of another type falls back to its default."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("settings in %s cannot be read and are started afresh: %s", path, error)
        return Settings()
    return _settings(values) if isinstance(values, dict) else Settings()


def save_settings(settings: Settings, path: Path) -> None:
    """Write settings beside their place and rename them over it.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": _VERSION, **asdict(settings)}, indent=2, ensure_ascii=False)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _settings(values: dict[str, Any]) -> Settings:
    defaults = Settings()
    reviewer, theme = values.get("reviewer"), values.get("theme")
    preset, limit = values.get("key_preset"), values.get("change_risk_limit")
    return Settings(
        tuple(_texts(values.get("recent_projects")))[:_RECENT_COUNT],
        reviewer if isinstance(reviewer, str) and reviewer else defaults.reviewer,
        theme if theme in ("system", "light", "dark") else defaults.theme,
        {key: text for key, text in _items(values, "window") if isinstance(text, str)},
        preset if isinstance(preset, str) else defaults.key_preset,
        {key: tuple(_texts(keys)) for key, keys in _items(values, "keys")},
        {name: each for name, each in _items(values, "filters") if isinstance(each, dict)},
        dict(_items(values, "order")),
        limit if isinstance(limit, float) and 0 <= limit <= 1 else defaults.change_risk_limit,
    )


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def _items(values: dict[str, Any], key: str) -> list[tuple[str, Any]]:
    value = values.get(key)
    return list(value.items()) if isinstance(value, dict) else []
