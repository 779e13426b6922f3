"""Adding rows of the project: the categories of instances, and the ids that rows are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from segrefine_gui.domain.records import Category
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewCategory, NewInstance
from segrefine_gui.storage.extras import extra_from_json, extra_to_json


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


def typed_category_ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Ids by name, adding what is missing as typed by a person, with the next free number."""
    rows = connection.execute(select(schema.categories)).all()
    ids = {row.name: row.id for row in rows}
    number = max((row.source_id for row in rows), default=0)
    for name in dict.fromkeys(names):
        if name not in ids:
            number += 1
            values = {"name": name, "source_id": number, "is_typed": True}
            ids[name] = inserted_id(connection, schema.categories, values)
    return ids


def read_categories(connection: Connection) -> list[Category]:
    """All categories by their source id; one that a person typed only while it is used.

    So a slip of the hand is gone once it is mended, and those that came in stay on offer.
    """
    table, instances = schema.categories, schema.instances
    is_used = (
        select(instances.c.id)
        .where(instances.c.category_id == table.c.id, instances.c.is_withdrawn.is_(False))
        .exists()
    )
    query = select(table).where(or_(table.c.is_typed.is_(False), is_used))
    rows = connection.execute(query.order_by(table.c.source_id))
    return [Category(row.id, row.name, row.source_id, extra_from_json(row.extra)) for row in rows]
