"""Every colour of the app: two schemes for the window, and what stands for decisions and risks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from segrefine_gui.domain.records import Decision
from segrefine_gui.gui.canvas.overlay import COARSE_COLOR, EDITED_COLOR, REFINED_COLOR

DECISION_COLORS: Mapping[Decision, QColor] = {
    Decision.PENDING: QColor("#98A2B0"),
    Decision.REFINED: REFINED_COLOR,
    Decision.COARSE: COARSE_COLOR,
    Decision.EDITED: EDITED_COLOR,
    Decision.DROPPED: QColor("#CC79A7"),
}
"""Fills of chips and dots; `CHIP_TEXT_COLOR` reads well on each of them, in both themes.

They come from Okabe and Ito's palette, but chips carry a letter or an icon besides."""

COMING_COLOR, GOING_COLOR = QColor("#F0E442"), QColor("#D55E00")
"""Yellow and vermillion of the same palette: what would be added to an edited mask and removed. The
bluish green of added changes is that of edited masks."""

CHIP_TEXT_COLOR = QColor("#14171C")

_INK_ON_LIGHT: Mapping[Decision, QColor] = {
    Decision.PENDING: QColor("#5B6470"),
    Decision.REFINED: QColor("#0072B2"),
    Decision.COARSE: QColor("#9A5B00"),
    Decision.EDITED: QColor("#00705A"),
    Decision.DROPPED: QColor("#A03A74"),
}


EVEN_ODDS = 0.5
"""The risk at which harm is as likely as not."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of one theme, as "#RRGGBB".

    Attributes:
        window: behind everything.
        surface: of buttons, cards and bars that lie on the window.
        field: of text fields, lists and tables.
        hover: of a surface under the pointer.
        border: thin lines around surfaces.
        text: the ink.
        muted: ink of what matters less.
        faint: ink of what cannot be used now.
        accent: the one button that goes on, selections, focus.
        on_accent: ink on the accent.
        link: accent as ink.
        warning: ink of what is wrong.
        warning_surface: behind what is wrong.
        safe: stands for risk 0.
        risky: stands for risks from `EVEN_ODDS` on; in between both are mixed.
    """

    window: str
    surface: str
    field: str
    hover: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    link: str
    warning: str
    warning_surface: str
    safe: str
    risky: str


LIGHT = Scheme(
    window="#F4F5F7",
    surface="#FFFFFF",
    field="#FFFFFF",
    hover="#EBEEF2",
    border="#CFD5DD",
    text="#1B2027",
    muted="#5A6472",
    faint="#9AA3AF",
    accent="#1F66D1",
    on_accent="#FFFFFF",
    link="#1A5BBF",
    warning="#9A3412",
    warning_surface="#FDF1E7",
    safe="#A9B8C8",
    risky="#9A3412",
)

DARK = Scheme(
    window="#1D2025",
    surface="#292D34",
    field="#16181C",
    hover="#343941",
    border="#434A55",
    text="#E7EAEE",
    muted="#A3ACB8",
    faint="#6C7582",
    accent="#2F6FDB",
    on_accent="#FFFFFF",
    link="#82B1FF",
    warning="#FFB77D",
    warning_surface="#3A2B1E",
    safe="#66748A",
    risky="#FFB77D",
)


def is_dark(palette: QPalette) -> bool:
    """Whether a palette is one of light ink on a dark window."""
    return palette.color(QPalette.ColorRole.Window).lightness() < 128


def scheme_of(palette: QPalette) -> Scheme:
    """The scheme that goes with a palette."""
    return DARK if is_dark(palette) else LIGHT


def decision_ink(decision: Decision, palette: QPalette) -> QColor:
    """A decision's colour for thin strokes and text: dark enough on a light window."""
    return DECISION_COLORS[decision] if is_dark(palette) else _INK_ON_LIGHT[decision]


def alarm(risk: float) -> float:
    """How much a risk is to stand out, 0..1: wholly from even odds on."""
    return min(max(risk / EVEN_ODDS, 0.0), 1.0)


def risk_color(risk: float, palette: QPalette) -> QColor:
    """What stands for a risk of 0..1: from a grey near the window's to the ink of warnings.

    The riskier, the more it stands out in lightness too, so that people with any kind of colour
    vision see it; a number or a length always says the same. From even odds on, where harm is
    likelier than not, it is the full warning.
    """
    scheme = scheme_of(palette)
    safe, risky = QColor(scheme.safe), QColor(scheme.risky)
    share = alarm(risk)

    def mixed(low: int, high: int) -> int:
        return round(low + share * (high - low))

    return QColor(
        mixed(safe.red(), risky.red()),
        mixed(safe.green(), risky.green()),
        mixed(safe.blue(), risky.blue()),
    )


def palette_of(scheme: Scheme) -> QPalette:
    """The palette that widgets paint themselves with."""
    palette = QPalette()
    role = QPalette.ColorRole
    for color_role, color in (
        (role.Window, scheme.window),
        (role.WindowText, scheme.text),
        (role.Base, scheme.field),
        (role.AlternateBase, scheme.hover),
        (role.Text, scheme.text),
        (role.PlaceholderText, scheme.faint),
        (role.Button, scheme.surface),
        (role.ButtonText, scheme.text),
        (role.BrightText, scheme.warning),
        (role.ToolTipBase, scheme.surface),
        (role.ToolTipText, scheme.text),
        (role.Highlight, scheme.accent),
        (role.HighlightedText, scheme.on_accent),
        (role.Accent, scheme.accent),
        (role.Link, scheme.link),
        (role.LinkVisited, scheme.link),
        (role.Light, scheme.hover),
        (role.Midlight, scheme.hover),
        (role.Mid, scheme.border),
        (role.Dark, scheme.border),
        (role.Shadow, "#000000"),
    ):
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(scheme.faint))
    for color_role, color in (
        (role.Highlight, scheme.border),
        (role.HighlightedText, scheme.faint),
        (role.Accent, scheme.border),
    ):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(color))
    return palette
