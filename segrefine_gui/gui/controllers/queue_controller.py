"""The queue with all that shows it: the list, its filter, the contact sheet, and bulk decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.contact_sheet.accept_dialog import AcceptDialog
from segrefine_gui.gui.contact_sheet.actions import SheetActions
from segrefine_gui.gui.contact_sheet.page import SheetPage
from segrefine_gui.gui.contact_sheet.spot_check import SpotCheck
from segrefine_gui.gui.contact_sheet.view import SheetView
from segrefine_gui.gui.controllers.bulk_controller import BulkController
from segrefine_gui.gui.controllers.review_controller import ReviewController
from segrefine_gui.gui.preferences import Preferences
from segrefine_gui.gui.queue.crop_cache import CropCache
from segrefine_gui.gui.queue.crops import CropSource, draw_both, draw_pair, draw_plain
from segrefine_gui.gui.queue.delegate import THUMBNAIL
from segrefine_gui.gui.queue.filter_bar import FilterBar
from segrefine_gui.gui.queue.filter_popup import QueueFacts
from segrefine_gui.gui.queue.go_to import GoToDialog, find_instance
from segrefine_gui.gui.queue.model import QueueModel
from segrefine_gui.gui.queue.risk_filter import RiskFilter
from segrefine_gui.gui.queue.view import QueuePanel, QueueView
from segrefine_gui.gui.widgets.decision_bar import KeyButton
from segrefine_gui.gui.workers.pool import ReadingPool
from segrefine_gui.services.arrange import Arrangement, Span
from segrefine_gui.services.tools import Tools

SHEET_BYTES = 96 << 20
"""Of crops kept for the contact sheet: two large screens full."""

SHEET_SOURCE = 2048
"""Longer side in pixels at which images are read for it."""


class QueueController(QObject):
    """Connects the review with the widgets that show its queue.

    Args:
        review: the review.
        preferences: where saved filters and the order are kept.
        tools: what images are read with, and projects opened.
        pool: where crops are made and many decisions stored.
        actions: the window's actions.
        window: the window.
    """

    sheet_shown = Signal(bool)
    """Whether the contact sheet takes the place of the compare view now."""

    merge_wanted = Signal()
    """What is selected in the contact sheet is to be one instance."""

    category_wanted = Signal()
    """It is to have another category."""

    told = Signal(str)
    """A sentence for the person."""

    def __init__(
        self,
        review: ReviewController,
        preferences: Preferences,
        tools: Tools,
        pool: ReadingPool,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._review = review
        self._preferences = preferences
        self._window = window
        self._project: Path | None = None
        self._check = SpotCheck()
        self._is_sheet_shown = False
        self._is_blind = False
        self._counted = Arrangement()
        self._model = QueueModel(self)
        self._model.set_note_source(review.note_of)
        self._thumbnails = CropCache(
            pool, tools.images, self._source, draw_both, 2 * THUMBNAIL, parent=self
        )
        self._sheet_crops, self._sample_crops = (
            CropCache(
                pool, tools.images, self._source, draw_pair, 0, SHEET_BYTES, SHEET_SOURCE, self
            )
            for _ in range(2)
        )
        self._view = QueueView(self._model, self._thumbnails)
        self._bar = FilterBar(self._facts)
        self._risks = RiskFilter()
        self.panel = QueuePanel(self._view, self._bar, self._risks)
        self._sheet = SheetView(self._model, self._sheet_crops)
        self.sheet_page = self._make_sheet_page(actions)
        self._bulk = BulkController(review, pool, tools.open_project, self)
        self._connect()
        self._connect_actions(actions)

    @property
    def is_sheet_shown(self) -> bool:
        """Whether the contact sheet takes the place of the compare view."""
        return self._is_sheet_shown

    # The project

    def open(self, project: Path) -> None:
        """Another project is open."""
        self.close()
        self._project = project
        self._check = SpotCheck()

    def close(self) -> None:
        """The project is closed."""
        self._bulk.abandon()
        self._project = None
        self.show_sheet(False)
        for crops in (self._thumbnails, self._sheet_crops, self._sample_crops):
            crops.clear()

    def renew(self, instance_ids: Iterable[int]) -> None:
        """The masks of these instances changed."""
        for instance_id in instance_ids:
            for crops in (self._thumbnails, self._sheet_crops, self._sample_crops):
                crops.renew(instance_id)
        for view in (self._view, self._sheet):
            view.settled.emit()

    # What the person does

    def find(self) -> None:
        """Go to the field that says what the queue shows."""
        self._bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._bar.search.selectAll()

    def ask_where(self) -> None:
        """Ask which instance to go to."""
        dialog = GoToDialog(self._find, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._go_to_instance(dialog.instance_id()))
        dialog.open()

    def toggle_sheet(self) -> None:
        """Show the contact sheet, or the current instance of it in the compare view."""
        if self._is_blind:
            self.told.emit(self.tr("The contact sheet would tell which mask is the refined one."))
            return
        self.show_sheet(not self._is_sheet_shown)

    def show_sheet(self, shown: bool) -> None:
        """Show the contact sheet in place of the compare view, or the other way round."""
        if shown == self._is_sheet_shown:
            return
        if not shown:
            self._sheet.tell_current()
        self._is_sheet_shown = shown
        self.sheet_shown.emit(shown)
        if shown:
            self._sheet.show_row(self._review.current)
            self._sheet.setFocus()
            self._sheet.settled.emit()

    def selected_ids(self) -> Sequence[int]:
        """The instances that are selected where the person looks: in the list or in the sheet.

        Where not several are, it is the current one.
        """
        view = self._sheet if self._is_sheet_shown else self._view
        rows: Sequence[int] = view.selected_rows()
        if len(rows) < 2:
            rows = [] if self._review.current is None else [self._review.current]
        return [self._model.entry(row).instance_id for row in rows]

    def _decide_selected(self, decision: Decision) -> None:
        if self._project is None or self._review.is_held:
            return
        ids = self._sheet.selected_ids()
        self._sheet.go_past_selection()
        self._sheet.tell_current()
        self._bulk.decide(self._project, ids, decision)

    def _tell_wish(self, wish: SignalInstance) -> None:
        """Tell what is wanted, with the cell that the person is at as the one in hand."""
        self._sheet.tell_current()
        wish.emit()

    def _go_to_next_pending(self) -> None:
        self._sheet.tell_current()
        self._review.go_to_next_pending()

    def ask_accept(self) -> None:
        """Ask below which risk to accept, with a sample to look at."""
        if self._is_blind:
            self.told.emit(self.tr("The sample would tell which mask is the refined one."))
            return
        review = self._review
        dialog = AcceptDialog(
            review.entries,
            len(review.entries) < len(review.everything),
            self._image_name,
            self._sample_crops,
            self._check_of_filter(),
            self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._accept(dialog))
        dialog.rejected.connect(lambda: self._remember(dialog.check()))
        dialog.open_wanted.connect(self._compare)
        dialog.open()

    # Inside

    def _make_sheet_page(self, actions: Actions) -> SheetPage:
        decide = self._decide_selected
        own = SheetActions(
            actions,
            {
                "use_refined": lambda: decide(Decision.REFINED),
                "keep_coarse": lambda: decide(Decision.COARSE),
                "drop": lambda: decide(Decision.DROPPED),
                "next": lambda: self._sheet.move(1),
                "previous": lambda: self._sheet.move(-1),
                "next_pending": self._go_to_next_pending,
                "merge_instances": lambda: self._tell_wish(self.merge_wanted),
                "change_category": lambda: self._tell_wish(self.category_wanted),
            },
            self,
        )
        icons = {"use_refined": "accept", "keep_coarse": "reject", "drop": "drop"}
        tools = [own.by_id[each] for each in ("merge_instances", "change_category")]
        buttons = [KeyButton(own.by_id[each], symbol) for each, symbol in icons.items()]
        buttons.append(KeyButton(actions["undo"], "undo"))
        return SheetPage(self._sheet, actions["contact_sheet"], own.by_id.values(), tools, buttons)

    def _connect_actions(self, actions: Actions) -> None:
        for action_id, act in {
            "find": self.find,
            "go_to": self.ask_where,
            "contact_sheet": self.toggle_sheet,
            "accept_below_risk": self.ask_accept,
        }.items():
            actions.connect_action(action_id, act)
        actions["blind_mode"].toggled.connect(self._set_blind)

    def _connect(self) -> None:
        review = self._review
        review.queue_changed.connect(self._show_queue)
        review.row_changed.connect(self._model.row_changed)
        review.masks_changed.connect(self.renew)
        review.all_changed.connect(self._model.all_changed)
        review.counts_changed.connect(self._show_counts)
        review.masks_changed.connect(lambda _: self._show_risks())
        review.shown.connect(lambda _: self._show_row())
        review.row_moved.connect(self._show_row)
        self._view.row_chosen.connect(review.go_to)
        self._sheet.rested.connect(review.go_to)
        self.sheet_page.opened.connect(lambda _: self.show_sheet(False))
        self._bar.arrangement_wanted.connect(self._arrange)
        self._risks.span_wanted.connect(self._show_span)
        self._risks.histogram.left.connect(lambda: self._shown_view().setFocus())
        self._bar.go_to_wanted.connect(self._go_to_typed)
        self._bar.search.left.connect(lambda: self._shown_view().setFocus())
        saved = self._bar.popup.saved
        saved.chosen.connect(self._apply_saved)
        saved.saved.connect(self._save_filter)
        saved.deleted.connect(self._delete_filter)
        saved.show_names(self._preferences.settings.filters)
        self._bulk.told.connect(self.told)

    def _shown_view(self) -> QWidget:
        return self._sheet if self._is_sheet_shown else self._view

    def _show_queue(self) -> None:
        self._model.set_entries(self._review.entries, self._image_name)
        self._bar.show_arrangement(self._review.arrangement)
        self._risks.show_span(self._review.arrangement.risk)
        self._show_passing()
        # While the threshold is dragged, what lies on both sides of it stays as it is.
        if replace(self._review.arrangement, risk=None) != self._counted:
            self._show_risks()

    def _show_row(self) -> None:
        self._view.show_row(self._review.current)
        self._sheet.show_row(self._review.current)

    def _show_counts(self) -> None:
        self._show_passing()
        self._show_risks()

    def _show_passing(self) -> None:
        counts = self._review.counts()
        left = counts.get(Decision.PENDING, 0)
        self.panel.show_counts(len(self._review.entries), sum(counts.values()), left)

    def _show_risks(self) -> None:
        self._counted = replace(self._review.arrangement, risk=None)
        self._risks.show_counts(self._review.risk_counts())

    def _image_name(self, image_id: int) -> str:
        return self._review.image(image_id).name

    def _source(self, instance_id: int) -> CropSource | None:
        row = self._review.row_of(instance_id)
        shown = None if row is None else self._review.shown_at(row)
        return None if shown is None else CropSource.of(shown)

    def _facts(self) -> QueueFacts:
        everything = self._review.everything
        return QueueFacts(
            self._review.counts(),
            self._review.drafted(),
            self._review.categories,
            any(entry.risk is not None for entry in everything),
            any(entry.score is not None for entry in everything),
        )

    def _set_blind(self, blind: bool) -> None:
        """Show nothing that tells which mask is the refined one, or how good that may be."""
        self._is_blind = blind
        if blind:
            self.show_sheet(False)
        self._model.set_hides_risk(blind)
        self._risks.set_hidden(blind)
        self._thumbnails.set_draw(draw_plain if blind else draw_both)
        self._view.settled.emit()

    # Going places

    def _find(self, text: str) -> int | None:
        review = self._review
        return find_instance(text, review.entries, review.everything, self._image_name)

    def _go_to_typed(self, text: str) -> None:
        """Enter in the search field goes to what is meant; any other text only filters."""
        target = self._find(text) if text.startswith("#") or text.isdecimal() else None
        if target is not None:
            self._bar.clear()
            self._go_to_instance(target)
        self._shown_view().setFocus()

    def _go_to_instance(self, instance_id: int | None) -> None:
        if instance_id is not None:
            self._review.show_instance(instance_id)

    def _compare(self, instance_id: int) -> None:
        self.show_sheet(False)
        self._go_to_instance(instance_id)

    # Filters and orders

    def _arrange(self, wanted: Arrangement) -> None:
        if wanted.order != self._review.arrangement.order:
            order = wanted.to_json()
            self._preferences.set_order({each: order[each] for each in ("sort", "descending")})
        self._review.arrange(wanted)

    def _show_span(self, span: Span | None) -> None:
        self._review.arrange(replace(self._review.arrangement, risk=span))

    def _apply_saved(self, name: str) -> None:
        values = self._preferences.settings.filters.get(name)
        if values is not None:
            self._review.arrange(Arrangement.from_json(values))

    def _save_filter(self, name: str) -> None:
        filters = dict(self._preferences.settings.filters)
        filters[name] = self._review.arrangement.to_json()
        self._set_filters(filters)

    def _delete_filter(self, name: str) -> None:
        filters = dict(self._preferences.settings.filters)
        filters.pop(name, None)
        self._set_filters(filters)

    def _set_filters(self, filters: Mapping[str, Mapping[str, object]]) -> None:
        self._preferences.set_filters(filters)
        self._bar.popup.saved.show_names(filters)

    # Spot checks

    def _accept(self, dialog: AcceptDialog) -> None:
        ids = dialog.accepted_ids()
        self._check = SpotCheck(dialog.check().below)
        if self._project is not None:
            self._bulk.decide(self._project, ids, Decision.REFINED)

    def _check_of_filter(self) -> SpotCheck:
        """The spot check to go on with; another one where the queue shows what is below a risk."""
        span = self._review.arrangement.risk
        if span is None or span[0] > 0.0:
            return self._check
        below = round(span[1], 2)
        return self._check if below == self._check.below else SpotCheck(below)

    def _remember(self, check: SpotCheck) -> None:
        self._check = check
