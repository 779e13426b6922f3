"""Numbers of things, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def instances(count: int) -> str:
    """So many instances."""
    return _tr("1 instance") if count == 1 else _tr("{} instances").format(f"{count:,}")


def images(count: int) -> str:
    """So many images."""
    return _tr("1 image") if count == 1 else _tr("{} images").format(f"{count:,}")


def pixels(count: int) -> str:
    """So many pixels."""
    return _tr("1 pixel") if count == 1 else _tr("{} pixels").format(f"{count:,}")


def _tr(text: str) -> str:
    return QCoreApplication.translate("counted", text)
