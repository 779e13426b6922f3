"""Records of an export as they are when their mask file said more than masks."""

from __future__ import annotations

from dataclasses import replace

from segrefine_gui.domain.extras import Extra
from segrefine_gui.formats.base import ExportRecord


def with_extra(
    record: ExportRecord,
    instance: Extra | None = None,
    image: Extra | None = None,
    category: Extra | None = None,
) -> ExportRecord:
    """The record with extras in place of its own."""
    kind = replace(record.instance.category, extra=category)
    return replace(
        record,
        instance=replace(record.instance, extra=instance, category=kind),
        image=replace(record.image, extra=image),
    )
