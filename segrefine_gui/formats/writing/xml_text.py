"""Texts for XML files, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 file can hold, not even escaped."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def is_name(text: object) -> bool:
    """Whether a value can be the tag of an element or the name of an attribute."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def text_of(text: str) -> str:
    """A text between tags; what XML cannot hold becomes a question mark."""
    return escape(_FORBIDDEN.sub("?", text))


def start_tag(tag: str, attributes: Mapping[str, str], *, empty: bool = False) -> str:
    """The tag that begins an element, or all of an empty one."""
    listed = "".join(
        f" {key}={quoteattr(_FORBIDDEN.sub('?', value))}" for key, value in attributes.items()
    )
    return f"<{tag}{listed}{'/' if empty else ''}>"
