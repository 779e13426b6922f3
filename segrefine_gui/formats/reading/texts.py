"""Texts and numbers of files, made fit to be stored and shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MAX_NAME = 300
"""Longest name of a category, in characters."""

_MAX_ID = 2**63 - 1


def clean_text(text: str) -> str:
    """Text without the lone surrogates that JSON escapes can make and that nothing can store."""
    return text.encode("utf-8", "replace").decode("utf-8")


def clean_name(text: object, otherwise: str) -> str:
    """The name of a category: one line of at most `MAX_NAME` characters.

    Args:
        text: what a file has.
        otherwise: the name where that is no text or blank.
    """
    name = " ".join(clean_text(text).split())[:MAX_NAME] if isinstance(text, str) else ""
    return name.replace("\0", "") or otherwise


def is_id(value: object) -> bool:
    """Whether a value is a whole number that a database can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAX_ID


def is_share(value: object) -> bool:
    """Whether a value is a number between 0 and 1."""
    # NaN fails the comparison, too.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def side_of(value: object) -> int | None:
    """Width or height of an image; None where a value is none."""
    return value if isinstance(value, int) and is_id(value) and value > 0 else None


def source_ids(wanted: Sequence[object]) -> list[int]:
    """A different id for each instance: the one it wants, else the lowest that nobody does.

    Args:
        wanted: what the file gives for each; None, or anything that is no id, for none.
    """
    taken = {value for value in wanted if isinstance(value, int) and is_id(value)}
    free = (number for number in range(len(wanted) + len(taken)) if number not in taken)
    ids: list[int] = []
    used: set[int] = set()
    for value in wanted:
        own = value if isinstance(value, int) and is_id(value) and value not in used else next(free)
        used.add(own)
        ids.append(own)
    return ids


def category_ids(names: Iterable[str]) -> dict[str, int]:
    """Numbers from 1 for categories that a file only names, by their sorted names."""
    return {name: number for number, name in enumerate(sorted(set(names)), 1)}
