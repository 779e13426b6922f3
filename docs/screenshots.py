"""Takes the pictures of the guide anew, from the real window and the bundled samples.

    QT_QPA_PLATFORM=offscreen python docs/screenshots.py [--theme dark|light] [--out docs/images]

Look at each of them afterwards: nothing may be cut off, and every text must be readable.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from segrefine_gui.cli.assembly import assemble
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.gui.compare.modes import ViewMode
from segrefine_gui.gui.dialogs.import_dialog import ImportDialog
from segrefine_gui.gui.dialogs.refine_dialog import RefineDialog
from segrefine_gui.gui.jobs.panel import JobsPanel
from segrefine_gui.gui.keys.command_palette import CommandPalette
from segrefine_gui.gui.main_window import MainWindow
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.theme import apply_theme

SIZE = 1360, 860
SHOWN_CATEGORY = "crab"
CROPS_SECONDS = 5.0


def main() -> None:
    """Open the window, run the samples, and save a picture of each thing the guide shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", default="dark", choices=("dark", "light"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    apply_theme(app, chosen.theme)
    with tempfile.TemporaryDirectory(prefix="segrefine-") as home:
        window = open_window(Path(home))

        def shoot(name: str, widget: QWidget = window) -> None:
            wait(0.5)
            widget.grab().save(str(chosen.out / f"{name}.jpg"), quality=88)

        shoot("start")
        shoot_import(window, Path(home), shoot)
        refine_samples(window, Path(home))
        shoot_review(window, shoot)
        window.close()


def open_window(home: Path) -> MainWindow:
    """The window on its start page."""
    samples = resources_folder() / "samples"
    window = MainWindow(assemble(), Preferences(home / "settings.json"), home, samples)
    window.resize(*SIZE)
    window.show()
    return window


def refine_samples(window: MainWindow, home: Path) -> None:
    """Make a project of the samples, as a person would from the command line, and open it."""
    from segrefine_gui.cli.masks import run

    samples = resources_folder() / "samples"
    project = home / "samples.segrefine"
    run([samples / "images"], project, masks=samples / "coarse.json", refiner=["grabcut"])
    window.open_path(project)
    wait_until(lambda: window.review.is_seen)


def shoot_review(window: MainWindow, shoot: Callable[..., None]) -> None:
    """Decide a little, then show the same instance in every view, and the queue's tools."""
    for action in ("use_refined", "keep_coarse", "drop", "use_refined"):
        trigger(window, action)
        wait_until(lambda: window.review.is_seen)
    wait(1.5)  # thumbnails
    shoot("window")
    categories = [entry.category for entry in window.review.entries]
    window.review.go_to(categories.index(SHOWN_CATEGORY))
    wait_until(lambda: window.review.is_seen)
    for _ in range(3):
        trigger(window, "next_change")
    trigger(window, "toggle_change")
    trigger(window, "next_change")
    trigger(window, "fit_instance")
    for mode in ViewMode:
        window.page.compare.set_mode(mode)
        shoot(mode.value)
    window.page.compare.set_mode(ViewMode.SIDE_BY_SIDE)
    shoot_risk(window, shoot)
    trigger(window, "contact_sheet")
    wait(CROPS_SECONDS)
    shoot("contact-sheet")
    trigger(window, "contact_sheet")
    filters = window.findChild(FilterBar)
    filters.open_popup()
    shoot("filter", filters.popup)
    filters.popup.close()
    for action, name in (
        ("accept_below_risk", "accept-below"),
        ("edit_keys", "keys"),
        ("export", "export"),
    ):
        trigger(window, action)
        wait(CROPS_SECONDS)
        (dialog,) = [each for each in window.findChildren(QDialog) if each.isVisible()]
        shoot(name, dialog)
        dialog.close()
        wait(0.2)
    trigger(window, "command_palette")
    shoot("palette")
    window.findChild(CommandPalette).close()
    shoot_refining(window, shoot)
    shoot_editor(window, shoot)


def shoot_import(window: MainWindow, folder: Path, shoot: Callable[..., None]) -> None:
    """Ask which masks to import, two photos of which are missing."""
    samples = folder / "samples"
    shutil.copytree(resources_folder() / "samples", samples)
    window._flow.import_masks(sorted((samples / "images").iterdir())[:7], samples / "coarse.json")
    (dialog,) = window.findChildren(ImportDialog)
    wait_until(dialog.findings.instances.isVisible)
    shoot("import", dialog)
    dialog.close()


def shoot_refining(window: MainWindow, shoot: Callable[..., None]) -> None:
    """Ask how to refine, look at the jobs while they run, and at the alternatives they made."""
    trigger(window, "refine")
    (dialog,) = window.findChildren(RefineDialog)
    dialog.refiners.list.choose("builtin")
    dialog.others.toggle.click()
    dialog.also["guided"].click()
    dialog.show_refined({})
    shoot("refine", dialog)
    dialog.accept_button.click()
    wait(4.0)
    trigger(window, "show_jobs")
    panel = window.findChild(JobsPanel)
    shoot("jobs", panel)
    panel.close()
    wait_until(lambda: not window.jobs.is_busy)
    categories = [entry.category for entry in window.review.entries]
    window.review.go_to(categories.index(SHOWN_CATEGORY))
    wait_until(lambda: window.review.is_seen)
    trigger(window, "alternative_2")
    window.page.note.hide()
    wait(1.5)
    shoot("alternatives")


def shoot_editor(window: MainWindow, shoot: Callable[..., None]) -> None:
    """Edit a mask, and see what cleaning it up would change."""
    categories = [entry.category for entry in window.review.entries]
    window.review.go_to(categories.index(SHOWN_CATEGORY))
    wait_until(lambda: window.review.is_seen)
    trigger(window, "edit_mask")
    wait_until(lambda: window.editing.is_active)
    trigger(window, "clean_up")
    window.page.note.hide()
    panel = window.page.editor.clean_up
    panel.boxes["smooth"].setValue(6)
    panel.boxes["grow"].setValue(2)
    wait_until(panel.apply_button.isEnabled)
    shoot("editor")
    trigger(window, "leave_editor")
    wait_until(lambda: not window.editing.is_active)


def shoot_risk(window: MainWindow, shoot: Callable[..., None]) -> None:
    """Show why the riskiest instance is risky, and risky changes after the safe ones."""
    window.review.go_to(0)
    wait_until(lambda: window.review.is_seen)
    trigger(window, "next_reason")
    shoot("risk")
    riskiest = [change_risk(window, row) for row in range(len(window.review.entries))]
    # The samples may have no change of so much risk that one would not take it unseen.
    window._preferences.set_change_risk_limit(min(0.3, 0.6 * max(riskiest)))
    window.review.go_to(riskiest.index(max(riskiest)))
    wait_until(lambda: window.review.is_seen)
    window.page.compare.set_mode(ViewMode.DIFFERENCE)
    trigger(window, "take_safe_changes")
    trigger(window, "fit_instance")
    shoot("safe-changes")
    window.page.compare.set_mode(ViewMode.SIDE_BY_SIDE)


def change_risk(window: MainWindow, row: int) -> float:
    """The highest risk of a change of an instance."""
    shown = window.review.shown_at(row)
    assessment = None if shown.refinement is None else shown.refinement.assessment
    return 0.0 if assessment is None else max(assessment.change_risks, default=0.0)


def trigger(window: MainWindow, action_id: str) -> None:
    """Do what the menu entry of an action does."""
    window._actions[action_id].trigger()
    wait(0.3)


def wait(seconds: float) -> None:
    """Let the window work, and its threads too."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Let the window work until something has come about."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        wait(0.05)


if __name__ == "__main__":
    main()
