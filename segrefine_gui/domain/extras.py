"""What mask files say besides masks: kept as it came, for a writer of the same format."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

MAX_BYTES = 256 * 1024
"""Most that is kept of one image, instance, category or file, in bytes of JSON."""


@dataclass(frozen=True, slots=True)
class Extra:
    """Fields of a mask file that SegRefine has no use for itself.

    Attributes:
        format: name of the format that they came in.
        fields: JSON values by key.
    """

    format: str
    fields: Mapping[str, object]


def extra_of(
    format_name: str, fields: Mapping[str, object], known: Collection[str]
) -> Extra | None:
    """What an object of a file says besides the keys that are known.

    Args:
        format_name: the format.
        fields: the object, as JSON has it.
        known: keys to leave out.

    Returns:
        None where nothing is left. Fields that are no JSON (a NaN), or that take more than
        `MAX_BYTES` together, are left out, the largest first.
    """
    sizes = {key: _size(key, value) for key, value in fields.items() if key not in known}
    kept = [key for key, size in sizes.items() if size is not None]
    kept.sort(key=lambda key: sizes[key] or 0)
    while kept and sum(sizes[key] or 0 for key in kept) > MAX_BYTES:
        kept.pop()
    return Extra(format_name, {key: fields[key] for key in fields if key in kept}) if kept else None


def extra_fields(extra: Extra | None, *formats: str) -> Mapping[str, object]:
    """The fields of an extra that came in one of these formats; empty for all others."""
    return extra.fields if extra is not None and extra.format in formats else {}


def _size(key: str, value: object) -> int | None:
    try:
        return len(key) + len(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return None
