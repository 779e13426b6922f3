"""What a person chose before, as JSON in the project, read back without trust."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from sqlalchemy import Connection, delete, insert, select

from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.storage import schema
from segrefine_gui.storage.database import read_meta, write_meta

_log = logging.getLogger(__name__)

_LONGEST_TEXT = 4096
_MOST_PARAMETERS = 200
_MOST_LAST = 16
_LARGEST_NUMBER = 2**63
_DEFAULTS = EngineSetup("")
_LAST_EXPORT = "last_export"


def read_presets(connection: Connection, kind: str) -> dict[str, EngineSetup]:
    """All presets of one kind by name, sorted; a damaged one is left out.

    Args:
        connection: to the project.
        kind: "segmenter", "refiner" or "interactor".
    """
    table = schema.presets
    rows = connection.execute(select(table).where(table.c.kind == kind).order_by(table.c.name))
    found = {row.name: setup_from_json(row.setup) for row in rows}
    return {name: setup for name, setup in found.items() if setup is not None}


def write_preset(connection: Connection, kind: str, name: str, setup: EngineSetup | None) -> None:
    """Keep a preset under a name, in place of one of that name; None forgets it."""
    table = schema.presets
    connection.execute(delete(table).where(table.c.kind == kind, table.c.name == name))
    if setup is not None:
        values = {"kind": kind, "name": name, "setup": setup_to_json(setup)}
        connection.execute(insert(table), values)


def read_last_setups(connection: Connection, kind: str) -> list[EngineSetup]:
    """What was run last, the main one first; empty before, and where that is damaged."""
    values = _read(connection, _last_key(kind))
    setups = [setup_from_json(each) for each in values] if isinstance(values, list) else []
    return [setup for setup in setups if setup is not None][:_MOST_LAST]


def write_last_setups(connection: Connection, kind: str, setups: Sequence[EngineSetup]) -> None:
    """Remember what was run last."""
    text = json.dumps([setup_to_json(setup) for setup in setups])
    write_meta(connection, {_last_key(kind): text})


def read_last_export(connection: Connection) -> dict[str, object]:
    """What was chosen at the last export; empty before any, and where that is damaged."""
    values = _read(connection, _LAST_EXPORT)
    return values if isinstance(values, dict) else {}


def write_last_export(connection: Connection, values: Mapping[str, object]) -> None:
    """Remember what was chosen at an export."""
    write_meta(connection, {_LAST_EXPORT: json.dumps(dict(values))})


def setup_to_json(setup: EngineSetup) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "engine": setup.engine,
        "device": setup.device,
        "model": setup.model,
        "weights": setup.weights,
        "score_threshold": setup.score_threshold,
        "parameters": dict(setup.parameters),
    }


def setup_from_json(values: object) -> EngineSetup | None:
    """What `setup_to_json` made; what is damaged keeps its default. None without an engine.

    Values of parameters are not checked against an engine here: it does so itself.
    """
    if not isinstance(values, dict) or not _text(values, "engine"):
        return None
    threshold, parameters = values.get("score_threshold"), values.get("parameters")
    named = parameters.items() if isinstance(parameters, dict) else ()
    return EngineSetup(
        _text(values, "engine"),
        _text(values, "device") or _DEFAULTS.device,
        _text(values, "model"),
        _text(values, "weights"),
        float(threshold) if _is_share(threshold) else _DEFAULTS.score_threshold,
        dict([(name, value) for name, value in named if _is_plain(value)][:_MOST_PARAMETERS]),
    )


def _read(connection: Connection, key: str) -> object:
    """The JSON value of one of the project's own keys; None before it was set."""
    text = read_meta(connection).get(key, "")
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        _log.warning("%s in the project is damaged and was passed over: %s", key, error)
        return None


def _last_key(kind: str) -> str:
    return f"last_{kind}s"


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) and len(value) <= _LONGEST_TEXT else ""


def _is_share(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_plain(value: object) -> bool:
    """Whether it is a value that a parameter may have."""
    if isinstance(value, list):
        return all(isinstance(each, str) and len(each) <= _LONGEST_TEXT for each in value)
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT
    # A whole number of JSON may be longer than any float.
    return isinstance(value, int | float) and abs(value) <= _LARGEST_NUMBER
