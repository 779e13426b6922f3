"""What is known of an installed library without importing it."""

from __future__ import annotations

import ast
from importlib import metadata, util
from pathlib import Path
from typing import Any


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


def folder_of(module: str) -> Path | None:
    """The folder of an installed top-level package, found without importing it; None without."""
    spec = util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def literal_in(module: str, file: str, name: str) -> Any:
    """A constant that a file of an installed package assigns, read without running the file.

    Args:
        module: the top-level package.
        file: path of the file inside it.
        name: what is assigned at the file's top level, once, a literal.

    Returns:
        Its value; None where there is none, as in another version of that package.
    """
    folder = folder_of(module)
    if folder is None:
        return None
    try:
        tree = ast.parse((folder / file).read_text(encoding="utf-8"))
        for statement in tree.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == name for target in statement.targets
            ):
                return ast.literal_eval(statement.value)
    except (OSError, ValueError, SyntaxError):
        return None
    return None
