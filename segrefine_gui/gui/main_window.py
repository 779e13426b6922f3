"""The window: puts the views together and connects them with the controllers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.action_table import SPECS
from segrefine_gui.gui.action_table.spec import Scope, translated
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.controllers.alternatives_controller import AlternativesController
from segrefine_gui.gui.controllers.flow_controller import FlowController
from segrefine_gui.gui.controllers.interactor_controller import InteractorController
from segrefine_gui.gui.controllers.job_controller import JobController, JobStatus
from segrefine_gui.gui.controllers.project_controller import ProjectController
from segrefine_gui.gui.controllers.queue_controller import QueueController
from segrefine_gui.gui.controllers.recalibration_controller import RecalibrationController
from segrefine_gui.gui.controllers.refine_controller import RefineController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.controllers.scene_controller import SceneController
from segrefine_gui.gui.controllers.view_controller import ViewController
from segrefine_gui.gui.deciding import Deciding
from segrefine_gui.gui.dialogs.paths import dropped_paths
from segrefine_gui.gui.drops import is_worth_a_look
from segrefine_gui.gui.editor.controller import EditorController
from segrefine_gui.gui.editor.prompting import Prompting
from segrefine_gui.gui.editor.refining_here import RefiningHere
from segrefine_gui.gui.instances.controller import InstancesController
from segrefine_gui.gui.jobs.desk import JobDesk
from segrefine_gui.gui.keys.key_controller import KeyController
from segrefine_gui.gui.menus import RecentMenu, ThemeMenu, fill_menu_bar, make_toolbar
from segrefine_gui.gui.notes import Notes
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.prompts import Prompts
from segrefine_gui.gui.review_page import ReviewPage
from segrefine_gui.gui.scene import Scene
from segrefine_gui.gui.start_page import StartPage
from segrefine_gui.gui.theme import apply_theme, icon
from segrefine_gui.gui.widgets.held_key import HeldKey
from segrefine_gui.gui.widgets.status_line import (
    CountsLabel,
    EngineLabel,
    PaceLabel,
    PixelLabel,
    PlaceLabel,
    fill_status_bar,
)
from segrefine_gui.gui.workers.image_cache import ImageCache
from segrefine_gui.gui.workers.lane import Lane
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.looks import Shown
from segrefine_gui.services.tools import Tools

LANE_MS, POOL_MS = 1500, 400
"""How long closing the window waits for a cancelled job, and for images being read."""

PREFETCH_DELAY_MS = 60
"""How long after an instance is shown what may come next is read."""


class MainWindow(QMainWindow):
    """SegRefine's window.

    Args:
        tools: what the jobs work with.
        preferences: the person's settings.
        weights_folder: where fetched weights are kept.
        samples: folder with the bundled samples.
    """

    def __init__(
        self,
        tools: Tools,
        preferences: Preferences,
        weights_folder: Path,
        samples: Path,
    ) -> None:
        super().__init__()
        self.is_stuck = False
        """Set on closing when an engine did not stop in time and its thread still runs."""

        self._preferences = preferences
        self._actions = Actions(self)
        self._keys = KeyController(self._actions, preferences, self)

        self._lane = Lane(self)
        self._pool = ReadingPool(self)
        self._review = ReviewController(self)
        self._project = ProjectController(tools, preferences, self._review, self)
        self._jobs = JobController(tools, self._lane, self)
        self._scenes = SceneController(self._pool, ImageCache(tools.images), self)
        prompts = Prompts(self, tools, self._pool, weights_folder)
        self._flow = FlowController(
            self._project,
            self._review,
            self._jobs,
            prompts,
            tools.formats,
            self._pool,
            weights_folder,
            samples,
            self,
        )

        self._refining = RefineController(
            self._project,
            self._review,
            self._jobs,
            prompts,
            self._pool,
            tools.open_project,
            self._actions,
            weights_folder,
            self,
        )
        self._interactor = InteractorController(
            self._project, prompts, self._actions, weights_folder, self
        )
        self._queue = QueueController(
            self._review, preferences, tools, self._pool, self._actions, self
        )
        self._recalibration = RecalibrationController(
            self._review, self._pool, tools.open_project, self._actions, self
        )
        self._start_page = StartPage()
        self._page = ReviewPage(self._actions, self._pool)
        self._viewing = ViewController(self._page.compare, self._actions, self._review, self)
        self._notes = Notes(self._page.note, prompts, self)
        self._desk = JobDesk(self._jobs, self._review, self._actions, self._notes, self)
        self._prompts = prompts
        self._held_key = HeldKey(self)
        self._deciding = Deciding(
            self._review, self._page, self._actions, prompts, preferences, self
        )
        self._editing = EditorController(
            self._review,
            self._page,
            self._actions,
            self._pool,
            self._deciding.chosen,
            self._deciding.sides,
            RefiningHere(self._lane, tools.engines, self._refining.usual, self),
            Prompting(self._lane, self._pool, tools.engines, self._interactor.usual, self),
            self,
        )
        self._interactor.chosen.connect(self._editing.prompting.restart)
        self._instances = InstancesController(
            self._project,
            self._review,
            self._page,
            self._queue,
            self._refining,
            self._actions,
            self._pool,
            tools.open_project,
            self._deciding.chosen,
            lambda: self._deciding.decisions.is_blind,
            self,
        )
        self._alternatives = AlternativesController(
            self._review,
            self._page.alternatives,
            self._actions,
            self._pool,
            tools.images,
            self,
        )

        self._lay_out()
        self._connect_actions()
        self._connect_project()
        self._connect_review()
        self._jobs.status_changed.connect(self._make_room)
        self._restore_geometry()
        self._show_closed()

    @property
    def review(self) -> ReviewController:
        """The review of the open project."""
        return self._review

    @property
    def project(self) -> ProjectController:
        """The open project."""
        return self._project

    @property
    def jobs(self) -> JobController:
        """The long jobs."""
        return self._jobs

    @property
    def viewing(self) -> ViewController:
        """How instances are looked at."""
        return self._viewing

    @property
    def editing(self) -> EditorController:
        """The edit of a mask."""
        return self._editing

    @property
    def instances(self) -> InstancesController:
        """The instances that come and go."""
        return self._instances

    @property
    def page(self) -> ReviewPage:
        """The middle of the window while a project is open."""
        return self._page

    def open_path(self, path: Path) -> None:
        """Open a project; a failure is told in the window."""
        self._flow.open_path(path)

    # Putting together

    def _lay_out(self) -> None:
        self.setWindowIcon(icon("app"))
        self.setAcceptDrops(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._start_page)
        self._stack.addWidget(self._page)
        self.setCentralWidget(self._stack)

        self._dock = QDockWidget(self.tr("Queue"))
        self._dock.setObjectName("queue")
        self._dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        self._dock.setTitleBarWidget(QWidget())
        self._dock.setWidget(self._queue.panel)
        self._page.add_sheet(self._queue.sheet_page, self._queue.sheet_page.foot)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._dock)

        self._recent_menu = RecentMenu(self)
        self._theme_menu = ThemeMenu(self._preferences.settings.theme, self)
        fill_menu_bar(self, self._actions, self._recent_menu.menu, self._theme_menu.menu)
        self._toolbar = make_toolbar(self._actions, self.tr("Toolbar"))
        self.addToolBar(self._toolbar)

        self._place = PlaceLabel()
        self._counts = CountsLabel()
        self._pace = PaceLabel()
        self._pixel = PixelLabel()
        self._engine = EngineLabel()
        self._zoom = QLabel()
        others = self._pixel, self._desk.strip, self._counts, self._pace, self._engine, self._zoom
        fill_status_bar(self.statusBar(), self._place, others)

    def _connect_actions(self) -> None:
        flow, review, compare, actions = self._flow, self._review, self._page.compare, self._actions
        stack = review.undo_stack
        for action_id, act in {
            "open_images": flow.open_images,
            "import_masks": flow.import_masks,
            "open_project": flow.open_project,
            "assess": flow.assess,
            "export": flow.export,
            "close_project": self._close_project,
            "quit": self.close,
            "undo": lambda: (self._editing if self._editing.is_active else review).undo(),
            "redo": lambda: (self._editing if self._editing.is_active else review).redo(),
            "next": lambda: review.move(1),
            "previous": lambda: review.move(-1),
            "next_pending": review.go_to_next_pending,
            "fit_instance": compare.fit_instance,
            "fit_image": compare.fit_image,
            "actual_size": compare.actual_size,
        }.items():
            actions.connect_action(action_id, act)
        for action_id, switch in {
            "keep_zoom": compare.set_keeps_zoom,
            "hide_overlays": compare.set_hides_overlays,
            "outlines_only": compare.set_outlines_only,
        }.items():
            actions.connect_switch(action_id, switch)
        stack.canUndoChanged.connect(actions["undo"].setEnabled)
        stack.canRedoChanged.connect(actions["redo"].setEnabled)
        self._held_key.held.connect(compare.set_shows_coarse)
        actions.keys_changed.connect(self._show_keys)
        self._show_keys()
        self._theme_menu.chosen.connect(self._set_theme)

    def _show_keys(self) -> None:
        self._start_page.show_keys(self._actions.key_text)
        self._held_key.set_keys(self._actions.keymap.keys("show_coarse"))

    def _connect_project(self) -> None:
        start, flow = self._start_page, self._flow
        start.open_images_requested.connect(lambda: flow.open_images())
        start.import_masks_requested.connect(lambda: flow.import_masks())
        start.open_project_requested.connect(flow.open_project)
        start.samples_requested.connect(flow.open_samples)
        start.recent_requested.connect(flow.open_path)
        self._recent_menu.chosen.connect(flow.open_path)
        self._project.opened.connect(self._show_opened)
        self._project.closed.connect(self._show_closed)
        self._project.failed.connect(self._tell_failure)
        flow.failed.connect(self._tell_failure)

    def _connect_review(self) -> None:
        review = self._review
        review.counts_changed.connect(self._show_counts)
        review.shown.connect(self._show_instance)
        review.row_moved.connect(self._show_place)
        review.failed.connect(self._tell_failure)
        self._queue.sheet_shown.connect(self._show_sheet)
        self._queue.told.connect(self._notes.tell)
        self._recalibration.told.connect(self._notes.tell)
        self._refining.told.connect(self._notes.tell)
        self._scenes.waiting.connect(self._page.compare.show_waiting)
        self._scenes.ready.connect(self._show_scene)
        self._page.compare.zoomed.connect(self._show_zoom)
        self._page.compare.hovered.connect(self._show_pixel)
        self._deciding.told.connect(self._notes.tell)
        self._editing.told.connect(self._notes.tell)
        self._instances.told.connect(self._notes.tell)
        self._deciding.decisions.blind_changed.connect(
            lambda blind, _: self._alternatives.set_blind(blind)
        )
        self._page.compare.failed.connect(lambda sentence: self._tell_failure(sentence, ""))

    # The project

    def _show_opened(self, path: Path) -> None:
        self.setWindowTitle(f"{path.stem} — SegRefine")
        self._forget_instances()
        self._queue.open(path)
        self._recalibration.open(path)
        self._page.note.hide()
        self._show_project(True)
        self._page.compare.left.setFocus()

    def _show_closed(self) -> None:
        self.setWindowTitle("SegRefine")
        self._forget_instances()
        recent = self._preferences.recent_projects()
        self._start_page.set_recent(recent)
        self._recent_menu.set_recent(recent)
        self._show_project(False)

    def _show_project(self, is_open: bool) -> None:
        self._stack.setCurrentWidget(self._page if is_open else self._start_page)
        for widget in (self._dock, self._toolbar, self.statusBar()):
            widget.setVisible(is_open)
        self._actions.set_enabled(Scope.PROJECT, is_open)
        self._actions.set_enabled(Scope.JOB, self._jobs.is_busy)
        if not is_open:
            self._actions.set_enabled(Scope.QUEUE, False)
            self._actions.set_enabled(Scope.REVIEW, False)
            self._held_key.set_enabled(False)
        self._recent_menu.set_recent(self._preferences.recent_projects())

    def _forget_instances(self) -> None:
        self._scenes.clear()
        self._deciding.forget()
        self._alternatives.forget()
        self._queue.close()
        self._recalibration.close()

    def _close_project(self) -> None:
        self._jobs.abandon()
        self._project.close()

    # The review

    def _show_counts(self) -> None:
        counts = self._review.counts()
        total, left = sum(counts.values()), counts.get(Decision.PENDING, 0)
        self._counts.show_counts(counts)
        self._pace.show_pace(self._review.pace())
        self._page.show_completion(total, left)

    def _show_instance(self, shown: Shown | None) -> None:
        review = self._review
        editing = self._editing.expect(None if self._queue.is_sheet_shown else shown)
        reviewing = shown is not None and not self._queue.is_sheet_shown and not editing
        self._page.decisions.show_instance(shown)
        self._pixel.clear()
        self._engine.show_run(
            None if shown is None or shown.refinement is None else shown.refinement.run
        )
        self._actions.set_enabled(Scope.QUEUE, bool(review.everything))
        self._actions.set_enabled(Scope.REVIEW, reviewing)
        self._held_key.set_enabled(reviewing)
        if editing:
            self._editing.show_steps()
        else:
            self._show_undo()
        self._alternatives.show(shown if reviewing else None)
        if shown is None:
            self._place.show_place(None, 0, "")
            self._deciding.expect(None)
            self._page.compare.show_nothing(self._why_empty())
            return
        self._show_place()
        if not reviewing:
            self._deciding.expect(None)
            return
        self._actions["use_refined"].setEnabled(shown.refinement is not None)
        self._deciding.expect(shown)
        self._scenes.show(shown)

    def _show_undo(self) -> None:
        stack = self._review.undo_stack
        for action_id, can in (("undo", stack.canUndo()), ("redo", stack.canRedo())):
            self._actions[action_id].setEnabled(can)
            self._actions[action_id].setText(translated(SPECS[action_id].text))

    def _show_place(self) -> None:
        review = self._review
        if review.current is not None:
            entry = review.entries[review.current]
            name = review.image(entry.image_id).name
            self._place.show_place(review.current, len(review.entries), name)

    def _why_empty(self) -> str:
        if self._jobs.is_busy:
            return self.tr("The first instances will show here in a moment.")
        if self._review.everything:
            return self.tr("No instance passes the filter of the queue.")
        return self.tr("This project has no instances yet. Import masks, or open images.")

    def _show_sheet(self, shown: bool) -> None:
        self._page.show_sheet(shown)
        self._review.show_again()
        if not shown:
            self._page.compare.left.setFocus()

    def _show_scene(self, scene: Scene) -> None:
        if self._review.current is None:
            return  # it was still being read when a filter took everything away
        self._page.compare.show_scene(scene)
        self._deciding.show_scene(scene)
        self._review.confirm_seen(scene.instance_id)
        # After what is shown has been painted: reading competes with it for the processor.
        QTimer.singleShot(
            PREFETCH_DELAY_MS, self, lambda: self._scenes.prefetch(self._review.upcoming())
        )

    def _show_pixel(self, point: QPointF | None) -> None:
        scene = self._page.compare.scene
        self._pixel.show_pixel(None if scene is None else scene.image, point)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{100 * zoom:.0f} %")

    def _make_room(self, status: JobStatus | None) -> None:
        """Say nothing else in the status bar that a job has no room beside."""
        self._pixel.setVisible(status is None)
        self._engine.set_quiet(status is not None)

    def _tell_failure(self, sentence: str, detail: str) -> None:
        if self._project.path is None:
            self._prompts.show_error(sentence, detail)
        else:
            self._notes.tell_failure(sentence, detail)

    # The window itself

    def _set_theme(self, theme: str) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        self._preferences.set_theme(theme)

    def _restore_geometry(self) -> None:
        self.resize(1280, 820)
        self.restoreGeometry(self._preferences.window_state("geometry"))
        self.restoreState(self._preferences.window_state("panels"))
        self._page.compare.restore_splitter(self._preferences.window_state("compare"))
        self._viewing.restore(self._preferences.window_state("view"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window, stop what runs, and release the project."""
        self._preferences.set_window_states(
            geometry=self.saveGeometry(),
            panels=self.saveState(),
            compare=self._page.compare.splitter_state(),
            view=self._viewing.saved(),
        )
        self._jobs.abandon()
        self._scenes.clear()
        self.is_stuck = not (self._lane.shutdown(LANE_MS) and self._pool.shutdown(POOL_MS))
        self._project.close()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that mean something here."""
        if is_worth_a_look(dropped_paths(event.mimeData())):
            event.acceptProposedAction()
            self._start_page.set_drop_active(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        """The files went elsewhere."""
        self._start_page.set_drop_active(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the files."""
        self._start_page.set_drop_active(False)
        event.acceptProposedAction()
        self._flow.take_drop(dropped_paths(event.mimeData()))
