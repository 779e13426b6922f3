"""Settings survive the window; a folder that cannot be written does not stop it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray

from segrefine_gui.gui.preferences import Preferences


def test_what_is_set_is_there_again(tmp_path: Path):
    preferences = Preferences(tmp_path / "settings.json")
    project = tmp_path / "a.segrefine"
    project.write_text("")
    preferences.add_recent(tmp_path / "gone.segrefine")
    preferences.add_recent(project)
    preferences.set_theme("dark")
    preferences.set_window_states(geometry=QByteArray(b"\x00\xff?"))

    again = Preferences(tmp_path / "settings.json")

    assert again.recent_projects() == [project]
    assert again.settings.theme == "dark"
    assert again.window_state("geometry") == QByteArray(b"\x00\xff?")
    assert again.window_state("unknown").isEmpty()


def test_settings_that_cannot_be_written_are_no_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    preferences = Preferences(tmp_path / "file" / "settings.json")

    preferences.set_theme("light")

    assert preferences.settings.theme == "light"
