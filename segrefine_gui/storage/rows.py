"""Rows of the project's tables as records, each checked before it is believed."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, func, select

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import MaskError, ProjectError
from segrefine_gui.domain.masks import Rle, rle_from_counts
from segrefine_gui.domain.records import Category, Decision, EngineRun, Instance, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import DecisionRecord


def instances_query() -> Select[Any]:
    """Instances with their category and the size of their image, for `read_instance`."""
    return (
        select(
            schema.instances,
            schema.images.c.width,
            schema.images.c.height,
            schema.categories.c.name.label("category"),
            schema.categories.c.source_id.label("category_source_id"),
        )
        .join(schema.images)
        .join(schema.categories)
    )


def decisions_query() -> Select[Any]:
    """Decisions with the size of their image, for `read_decision`."""
    return (
        select(schema.decisions, schema.images.c.width, schema.images.c.height)
        .join(schema.instances, schema.instances.c.id == schema.decisions.c.instance_id)
        .join(schema.images)
    )


def refinements_query() -> Select[Any]:
    """Refinements with the size of their image, for `read_refinement`."""
    return (
        select(schema.refinements, schema.images.c.width, schema.images.c.height)
        .join(schema.instances, schema.instances.c.id == schema.refinements.c.instance_id)
        .join(schema.images)
    )


def newest_refinement_id() -> ScalarSelect[int]:
    """The newest refinement of the instance of the query around it."""
    table = schema.refinements.alias()
    query = select(func.max(table.c.id)).where(table.c.instance_id == schema.instances.c.id)
    return query.correlate(schema.instances).scalar_subquery()


def read_instance(row: Row[Any]) -> Instance:
    """An instance; raises `ProjectError` where its coarse mask is damaged."""
    try:
        coarse = rle_from_counts(row.coarse_counts, row.height, row.width)
    except MaskError as error:
        raise ProjectError("A coarse mask in the project is damaged.", str(error)) from error
    category = Category(row.category_id, row.category, row.category_source_id)
    return Instance(row.id, row.image_id, category, coarse, row.source_id, row.score)


def read_decision(row: Row[Any]) -> DecisionRecord:
    """A decision; raises `ProjectError` where what it leaves out is damaged."""
    return DecisionRecord(
        Decision(row.decision),
        row.refinement_id,
        row.threshold,
        row.seconds,
        row.reviewer,
        utc(row.decided_at),
        read_left_out(row),
    )


def read_left_out(row: Row[Any]) -> Rle | None:
    """What a decision leaves out; raises `ProjectError` where that is damaged."""
    if row.left_out_counts is None:
        return None
    try:
        return rle_from_counts(row.left_out_counts, row.height, row.width)
    except MaskError as error:
        raise ProjectError("A decision in the project is damaged.", str(error)) from error


def read_refinement(row: Row[Any]) -> Refinement:
    """A refinement; raises `ProjectError` where it is damaged or lies outside its image."""
    region = Box(row.x0, row.y0, row.x1, row.y1)
    if region.area == 0 or region.intersection(image_box(row.width, row.height)) != region:
        raise ProjectError("A refinement in the project is damaged.", f"{region} is outside")
    try:
        soft = SoftMask.from_png(region, row.soft_png)
    except MaskError as error:
        raise ProjectError("A refinement in the project is damaged.", str(error)) from error
    run = EngineRun(
        row.engine, row.version, row.parameters, row.weights_hash, row.device, row.seconds
    )
    return Refinement(row.id, row.instance_id, soft, run, row.risk, utc(row.created_at))


def utc(moment: datetime | None) -> datetime | None:
    """SQLite forgets the zone of a time; all of ours are UTC."""
    return None if moment is None else moment.replace(tzinfo=timezone.utc)
