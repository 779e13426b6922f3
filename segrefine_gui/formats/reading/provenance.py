"""What exports of ours left in files, when they are read again."""

from __future__ import annotations

from collections.abc import Mapping

KEY = "segrefine"
"""The key under which exports keep `writing.provenance` in JSON; it is not kept as an extra."""


def source_id_in(fields: Mapping[str, object]) -> object:
    """The source id that an export of ours left in an object; None where it is not one of ours."""
    kept = fields.get(KEY)
    return kept.get("source_id") if isinstance(kept, Mapping) else None
