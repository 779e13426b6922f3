"""How far and how fast a job is, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from segrefine_gui.domain.vitals import Vitals
from segrefine_gui.gui.controllers.job_controller import JobStatus

_GIB, _MIB = 1 << 30, 1 << 20


def time_left(seconds: float | None) -> str:
    """How long it will take; empty where that is not known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _tr("{} s left").format(max(1, round(seconds)))
    if seconds < 3600:
        return _tr("{} min left").format(round(seconds / 60))
    return _tr("{:.1f} h left").format(seconds / 3600)


def pace(status: JobStatus) -> str:
    """Masks or images a second, or a minute where a second is too short; empty if not known."""
    rate = status.rate
    if rate is None:
        return ""
    unit = _tr("images") if status.counts_images else _tr("masks")
    if rate < 1:
        return _tr("{} {} / min").format(_short(60 * rate), unit)
    return _tr("{} {} / s").format(_short(rate), unit)


def progress(status: JobStatus) -> str:
    """How many of how many; empty where that is not known."""
    if not status.total:
        return ""
    return _tr("{} of {}").format(f"{status.done:,}", f"{status.total:,}")


def usage(vitals: Vitals | None) -> str:
    """The device, and the memory of the program and of a GPU; empty where nobody measures."""
    if vitals is None:
        return ""
    words = [vitals.device, _tr("{} memory").format(size(vitals.process_bytes))]
    if vitals.device_bytes is not None and vitals.device_total is not None:
        held, total = size(vitals.device_bytes), size(vitals.device_total)
        words.append(_tr("{} of {} GPU memory").format(held, total))
    return " · ".join(words)


def size(count: int) -> str:
    """Bytes in words."""
    if count >= _GIB:
        return _tr("{} GB").format(_short(count / _GIB))
    return _tr("{:.0f} MB").format(count / _MIB)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("job_words", text)
