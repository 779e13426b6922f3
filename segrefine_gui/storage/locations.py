"""Where SegRefine keeps its own files: settings, logs, weights and demo projects."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "segrefine"
_HOME_VARIABLE = "SEGREFINE_HOME"


def settings_file() -> Path:
    """The person's settings; under SEGREFINE_HOME where that is set."""
    home = _home()
    folder = home if home else Path(platformdirs.user_config_dir(_APP, appauthor=False))
    return folder / "settings.json"


def log_file() -> Path:
    """The log; under SEGREFINE_HOME where that is set."""
    home = _home()
    folder = home if home else Path(platformdirs.user_log_dir(_APP, appauthor=False))
    return folder / "segrefine.log"


def weights_folder() -> Path:
    """Where weights are kept; under SEGREFINE_HOME where that is set."""
    home = _home()
    folder = home if home else Path(platformdirs.user_data_dir(_APP, appauthor=False))
    return folder / "weights"


def demo_folder() -> Path:
    """Where `segrefine demo` makes its projects."""
    home = _home()
    folder = home if home else Path(platformdirs.user_data_dir(_APP, appauthor=False))
    return folder / "demo"


def _home() -> Path | None:
    value = os.environ.get(_HOME_VARIABLE)
    return Path(value).expanduser() if value else None
