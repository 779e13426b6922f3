"""What imported files said besides masks, as columns and rows of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from segrefine_gui.domain.extras import Extra
from segrefine_gui.storage import schema


def extra_to_json(extra: Extra | None) -> dict[str, Any] | None:
    """The value of an `extra` column."""
    return None if extra is None else {"format": extra.format, "fields": dict(extra.fields)}


def extra_from_json(value: object) -> Extra | None:
    """What an `extra` column holds; None where it is empty or damaged: no mask rests on it."""
    match value:
        case {"format": str(format_name), "fields": dict(fields)}:
            return Extra(format_name, fields)
    return None


def read_documents(connection: Connection) -> dict[str, Mapping[str, object]]:
    """What imported files said of no image or instance, by format."""
    rows = connection.execute(select(schema.documents))
    return {row.format: row.fields for row in rows if isinstance(row.fields, dict)}


def add_document(connection: Connection, extra: Extra) -> None:
    """Keep what a file said; of two files of one format the later one is believed."""
    table = schema.documents
    known = read_documents(connection).get(extra.format)
    if known is None:
        connection.execute(insert(table).values(format=extra.format, fields=dict(extra.fields)))
    else:
        fields = {**known, **extra.fields}
        connection.execute(
            update(table).where(table.c.format == extra.format).values(fields=fields)
        )
