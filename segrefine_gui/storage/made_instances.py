"""Instances of a project that a person makes, unmakes, and puts into another category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Connection, insert, select, update

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.masks import Rle
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import InstanceUpdate
from segrefine_gui.storage.categories import free_numbers, inserted_id, typed_category_ids
from segrefine_gui.storage.database import pages
from segrefine_gui.storage.decisions import replace_decisions
from segrefine_gui.storage.rows import JOURNALLED, decision_values


def add_withdrawn(
    connection: Connection, image_id: int, origin: str, category: str, masks: Sequence[Rle]
) -> list[int]:
    """Add instances of one category that nobody sees yet; their ids, in the order of the masks.

    Raises:
        ProjectError: there is no such image, or a mask is of another size.
    """
    image = connection.execute(select(schema.images).filter_by(id=image_id)).one_or_none()
    if image is None:
        raise ProjectError(f"The project has no image {image_id}.")
    if any((mask.width, mask.height) != (image.width, image.height) for mask in masks):
        raise ProjectError("The mask of an instance has another size than its image.")
    category_id = typed_category_ids(connection, [category])[category]
    # Numbers that no other instance has, whatever it came from: people tell them apart by these.
    numbers = free_numbers(connection, schema.instances.c.source_id, len(masks))
    return [
        inserted_id(
            connection,
            schema.instances,
            {
                "image_id": image_id,
                "category_id": category_id,
                "origin": origin,
                "source_id": source_id,
                "area": mask.area,
                "coarse_counts": mask.counts,
                "is_withdrawn": True,
            },
        )
        for source_id, mask in zip(numbers, masks, strict=True)
    ]


def write_updates(
    connection: Connection, updates: Mapping[int, InstanceUpdate], what: str, who: str
) -> None:
    """Change instances and journal each of them under the name of who does it."""
    if not updates:
        return
    _write_categories(connection, updates)
    for is_withdrawn in (False, True):
        chosen = [id_ for id_, each in updates.items() if each.is_withdrawn is is_withdrawn]
        _write_column(connection, chosen, {"is_withdrawn": is_withdrawn})
    decided = {id_: each.decision for id_, each in updates.items() if each.decision is not None}
    replace_decisions(connection, decided)
    now = datetime.now(timezone.utc)
    lines = [
        {"at": now, "who": who, "what": what, **_journalled(instance_id, each)}
        for instance_id, each in updates.items()
    ]
    connection.execute(insert(schema.journal), lines)


def _write_categories(connection: Connection, updates: Mapping[int, InstanceUpdate]) -> None:
    members: dict[str, list[int]] = defaultdict(list)
    for instance_id, each in updates.items():
        if each.category is not None:
            members[each.category].append(instance_id)
    if members:
        ids = typed_category_ids(connection, members)
        for name, instance_ids in members.items():
            _write_column(connection, instance_ids, {"category_id": ids[name]})


def _write_column(
    connection: Connection, instance_ids: Sequence[int], values: Mapping[str, Any]
) -> None:
    table = schema.instances
    for page in pages(instance_ids):
        connection.execute(update(table).where(table.c.id.in_(page)).values(**values))


def _journalled(instance_id: int, changed: InstanceUpdate) -> dict[str, Any]:
    """The columns of the journal that tell of one instance."""
    line: dict[str, Any] = dict.fromkeys(JOURNALLED)
    if changed.decision is not None:
        values = decision_values(instance_id, changed.decision)
        line.update({key: values[key] for key in JOURNALLED})
    line.update(instance_id=instance_id, seconds=line["seconds"] or 0.0, category=changed.category)
    return line
