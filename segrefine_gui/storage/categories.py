"""Adding rows of the project: the categories of instances, and the ids that rows are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewInstance


def inserted_id(connection: Connection, table: Any, values: Mapping[str, Any]) -> int:
    """Insert a row and return its id."""
    key = connection.execute(insert(table), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def category_ids(connection: Connection, instances: Sequence[NewInstance]) -> dict[str, int]:
    """Ids by name, adding what is missing; a number that is taken gives way to the next free."""
    rows = connection.execute(select(schema.categories)).all()
    ids = {row.name: row.id for row in rows}
    taken = {row.source_id for row in rows}
    for instance in instances:
        if instance.category not in ids:
            number = instance.category_source_id
            if number in taken:
                number = max(taken) + 1
            values = {"name": instance.category, "source_id": number}
            ids[instance.category] = inserted_id(connection, schema.categories, values)
            taken.add(number)
    return ids
