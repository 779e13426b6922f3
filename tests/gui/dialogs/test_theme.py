"""The two themes: readable, switched while the app runs, and worn by icons that are shown."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from segrefine_gui.domain.records import Decision
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.gui.colors import (
    CHIP_TEXT_COLOR,
    DARK,
    DECISION_COLORS,
    EVEN_ODDS,
    LIGHT,
    Scheme,
    decision_ink,
    is_dark,
    palette_of,
    risk_color,
)
from segrefine_gui.gui.icons import IconLabel
from segrefine_gui.gui.theme import apply_theme, icon

READABLE = 4.5  # WCAG 2.2, 1.4.3
VISIBLE = 3.0  # WCAG 2.2, 1.4.11: thin strokes and marks
SIDE = 32
PROMISED_ICONS = (
    "open-folder",
    "import",
    "play",
    "refine",
    "export",
    "cancel",
    "undo",
    "redo",
    "accept",
    "reject",
    "drop",
    "next",
    "previous",
    "next-pending",
    "fit",
    "actual-size",
    "overlay",
    "outline",
    "help",
    "app",
    "images",
)


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    style = qapp.style().name()
    palette = qapp.palette()
    yield qapp
    apply_theme(qapp, "light")  # whatever the desktop does, no theme follows it any more
    qapp.setStyleSheet("")
    qapp.setStyle(style)
    qapp.setPalette(palette)


def contrast(one: QColor | str, other: QColor | str) -> float:
    """WCAG's contrast ratio of two colours, 1..21."""
    bright, dark = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_of(shown: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    """The colours of the pixels that an icon covers whole."""
    image = shown.pixmap(QSize(SIDE, SIDE), 1.0, mode).toImage()
    pixels = (image.pixelColor(x, y) for x in range(SIDE) for y in range(SIDE))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_every_ink_is_readable_where_it_is_used(scheme: Scheme) -> None:
    for ink in (scheme.text, scheme.muted, scheme.link, scheme.warning):
        for ground in (scheme.window, scheme.surface, scheme.field):
            assert contrast(ink, ground) >= READABLE, (ink, ground)
    assert contrast(scheme.on_accent, scheme.accent) >= READABLE
    assert contrast(scheme.accent, scheme.window) >= VISIBLE


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("decision", list(Decision))
def test_decisions_are_told_apart_by_chips_and_strokes(scheme: Scheme, decision: Decision) -> None:
    assert contrast(CHIP_TEXT_COLOR, DECISION_COLORS[decision]) >= READABLE
    assert contrast(decision_ink(decision, palette_of(scheme)), scheme.window) >= VISIBLE


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
def test_the_riskier_the_more_it_stands_out_from_its_ground(scheme: Scheme) -> None:
    palette = palette_of(scheme)
    found = [contrast(risk_color(step / 10, palette), scheme.field) for step in range(6)]

    assert found == sorted(found), "in lightness, which everybody sees"
    assert found[0] > 1.5
    assert found[-1] >= READABLE
    assert risk_color(0.9, palette) == risk_color(EVEN_ODDS, palette)


@pytest.mark.parametrize(("choice", "dark"), [("dark", True), ("light", False)])
def test_a_theme_reaches_widgets_that_are_shown(
    app: QApplication, qtbot: QtBot, choice: str, dark: bool
) -> None:
    button = QPushButton("Refine")
    qtbot.addWidget(button)
    button.show()

    apply_theme(app, choice)

    assert is_dark(app.palette()) is dark
    ground = button.grab().toImage().pixelColor(button.width() // 2, 4)
    assert ground == QColor((DARK if dark else LIGHT).surface)


def test_system_follows_the_desktop_until_a_theme_is_chosen(app: QApplication) -> None:
    desktop = app.styleHints().colorSchemeChanged
    apply_theme(app, "system")
    desktop.emit(Qt.ColorScheme.Dark)
    assert is_dark(app.palette())
    desktop.emit(Qt.ColorScheme.Light)
    assert not is_dark(app.palette())

    apply_theme(app, "light")
    desktop.emit(Qt.ColorScheme.Dark)
    assert not is_dark(app.palette())


def test_an_unknown_theme_is_refused(app: QApplication) -> None:
    with pytest.raises(KeyError):
        apply_theme(app, "sepia")


@pytest.mark.parametrize("name", PROMISED_ICONS)
def test_every_icon_draws_something(app: QApplication, name: str) -> None:
    assert ink_of(icon(name))


def test_an_icon_takes_the_ink_of_the_theme_it_is_shown_in(app: QApplication) -> None:
    apply_theme(app, "light")
    undo = icon("undo")
    assert ink_of(undo) == {QColor(LIGHT.text).name()}
    apply_theme(app, "dark")
    assert ink_of(undo) == {QColor(DARK.text).name()}
    assert ink_of(QIcon(undo), QIcon.Mode.Disabled) == {QColor(DARK.faint).name()}


def test_icons_of_decisions_have_their_decisions_colour(app: QApplication) -> None:
    apply_theme(app, "dark")
    assert ink_of(icon("accept")) == {DECISION_COLORS[Decision.REFINED].name()}
    assert ink_of(icon("reject")) == {DECISION_COLORS[Decision.COARSE].name()}
    assert ink_of(icon("drop")) == {DECISION_COLORS[Decision.DROPPED].name()}


def test_an_icon_label_is_as_large_as_asked_and_drawn(app: QApplication, qtbot: QtBot) -> None:
    apply_theme(app, "light")
    label = IconLabel("warning", SIDE)
    qtbot.addWidget(label)
    image = label.grab().toImage()
    assert label.size() == QSize(SIDE, SIDE)
    ground = app.palette().color(QPalette.ColorRole.Window)
    assert any(image.pixelColor(x, SIDE // 2) != ground for x in range(SIDE))


def test_every_icon_file_can_be_tinted() -> None:
    untinted = {"app", "chevron-down", "chevron-up", "tick"}
    for path in sorted((resources_folder() / "icons").glob("*.svg")):
        drawing = path.read_text("utf-8")
        assert "<script" not in drawing
        assert (path.stem in untinted) or drawing.count('"#000"') == 1, path.name


def test_an_icon_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
