"""Starts the window."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from segrefine_gui.gui.main_window import MainWindow
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.theme import apply_theme, icon
from segrefine_gui.services.tools import Tools


def run_app(
    project: Path | None, tools: Tools, settings_path: Path, weights_folder: Path, samples: Path
) -> int:
    """Show the window until the person closes it.

    Args:
        project: a project to open; None for the start page.
        tools: what the jobs work with; nothing heavy is imported before a job needs it.
        settings_path: the person's settings file.
        weights_folder: where fetched weights are kept.
        samples: folder with the bundled `coarse.json` and `images`.

    Returns:
        The exit status for the shell.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("SegRefine")
    app.setDesktopFileName("segrefine")
    app.setWindowIcon(icon("app"))
    preferences = Preferences(settings_path)
    apply_theme(app, preferences.settings.theme)
    window = MainWindow(tools, preferences, weights_folder, samples)
    window.show()
    if project is not None:
        window.open_path(project)
    status = app.exec()
    if window.is_stuck:
        # An engine that does not stop would keep the process for ever. Everything decided is on
        # disk, so nothing is lost by leaving its thread behind.
        logging.shutdown()
        os._exit(status)
    return status
