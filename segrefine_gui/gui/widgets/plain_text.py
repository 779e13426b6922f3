"""Names of files and categories come from anywhere: they are shown as they are, never as markup."""

from __future__ import annotations

from html import escape


def as_tooltip(text: str) -> str:
    """A tooltip that shows `text` as it is; Qt would take what looks like HTML for HTML."""
    return f"<span>{escape(text)}</span>" if text else ""
