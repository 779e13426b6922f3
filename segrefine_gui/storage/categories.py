"""Adding rows of the project: the categories of instances, and the ids that rows are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewCategory, NewInstance
from segrefine_gui.storage.extras import extra_to_json


def inserted_id(connection: Connection, table: Any, values: Mapping[str, Any]) -> int:
    """Insert a row and return its id."""
    key = connection.execute(insert(table), values).inserted_primary_key
    assert key is not None
    return int(key[0])


def add_categories(connection: Connection, categories: Iterable[NewCategory]) -> dict[str, int]:
    """Ids of all categories by name, after those that are missing were added.

    A number that is taken gives way to the next free.
    """
    rows = connection.execute(select(schema.categories)).all()
    ids = {row.name: row.id for row in rows}
    taken = {row.source_id for row in rows}
    for category in categories:
        if category.name not in ids:
            number = category.source_id
            if number in taken:
                number = max(taken) + 1
            values = {
                "name": category.name,
                "source_id": number,
                "extra": extra_to_json(category.extra),
            }
            ids[category.name] = inserted_id(connection, schema.categories, values)
            taken.add(number)
    return ids


def category_ids(connection: Connection, instances: Sequence[NewInstance]) -> dict[str, int]:
    """The same for the categories of instances."""
    wanted = (NewCategory(each.category, each.category_source_id) for each in instances)
    return add_categories(connection, wanted)
