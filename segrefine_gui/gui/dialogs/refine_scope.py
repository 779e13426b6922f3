"""Asks what to refine: one instance, its image, what the queue shows, or everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from segrefine_gui.gui.dialogs.form_dialog import name_for_readers
from segrefine_gui.gui.labels import muted_label


class RefineScope(Enum):
    """Which instances are refined."""

    ALL = "all"
    SHOWN = "shown"
    IMAGE = "image"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Targets:
    """What there is to refine.

    Attributes:
        ids: the instances of each scope, in the order of the queue.
        image: name of the image of the current instance, empty where there is none.
        is_filtered: whether the queue shows only some of the instances.
    """

    ids: Mapping[RefineScope, Sequence[int]] = field(default_factory=dict)
    image: str = ""
    is_filtered: bool = False

    def of(self, scope: RefineScope) -> Sequence[int]:
        """The instances of a scope."""
        return self.ids.get(scope, ())


class ScopeField(QWidget):
    """A list of scopes with how many instances each has, and whether to refine some again.

    Args:
        targets: what there is.
    """

    changed = Signal()

    def __init__(self, targets: Targets) -> None:
        super().__init__()
        self._targets = targets
        self._refined: Mapping[str, frozenset[int]] | None = None
        self._refiner: str | None = None
        self.scope = QComboBox()
        self.again = QCheckBox(self.tr("&Again what this refiner has refined already"))
        self.words = muted_label("")
        for scope, text in self._names().items():
            count = len(targets.of(scope))
            if count or scope is RefineScope.ALL:
                self.scope.addItem(self.tr("{}  ({})").format(text, f"{count:,}"), scope)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.scope)
        layout.addWidget(self.again)
        layout.addWidget(self.words)
        self.setFocusProxy(self.scope)
        name_for_readers(self.scope, self.tr("What to refine"))
        self.scope.currentIndexChanged.connect(self._tell)
        self.again.toggled.connect(self._tell)
        self._tell()

    def show_refiner(self, name: str | None) -> None:
        """Say what is missing of this refiner; None or "auto" where nobody knows which it is."""
        self._refiner = name
        self._say()

    def show_refined(self, refined: Mapping[str, frozenset[int]]) -> None:
        """Take note of what each refiner has refined already."""
        self._refined = refined
        self._say()

    def choose(self, scope: RefineScope) -> None:
        """Choose a scope, where it has instances."""
        self.scope.setCurrentIndex(max(0, self.scope.findData(scope)))

    def chosen(self) -> RefineScope:
        """The scope chosen."""
        return RefineScope(self.scope.currentData())

    def instance_ids(self) -> Sequence[int] | None:
        """Which instances; None for all that the refiner has not refined, whatever they are."""
        if self.chosen() is RefineScope.ALL and not self.again.isChecked():
            return None
        return tuple(self._targets.of(self.chosen()))

    def only_missing(self) -> bool:
        """Whether what the refiner has refined already is left out of them."""
        return self.chosen() is not RefineScope.ALL and not self.again.isChecked()

    def _names(self) -> Mapping[RefineScope, str]:
        queue = self.tr("What the queue's filter shows")
        return {
            RefineScope.ALL: self.tr("Everything"),
            RefineScope.SHOWN: queue
            if self._targets.is_filtered
            else self.tr("What the queue shows"),
            RefineScope.IMAGE: self.tr("This image: {}").format(self._targets.image),
            RefineScope.INSTANCE: self.tr("This instance"),
        }

    def _tell(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        ids = self._targets.of(self.chosen())
        known = self._refined is not None and self._refiner not in (None, "auto")
        if self.again.isChecked():
            self.words.setText(self.tr("To refine: {}.").format(f"{len(ids):,}"))
        elif known and self._refined is not None:
            done = self._refined.get(self._refiner or "", frozenset())
            missing = sum(instance_id not in done for instance_id in ids)
            words = self.tr("To refine: {}. Refined by {} already: {}.")
            if ids and not missing:
                words += self.tr(" Tick Again to refine them anew.")
            text = words.format(f"{missing:,}", self._refiner, f"{len(ids) - missing:,}")
            self.words.setText(text)
        else:
            self.words.setText(self.tr("What it has refined already is left as it is."))
