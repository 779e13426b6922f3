"""Other people's packages, installed as pip would lay them out."""

from __future__ import annotations

import textwrap
from pathlib import Path


def install_package(site: Path, name: str, source: str, entry_points: str) -> None:
    """Lay a package of one module with entry points into a folder of packages."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text(textwrap.dedent(source))
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(textwrap.dedent(entry_points))
