from __future__ import annotations

import ctypes.util
import sys
from pathlib import Path

import pytest

from segrefine_gui.services import doctor

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")


def refuse(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_libraries_that_cannot_be_loaded_are_named() -> None:
    there = ctypes.util.find_library("c") or "libc.so.6"
    assert doctor.missing_libraries([there, "libnot-there.so.9"]) == ["libnot-there.so.9"]
    assert doctor.missing_libraries(["libEGL.so.1"], refuse) == ["libEGL.so.1"]


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("apt-get", "sudo apt-get install -y libegl1 libxcb-cursor0"),
        ("dnf", "sudo dnf install -y mesa-libEGL xcb-util-cursor"),
    ],
)
def test_one_line_installs_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, program: str, line: str
) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name == program)
    assert doctor.install_line(["libxcb-cursor.so.0", "libEGL.so.1"]) == line


def test_on_another_system_the_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    assert "libEGL.so.1" in doctor.install_line(["libEGL.so.1"])


def finding(subject: str, environment: dict[str, str]) -> doctor.Finding:
    found = {each.subject: each for each in doctor.window_findings(environment, "linux")}
    return found[subject]


def test_no_display_points_to_the_command_line() -> None:
    display = finding("Display", {})
    assert not display.well
    assert "no display" in display.sentence
    assert "segrefine run" in display.cure


@linux_only
def test_a_display_that_does_not_answer_is_said() -> None:
    display = finding("Display", {"DISPLAY": ":9876"})
    assert not display.well
    assert ":9876 does not answer" in display.sentence


def test_an_offscreen_platform_needs_no_display() -> None:
    assert finding("Display", {"QT_QPA_PLATFORM": "offscreen"}).well


def test_a_wayland_name_counts_only_with_its_socket(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not finding("Display", environment).well
    (tmp_path / "wayland-0").touch()
    assert finding("Display", environment).well


def test_missing_libraries_come_with_their_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "missing_libraries", lambda names: sorted(names)[:1])
    libraries = finding("Qt libraries", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":0"})
    assert not libraries.well
    assert libraries.cure


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.folder_finding("Weights", tmp_path / "not" / "yet").well
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    blocked = doctor.folder_finding("Weights", tmp_path)
    assert not blocked.well
    assert "SEGREFINE_HOME" in blocked.cure
