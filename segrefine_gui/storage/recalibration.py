"""A project's recalibration among its own keys and values."""

from __future__ import annotations

import json
import logging

from sqlalchemy import Connection

from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.storage.database import read_meta, write_meta

_log = logging.getLogger(__name__)
_KEY = "recalibration"


def read_recalibration(connection: Connection) -> Recalibration | None:
    """How risks are corrected; None where they are not, or where that cannot be believed."""
    text = read_meta(connection).get(_KEY, "")
    if not text:
        return None
    try:
        values = json.loads(text)
        return Recalibration(float(values["slope"]), float(values["offset"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        _log.warning("the project's recalibration is damaged and was passed over: %s", error)
        return None


def write_recalibration(connection: Connection, recalibration: Recalibration | None) -> None:
    """Correct risks from now on; None leaves them as they were estimated."""
    text = ""
    if recalibration is not None:
        text = json.dumps({"slope": recalibration.slope, "offset": recalibration.offset})
    write_meta(connection, {_KEY: text})
