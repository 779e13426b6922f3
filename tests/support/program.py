"""The installed program, as a person starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def program(python: Path = Path(sys.executable)) -> Path:
    """The entry point that pip installed beside a Python."""
    return python.with_name("segrefine.exe" if os.name == "nt" else "segrefine")
