"""Use case: find what is missing on this machine and say the one line that cures it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

QT_LIBRARIES: Mapping[str, tuple[str, str]] = {
    "libEGL.so.1": ("libegl1", "mesa-libEGL"),
    "libGL.so.1": ("libgl1", "mesa-libGL"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
}
"""System libraries that Qt needs on Linux: soname -> (Debian's package, Fedora's package)."""

XCB_LIBRARIES: Mapping[str, tuple[str, str]] = {
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
}
"""What Qt needs besides to open windows on X11."""

_INSTALLERS = (("apt-get", "sudo apt-get install -y", 0), ("dnf", "sudo dnf install -y", 1))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was found, and what cures it."""

    subject: str
    well: bool
    sentence: str
    cure: str = ""


def missing_libraries(
    libraries: Iterable[str], load: Callable[[str], object] = ctypes.CDLL
) -> list[str]:
    """Those of the named shared libraries that the system cannot load."""
    missing = []
    for name in libraries:
        try:
            load(name)
        except OSError:
            missing.append(name)
    return missing


def install_line(missing: Sequence[str]) -> str:
    """The one command that installs the packages of missing libraries on this system."""
    known = {**QT_LIBRARIES, **XCB_LIBRARIES}
    for program, command, column in _INSTALLERS:
        if shutil.which(program):
            packages = sorted({known[name][column] for name in missing})
            return f"{command} {' '.join(packages)}"
    return f"Install the packages of your system that bring {', '.join(missing)}."


def window_findings(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> list[Finding]:
    """Whether a Qt window can open here, found without Qt, which would abort where it cannot."""
    if importlib.util.find_spec("PySide6") is None:
        sentence = "PySide6 is not installed."
        return [Finding("Qt", False, sentence, "pip install PySide6-Essentials")]
    if not platform.startswith("linux"):
        return [Finding("Qt", True, "PySide6 is installed.")]
    plugin = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    wayland = _has_wayland(environment)
    on_x11 = plugin == "xcb" or (not plugin and not wayland)
    missing = missing_libraries([*QT_LIBRARIES, *(XCB_LIBRARIES if on_x11 else ())])
    if missing:
        sentence = f"Qt cannot open a window without {', '.join(missing)}."
        libraries = Finding("Qt libraries", False, sentence, install_line(missing))
    else:
        libraries = Finding("Qt libraries", True, "All system libraries that Qt needs are here.")
    return [libraries, _display_finding(plugin, wayland, environment)]


def folder_finding(subject: str, folder: Path) -> Finding:
    """Whether a folder of ours, or the nearest one above it that exists, can be written."""
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if os.access(nearest, os.W_OK):
        return Finding(subject, True, f"{folder} can be written.")
    cure = "Set SEGREFINE_HOME to a folder of your own."
    return Finding(subject, False, f"{folder} cannot be written.", cure)


def _display_finding(plugin: str, wayland: bool, environment: Mapping[str, str]) -> Finding:
    if plugin and plugin not in ("xcb", "wayland"):
        return Finding("Display", True, f"Qt was told to use its {plugin} platform.")
    if wayland:
        return Finding("Display", True, "There is a Wayland display.")
    if not environment.get("DISPLAY"):
        sentence = "There is no display to open a window on."
    elif not _x11_answers(environment["DISPLAY"]):
        sentence = f"The display {environment['DISPLAY']} does not answer."
    else:
        return Finding("Display", True, f"There is an X11 display {environment['DISPLAY']}.")
    cure = (
        "Work without a window: segrefine demo --headless, or "
        "segrefine run IMAGES --masks FILE --project P.segrefine"
    )
    return Finding("Display", False, sentence, cure)


def _has_wayland(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY")
    return bool(name) and (Path(environment.get("XDG_RUNTIME_DIR", "/")) / str(name)).exists()


def _x11_answers(display: str) -> bool:
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return False
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = x11.XOpenDisplay(display.encode())
    if not connection:
        return False
    x11.XCloseDisplay(connection)
    return True
