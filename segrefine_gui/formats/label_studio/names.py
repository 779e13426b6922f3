"""Which image a task of Label Studio is about, from the address that it has for it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from segrefine_gui.formats.reading.texts import clean_text

LOCAL_FILES = "/data/local-files/?d="
"""Where Label Studio has the files of a local storage, by their path in it."""

_KEYS = ("image", "img")
_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def image_key(data: Mapping[str, object]) -> str | None:
    """The key of a task's data under which its image is; None where there is none."""
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    for key in _KEYS:
        if key in texts:
            return key
    images = [key for key, value in texts.items() if name_of(value).lower().endswith(_SUFFIXES)]
    return next(iter([*images, *texts]), None)


def name_of(address: str) -> str:
    """The name of an image with its folders, as far as the address tells; empty for none."""
    text = address.strip()
    if text.startswith("data:"):
        return ""
    try:
        parts = urlsplit(text)
        path = unquote(parts.path)
        if local := parse_qs(parts.query, max_num_fields=100).get("d"):
            path = local[0]
    except ValueError:
        path = text
    found = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if found and found[0].endswith(":"):
        del found[0]
    return clean_text("/".join(found)).replace("\0", "")
