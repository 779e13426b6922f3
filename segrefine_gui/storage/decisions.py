"""Decisions in a project, and their lines in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

from sqlalchemy import Connection, delete, insert

from segrefine_gui.storage import schema
from segrefine_gui.storage.base import DecisionRecord
from segrefine_gui.storage.database import pages
from segrefine_gui.storage.rows import JOURNALLED, decision_values


def replace_decisions(connection: Connection, records: Mapping[int, DecisionRecord]) -> None:
    """Store decisions in place of older ones, without the journal."""
    if not records:
        return
    table = schema.decisions
    for page in pages(list(records)):
        connection.execute(delete(table).where(table.c.instance_id.in_(page)))
    connection.execute(insert(table), [decision_values(*each) for each in records.items()])


def write_decisions(
    connection: Connection, records: Mapping[int, DecisionRecord], what: str
) -> None:
    """Store at least one decision, and journal it."""
    now = datetime.now(timezone.utc)
    replace_decisions(connection, records)
    rows = [decision_values(*each) for each in records.items()]
    lines = [
        {"at": now, "who": row["reviewer"], "what": what, **{key: row[key] for key in JOURNALLED}}
        for row in rows
    ]
    connection.execute(insert(schema.journal), lines)
