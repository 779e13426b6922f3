"""Project files as earlier releases made them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_TAKEN_BACK = {
    3: ("DROP TABLE presets",),
    4: ("DROP TABLE head_masks",),
    5: (
        "DROP TABLE drafts",
        *(
            f"ALTER TABLE {table} DROP COLUMN {column}"
            for table in ("decisions", "journal")
            for column in ("edited_counts", "based_on")
        ),
    ),
    6: (
        "ALTER TABLE instances DROP COLUMN is_withdrawn",
        "ALTER TABLE categories DROP COLUMN is_typed",
        "ALTER TABLE journal DROP COLUMN category",
    ),
    7: (
        "DROP TABLE documents",
        *(
            f"ALTER TABLE {table} DROP COLUMN extra"
            for table in ("images", "categories", "instances")
        ),
    ),
}
"""What each version of the schema, from the third on, has more than the one before."""


def make_older(path: Path, version: int) -> None:
    """Turn a project file that no one has open into one of an older schema version, 2 or later."""
    with sqlite3.connect(path) as file:
        for newer in sorted(_TAKEN_BACK, reverse=True):
            if newer > version:
                for statement in _TAKEN_BACK[newer]:
                    file.execute(statement)
        file.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),))
