from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.program import program

Segrefine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def segrefine(tmp_path: Path) -> Segrefine:
    """Runs the real program in another folder and returns what it did."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program(), *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    return run
