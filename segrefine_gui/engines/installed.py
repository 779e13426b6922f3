"""Whether a library is installed, found without importing it."""

from __future__ import annotations

from importlib import metadata, util


def version_of(distribution: str, module: str) -> str:
    """The version of an installed library; empty where it is not installed.

    Args:
        distribution: its name for `pip install`.
        module: the top-level module that it provides.
    """
    if util.find_spec(module) is None:
        return ""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
