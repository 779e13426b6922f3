"""How soft the edges of a project's mattes are, among its own keys and values."""

from __future__ import annotations

import logging

from sqlalchemy import Connection

from segrefine_gui.domain.mattes import MOST_FEATHER
from segrefine_gui.storage.database import read_meta, write_meta

_log = logging.getLogger(__name__)
_KEY = "feather"


def read_feather(connection: Connection) -> int:
    """In pixels, 0..`MOST_FEATHER`; 0 where nobody chose it, or where that cannot be believed."""
    text = read_meta(connection).get(_KEY, "0")
    # Of few digits alone: Python refuses to read thousands of them.
    if text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) <= MOST_FEATHER:
        return int(text)
    _log.warning("the feather of a project's mattes is damaged and was passed over")
    return 0


def write_feather(connection: Connection, feather: int) -> None:
    """Give mattes a soft edge of so many pixels from now on.

    Raises:
        ValueError: it is negative or above `MOST_FEATHER`.
    """
    if not 0 <= feather <= MOST_FEATHER:
        raise ValueError(f"a feather of {feather} pixels is not within 0 and {MOST_FEATHER}")
    write_meta(connection, {_KEY: str(feather)})
