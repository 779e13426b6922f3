"""Adding rows of the project: the categories of instances, and the ids that rows are given."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, func, insert, or_, select, update

from segrefine_gui.domain.records import Category
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import NewCategory, NewInstance
from segrefine_gui.storage.extras import extra_from_json, extra_to_json

LARGEST = 2**63 - 1
"""Number that a column holds; ids in files may be as large."""


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
    found = set()
    for category in categories:
        found.add(category.name)
        if category.name not in ids:
            number = category.source_id
            if number in taken:
                (number,) = free_numbers(connection, schema.categories.c.source_id, 1)
            values = {
                "name": category.name,
                "source_id": number,
                "extra": extra_to_json(category.extra),
            }
            ids[category.name] = inserted_id(connection, schema.categories, values)
            taken.add(number)
    _keep(connection, [row.id for row in rows if row.is_typed and row.name in found])
    return ids


def category_ids(connection: Connection, instances: Sequence[NewInstance]) -> dict[str, int]:
    """The same for the categories of instances."""
    wanted = (NewCategory(each.category, each.category_source_id) for each in instances)
    return add_categories(connection, wanted)


def typed_category_ids(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    """Ids by name, adding what is missing as typed by a person, with the next free number."""
    table = schema.categories
    ids = {row.name: row.id for row in connection.execute(select(table))}
    missing = [name for name in dict.fromkeys(names) if name not in ids]
    numbers = free_numbers(connection, table.c.source_id, len(missing))
    for name, number in zip(missing, numbers, strict=True):
        values = {"name": name, "source_id": number, "is_typed": True}
        ids[name] = inserted_id(connection, table, values)
    return ids


def free_numbers(connection: Connection, column: Column[int], count: int) -> list[int]:
    """So many numbers that a column does not have: those after its highest, where these suffice."""
    highest = max(connection.scalar(select(func.max(column))) or 0, 0)
    if highest <= LARGEST - count:
        return list(range(highest + 1, highest + 1 + count))
    taken = set(connection.scalars(select(column)))
    return list(islice((number for number in itertools.count(1) if number not in taken), count))


def _keep(connection: Connection, ids: Sequence[int]) -> None:
    """What a person typed has come in as well: it stays on offer from now on."""
    table = schema.categories
    for each in ids:
        connection.execute(update(table).where(table.c.id == each).values(is_typed=False))


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
