"""The editor in the middle of the window, and what is under it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from segrefine_gui.domain.boxes import Box
from segrefine_gui.gui.actions import Actions
from segrefine_gui.gui.canvas.cut_out import CutOut, Ground
from segrefine_gui.gui.canvas.frame import Layer
from segrefine_gui.gui.canvas.minimap import Minimap
from segrefine_gui.gui.canvas.overlay import EDITED_COLOR, MaskOverlay
from segrefine_gui.gui.canvas.pixel_grid import PixelGrid
from segrefine_gui.gui.canvas.pyramid import MaskPyramid
from segrefine_gui.gui.canvas.viewport import Viewport
from segrefine_gui.gui.colors import COMING_COLOR, GOING_COLOR
from segrefine_gui.gui.compare.stage import DEFAULT_OPACITY
from segrefine_gui.gui.editor.answer_strip import AnswerStrip
from segrefine_gui.gui.editor.canvas import EditorCanvas
from segrefine_gui.gui.editor.clean_up import Preview
from segrefine_gui.gui.editor.clean_up_panel import CleanUpPanel
from segrefine_gui.gui.editor.live_mask import MaskVersion
from segrefine_gui.gui.editor.prompt_strip import PromptStrip
from segrefine_gui.gui.editor.tool_bar import ToolBar
from segrefine_gui.gui.widgets.bar_words import BarWords
from segrefine_gui.gui.widgets.decision_bar import KeyButton

PREVIEW_OPACITY = 0.6


class EditorView(QWidget):
    """Tools over a canvas that is painted on.

    Args:
        actions: the window's actions.
        viewport: the zoom and pan of the review, which go on here.
        parent: the review page.
    """

    def __init__(self, actions: Actions, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = ToolBar(actions)
        self.canvas = EditorCanvas(viewport)
        self.minimap = Minimap(self.canvas)
        self.foot = EditorFoot(actions)
        self._version: MaskVersion | None = None
        self._preview: Preview | None = None
        self._matte: MaskPyramid | None = None
        self._opacity = DEFAULT_OPACITY
        self._outlines_only = False
        self._hides_mask = False
        self._shows_grid = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tools)
        self.row = QHBoxLayout()
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(0)
        self.row.addWidget(self.canvas, 1)
        self.clean_up = CleanUpPanel()
        self.row.addWidget(self.clean_up)
        layout.addLayout(self.row, 1)
        self.answers = AnswerStrip(actions)
        layout.addWidget(self.answers)
        self.prompts = PromptStrip(actions)
        layout.addWidget(self.prompts)

    def show_mask(self, version: MaskVersion | None) -> None:
        """Show a mask, or none any more."""
        self._version = version
        self.canvas.set_overlays(self._layers())

    def show_change(self, version: MaskVersion, box: Box) -> None:
        """Show the mask after it changed in a box of the image."""
        self._version = version
        self.canvas.replace_overlays(self._layers(), box)

    def show_preview(self, preview: Preview | None) -> None:
        """Show what cleaning up or a prompt would change, or nothing of that any more."""
        self._preview = preview
        self._redraw()

    def show_matte(self, matte: MaskPyramid | None) -> None:
        """Show the object as its matte cuts it out, or the mask again."""
        self._matte = matte
        self._redraw()

    def set_opacity(self, opacity: float) -> None:
        """Fill the mask with another opacity, 0..1."""
        self._opacity = opacity
        self._redraw()

    def set_outlines_only(self, only: bool) -> None:
        """Draw the mask without fill."""
        self._outlines_only = only
        self._redraw()

    def set_hides_mask(self, hides: bool) -> None:
        """Show the photo alone."""
        self._hides_mask = hides
        self._redraw()

    def set_shows_grid(self, shows: bool) -> None:
        """Draw lines between image pixels where these are large."""
        self._shows_grid = shows
        self._redraw()

    def _redraw(self) -> None:
        if self._version is not None:
            self.canvas.set_overlays(self._layers())

    def _layers(self) -> tuple[Layer, ...]:
        version = self._version
        if version is None:
            return ()
        grid: tuple[Layer, ...] = (PixelGrid(version.region),) if self._shows_grid else ()
        if self._hides_mask:
            return grid
        opacity = 0.0 if self._outlines_only else self._opacity
        mask: Layer = MaskOverlay(version, EDITED_COLOR, opacity)
        if self._matte is not None:
            mask = CutOut(self._matte, Ground.CHECKER, version.region)
        return (*grid, mask, *self._preview_layers())

    def _preview_layers(self) -> tuple[Layer, ...]:
        preview = self._preview
        if preview is None:
            return ()
        return tuple(
            MaskOverlay(mask, color, PREVIEW_OPACITY)
            for mask, color in ((preview.added, COMING_COLOR), (preview.removed, GOING_COLOR))
            if mask is not None
        )


class EditorFoot(QWidget):
    """What is being edited, and the ways to end that.

    Args:
        actions: the window's actions.
        parent: the review page.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        words = BarWords(Qt.TextFormat.PlainText)
        self.title, self.details = words.title, words.details
        self.subject = ""
        """What is edited."""
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for action_id, symbol in (("apply_edit", "done"), ("leave_editor", "cancel")):
            layout.addWidget(KeyButton(actions[action_id], symbol))
        actions.keys_changed.connect(self._name_keys)
        self._name_keys()

    def show_subject(self, name: str) -> None:
        """Name the instance that is edited."""
        self.subject = name
        self.title.setText(self.tr("Editing {}").format(name))

    def _name_keys(self) -> None:
        key = self._actions.key_text("apply_edit")
        applies = self.tr("{} applies and goes on · ").format(key) if key else ""
        self.details.show_text(applies + self.tr("Esc decides nothing and keeps a draft"))
