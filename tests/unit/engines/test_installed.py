"""What is known of installed packages without importing them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segrefine_gui.engines.installed import folder_of, literal_in, version_of

SOURCE = """
import no_such_module
NAMES = ["a", ("b", 1), {"c": None}]
LATER: list = [1]
COMPUTED = [len(NAMES)]
raise RuntimeError("imported")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that cannot be imported, with its constants in `inner/names.py`."""
    folder = tmp_path / "brittle_package"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "inner" / "names.py").write_text(SOURCE)
    (folder / "wrong.py").write_text("NAMES = [")
    monkeypatch.syspath_prepend(tmp_path)
    return "brittle_package"


def test_a_constant_is_read_without_running_anything(package: str) -> None:
    assert literal_in(package, "inner/names.py", "NAMES") == ["a", ("b", 1), {"c": None}]
    assert package not in sys.modules


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("inner/names.py", "GONE"),
        ("inner/names.py", "COMPUTED"),
        ("gone.py", "NAMES"),
        ("wrong.py", "NAMES"),
    ],
)
def test_what_is_not_there_is_none(package: str, file: str, name: str) -> None:
    assert literal_in(package, file, name) is None


def test_a_package_that_is_not_installed(package: str) -> None:
    assert folder_of("no_such_package") is None
    assert literal_in("no_such_package", "names.py", "NAMES") is None
    assert version_of("no-such-package", "no_such_package") == ""
    assert version_of(package, package) == "unknown"
    assert folder_of(package) is not None
