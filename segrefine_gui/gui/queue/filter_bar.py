"""The bar above the queue: search, filter, order, and what of it is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from segrefine_gui.gui.icons import icon
from segrefine_gui.gui.labels import wrapping
from segrefine_gui.gui.queue.filter_popup import FilterPopup, QueueFacts
from segrefine_gui.gui.queue.filter_words import filter_words, sort_name
from segrefine_gui.gui.queue.search_field import SearchField
from segrefine_gui.services.arrange import Arrangement, SortBy

TYPING_MS = 120
"""How long typing rests before the queue follows."""


class FilterBar(QWidget):
    """Shows an arrangement of the queue and tells which one the person wants.

    Args:
        facts: tells what there is to filter by; asked whenever the popup opens.
        parent: the panel.
    """

    arrangement_wanted = Signal(object)
    """The `Arrangement` that the person wants."""

    go_to_wanted = Signal(str)
    """An id, a position or an image that the person wants to go to."""

    def __init__(self, facts: Callable[[], QueueFacts], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._arrangement = Arrangement()
        self.search = SearchField()
        self.filter_button = _button("filter", self.tr("Filter"))
        self.sort_button = _button("sort", self.tr("Order"))
        self.counts = QLabel()
        self.counts.setProperty("role", "section")
        self.words = wrapping(QLabel())
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setProperty("role", "muted")
        self.clear_button = QToolButton()
        self.clear_button.setText(self.tr("Clear"))
        self.clear_button.setToolTip(self.tr("Show all instances again"))
        self.clear_button.setAccessibleName(self.tr("Clear filter"))
        self.popup = FilterPopup(self)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._make_sort_menu()
        self._lay_out()
        self.search.textEdited.connect(lambda _: self._typing.start())
        self.search.entered.connect(self._enter)
        self._typing.timeout.connect(self._follow_text)
        self.filter_button.clicked.connect(self.open_popup)
        self.clear_button.clicked.connect(self.clear)
        self.popup.changed.connect(self._want)
        self.show_arrangement(Arrangement())

    def show_arrangement(self, arrangement: Arrangement) -> None:
        """Show what the queue is filtered and ordered by."""
        self._arrangement = arrangement
        if not self._typing.isActive() and self.search.text().strip() != arrangement.text:
            self.search.setText(arrangement.text)
        words = filter_words(arrangement)
        self.words.setText(" · ".join(words))
        self.words.setVisible(bool(words))
        self.clear_button.setVisible(self._is_filtered())
        self.filter_button.setChecked(self._is_filtered())
        self.sort_button.setChecked(arrangement.sort is not SortBy.ARRIVAL)
        self._sorts[arrangement.sort].setChecked(True)
        self._descending.setChecked(arrangement.descending)
        if self.popup.isVisible():
            self.popup.show_values(arrangement, self._facts())

    def show_counts(self, shown: int, total: int, left: int) -> None:
        """Say how many instances pass, how many there are, and how many are not decided."""
        if not total:
            self.counts.setText(self.tr("No instances yet"))
            return
        if self._is_filtered():
            passing = self.tr("{} of {}").format(f"{shown:,}", f"{total:,}")
        else:
            passing = self.tr("{} instances").format(f"{total:,}")
        self.counts.setText(passing + self.tr(" · {} left").format(f"{left:,}"))

    def clear(self) -> None:
        """Show all instances again, in the same order."""
        self._typing.stop()
        self.search.clear()
        order = self._arrangement
        self._want(Arrangement(sort=order.sort, descending=order.descending))

    def open_popup(self) -> None:
        """Ask what to filter by."""
        self.popup.show_values(self._arrangement, self._facts())
        self.popup.adjustSize()
        corner = self.filter_button.mapToGlobal(QPoint(0, self.filter_button.height() + 4))
        room = self.screen().availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.popup.width())))
        corner.setY(max(room.top(), min(corner.y(), room.bottom() - self.popup.height())))
        self.popup.move(corner)
        self.popup.show()

    def _is_filtered(self) -> bool:
        order = self._arrangement
        return order != Arrangement(sort=order.sort, descending=order.descending)

    def _want(self, arrangement: Arrangement) -> None:
        if arrangement != self._arrangement:
            self.arrangement_wanted.emit(arrangement)

    def _follow_text(self) -> None:
        self._want(replace(self._arrangement, text=self.search.text().strip()))

    def _enter(self, text: str) -> None:
        self._typing.stop()
        self._follow_text()
        self.go_to_wanted.emit(text)

    def _make_sort_menu(self) -> None:
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._sorts = {}
        for sort in SortBy:
            action = menu.addAction(sort_name(sort))
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(
                lambda _=False, sort=sort: self._want(
                    # The riskiest come first, as one wants them; all others upwards.
                    replace(self._arrangement, sort=sort, descending=sort is SortBy.RISK)
                )
            )
            self._sorts[sort] = action
        menu.addSeparator()
        self._descending = menu.addAction(self.tr("&Descending"))
        self._descending.setCheckable(True)
        self._descending.triggered.connect(
            lambda on: self._want(replace(self._arrangement, descending=on))
        )
        self.sort_button.setMenu(menu)
        self.sort_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(2)
        tools.addWidget(self.search, 1)
        tools.addSpacing(4)
        tools.addWidget(self.filter_button)
        tools.addWidget(self.sort_button)
        said = QHBoxLayout()
        said.addWidget(self.counts, 1)
        said.addWidget(self.clear_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(tools)
        layout.addLayout(said)
        layout.addWidget(self.words)


def _button(icon_name: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
