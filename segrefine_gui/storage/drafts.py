"""Drafts in a project: edits that were begun and not applied yet."""

from __future__ import annotations

import logging
from datetime import datetime, timezone

from sqlalchemy import Connection, delete, insert, select

from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import Rle, rle_from_counts
from segrefine_gui.storage import schema

_log = logging.getLogger(__name__)


def read_draft(connection: Connection, instance_id: int) -> Rle | None:
    """The draft of an instance; None where there is none.

    One that is damaged is passed over: the instance can still be decided about, and edited anew.
    """
    query = (
        select(schema.drafts.c.counts, schema.images.c.width, schema.images.c.height)
        .join(schema.instances, schema.instances.c.id == schema.drafts.c.instance_id)
        .join(schema.images)
        .where(schema.drafts.c.instance_id == instance_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    try:
        return rle_from_counts(row.counts, row.height, row.width)
    except (MaskError, TypeError) as error:
        _log.warning(
            "the draft of instance %d is damaged and was passed over: %s", instance_id, error
        )
        return None


def write_draft(connection: Connection, instance_id: int, mask: Rle | None) -> None:
    """Keep the draft of an instance instead of an older one; None forgets it."""
    table = schema.drafts
    connection.execute(delete(table).where(table.c.instance_id == instance_id))
    if mask is not None:
        values = {"counts": mask.counts, "saved_at": datetime.now(timezone.utc)}
        connection.execute(insert(table), {"instance_id": instance_id, **values})


def drafted_ids(connection: Connection) -> frozenset[int]:
    """Ids of the instances that have a draft."""
    query = (
        select(schema.drafts.c.instance_id)
        .join(schema.instances)
        .where(schema.instances.c.is_withdrawn.is_(False))
    )
    return frozenset(connection.scalars(query))
