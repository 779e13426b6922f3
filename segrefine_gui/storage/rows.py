"""Rows of the project's tables as records, each checked before it is believed."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, case, func, select

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.errors import MaskError, ProjectError
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.domain.masks import Rle, rle_from_counts
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import (
    Basis,
    Category,
    Decision,
    EngineRun,
    Instance,
    Refinement,
)
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.storage import schema
from segrefine_gui.storage.assessments import assessment_from_json, assessment_to_json, read_risk
from segrefine_gui.storage.base import (
    DecisionRecord,
    JournalEntry,
    Judgement,
    NewInstance,
    QueueEntry,
    RefinementEntry,
)
from segrefine_gui.storage.extras import extra_from_json, extra_to_json

_log = logging.getLogger(__name__)
_HEAD_BOX = ("head_x0", "head_y0", "head_x1", "head_y1")
JOURNALLED = (
    *("instance_id", "decision", "seconds", "threshold"),
    *("left_out_counts", "edited_counts", "based_on"),
)
"""Columns of a decision that the journal has, too."""


def instances_query() -> Select[Any]:
    """Instances with category, head mask and size of their image, for `read_instance`."""
    head = schema.head_masks.c
    return (
        select(
            schema.instances,
            schema.images.c.width,
            schema.images.c.height,
            schema.categories.c.name.label("category"),
            schema.categories.c.source_id.label("category_source_id"),
            schema.categories.c.extra.label("category_extra"),
            *(head[name.removeprefix("head_")].label(name) for name in _HEAD_BOX),
            head.png.label("head_png"),
        )
        .join(schema.images)
        .join(schema.categories)
        .outerjoin(schema.head_masks, head.instance_id == schema.instances.c.id)
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


def queue_query() -> Select[Any]:
    """Instances in review order without their masks, for `read_queue_entry`."""
    is_decided = schema.decisions.c.decision != Decision.PENDING.value
    decided = case((is_decided, schema.decisions.c.refinement_id))
    told = func.coalesce(decided, newest_refinement_id())
    return (
        select(
            schema.instances.c.id,
            schema.instances.c.image_id,
            schema.instances.c.source_id,
            schema.categories.c.name,
            schema.instances.c.score,
            schema.decisions.c.decision,
            schema.refinements.c.engine,
            schema.refinements.c.risk,
            schema.instances.c.area,
            schema.drafts.c.instance_id.is_not(None).label("is_drafted"),
        )
        .join(schema.categories)
        .outerjoin(schema.drafts, schema.drafts.c.instance_id == schema.instances.c.id)
        .outerjoin(schema.decisions, schema.decisions.c.instance_id == schema.instances.c.id)
        .outerjoin(schema.refinements, schema.refinements.c.id == told)
        .where(schema.instances.c.is_withdrawn.is_(False))
        .order_by(schema.instances.c.image_id, schema.instances.c.id)
    )


def refinement_entries_query() -> Select[Any]:
    """Refinements without their soft masks, the oldest first, for `read_refinement_entry`."""
    table = schema.refinements
    columns = ("id", "engine", "version", "parameters", "weights_hash", "device", "seconds", "risk")
    return select(*(table.c[name] for name in columns)).order_by(table.c.id)


def judgements_query() -> Select[Any]:
    """Decisions for or against refinements with a risk, for `read_judgement`."""
    judged = (Decision.REFINED.value, Decision.COARSE.value, Decision.EDITED.value)
    return (
        select(
            schema.decisions.c.instance_id,
            schema.instances.c.image_id,
            schema.refinements.c.risk,
            schema.decisions.c.decision,
            schema.decisions.c.left_out_counts.is_not(None).label("left_out"),
            schema.decisions.c.seconds,
        )
        .join(schema.refinements, schema.refinements.c.id == schema.decisions.c.refinement_id)
        .join(schema.instances, schema.instances.c.id == schema.decisions.c.instance_id)
        .where(
            schema.decisions.c.decision.in_(judged),
            schema.refinements.c.risk.is_not(None),
            schema.instances.c.is_withdrawn.is_(False),
        )
        .order_by(schema.instances.c.image_id, schema.instances.c.id)
    )


def journal_query() -> Select[Any]:
    """The journal with the sizes of images, the oldest line first, for `read_journal_entry`."""
    return (
        select(schema.journal, schema.images.c.width, schema.images.c.height)
        .outerjoin(schema.instances, schema.instances.c.id == schema.journal.c.instance_id)
        .outerjoin(schema.images)
        .order_by(schema.journal.c.id)
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
    return Instance(
        row.id,
        row.image_id,
        Category(
            row.category_id,
            row.category,
            row.category_source_id,
            extra_from_json(row.category_extra),
        ),
        coarse,
        row.source_id,
        row.score,
        _read_head(row),
        extra_from_json(row.extra),
    )


def instance_values(instance: NewInstance) -> dict[str, Any]:
    """The columns of an instance to store, without what it belongs to."""
    return {
        "source_id": instance.source_id,
        "score": instance.score,
        "area": instance.coarse.area,
        "coarse_counts": instance.coarse.counts,
        "extra": extra_to_json(instance.extra),
    }


def head_values(instance_id: int, head: HeadMask) -> dict[str, Any]:
    """The columns of an instance's head mask to store."""
    x0, y0, x1, y1 = head.box
    return {
        "instance_id": instance_id,
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "png": head.to_png(),
    }


def _read_head(row: Row[Any]) -> HeadMask | None:
    """The head mask; None where there is none or it is damaged: it only explains the instance."""
    if row.head_png is None:
        return None
    try:
        x0, y0, x1, y1 = (float(getattr(row, name)) for name in _HEAD_BOX)
        return HeadMask.from_png((x0, y0, x1, y1), row.head_png)
    except (MaskError, TypeError, ValueError) as error:
        _log.warning(
            "the head mask of instance %d is damaged and was passed over: %s", row.id, error
        )
        return None


def read_decision(row: Row[Any]) -> DecisionRecord:
    """A decision; raises `ProjectError` where a mask of it is damaged or missing."""
    edited = read_edited(row)
    if (edited is None) == (row.decision == Decision.EDITED.value):
        raise ProjectError("A decision in the project is damaged.", "an edit is missing or left")
    return DecisionRecord(
        Decision(row.decision),
        row.refinement_id,
        row.threshold,
        row.seconds,
        row.reviewer,
        utc(row.decided_at),
        read_left_out(row),
        edited,
        None if edited is None else _read_basis(row),
    )


def decision_values(instance_id: int, record: DecisionRecord) -> dict[str, Any]:
    """The columns of a decision to store."""
    return {
        "instance_id": instance_id,
        "decision": record.decision.value,
        "refinement_id": record.refinement_id,
        "threshold": record.threshold,
        "seconds": record.seconds,
        "reviewer": record.reviewer,
        "decided_at": record.decided_at,
        "left_out_counts": None if record.left_out is None else record.left_out.counts,
        "edited_counts": None if record.edited is None else record.edited.counts,
        "based_on": None if record.based_on is None else record.based_on.value,
    }


def read_left_out(row: Row[Any]) -> Rle | None:
    """What a decision leaves out; raises `ProjectError` where that is damaged."""
    return _read_mask(row, row.left_out_counts)


def read_edited(row: Row[Any]) -> Rle | None:
    """The mask of an edited decision; raises `ProjectError` where that is damaged."""
    return _read_mask(row, row.edited_counts)


def _read_mask(row: Row[Any], counts: bytes | None) -> Rle | None:
    if counts is None:
        return None
    try:
        return rle_from_counts(counts, row.height, row.width)
    except MaskError as error:
        raise ProjectError("A decision in the project is damaged.", str(error)) from error


def _read_basis(row: Row[Any]) -> Basis:
    """What an edit began with; the coarse mask, which is always there, where that is damaged."""
    return Basis.REFINED if row.based_on == Basis.REFINED.value else Basis.COARSE


def read_queue_entry(row: Row[Any], recalibration: Recalibration | None) -> QueueEntry:
    """A line of the review queue."""
    return QueueEntry(
        row.id,
        row.image_id,
        row.source_id,
        row.name,
        row.score,
        Decision(row.decision or Decision.PENDING),
        row.engine or "",
        _corrected(read_risk(row.risk), recalibration),
        row.area,
        row.is_drafted,
    )


def read_refinement_entry(row: Row[Any], recalibration: Recalibration | None) -> RefinementEntry:
    """What is said of a refinement in a list."""
    return RefinementEntry(row.id, _read_run(row), _corrected(read_risk(row.risk), recalibration))


def read_judgement(row: Row[Any]) -> Judgement | None:
    """A decision for or against a refinement; None where its risk cannot be believed."""
    risk = read_risk(row.risk)
    if risk is None:
        return None
    return Judgement(
        row.instance_id,
        row.image_id,
        risk,
        Decision(row.decision),
        bool(row.left_out),
        row.seconds,
    )


def refinement_values(refinement: Refinement, created_at: datetime) -> dict[str, Any]:
    """The columns of a refinement to store."""
    run = refinement.run
    return {
        "instance_id": refinement.instance_id,
        "engine": run.engine,
        "version": run.version,
        "parameters": dict(run.parameters),
        "weights_hash": run.weights_hash,
        "device": run.device,
        "seconds": run.seconds,
        **refinement.soft.region._asdict(),
        "soft_png": refinement.soft.to_png(),
        **assessment_values(refinement.assessment),
        "created_at": created_at,
    }


def assessment_values(assessment: Assessment | None) -> dict[str, Any]:
    """The columns of an assessment to store."""
    if assessment is None:
        return {"risk": None, "assessment": None}
    return {"risk": assessment.risk, "assessment": assessment_to_json(assessment)}


def read_refinement(row: Row[Any], recalibration: Recalibration | None) -> Refinement:
    """A refinement; raises `ProjectError` where it is damaged or lies outside its image."""
    region, image = Box(row.x0, row.y0, row.x1, row.y1), image_box(row.width, row.height)
    if region.area == 0 or region.intersection(image) != region:
        raise ProjectError("A refinement in the project is damaged.", f"{region} is outside")
    try:
        soft = SoftMask.from_png(region, row.soft_png)
    except MaskError as error:
        raise ProjectError("A refinement in the project is damaged.", str(error)) from error
    assessment = assessment_from_json(read_risk(row.risk), row.assessment, image)
    if assessment is not None and recalibration is not None:
        assessment = recalibration.applied_to(assessment)
    created_at = utc(row.created_at)
    return Refinement(row.id, row.instance_id, soft, _read_run(row), assessment, created_at)


def utc(moment: datetime | None) -> datetime | None:
    """SQLite forgets the zone of a time; all of ours are UTC."""
    return None if moment is None else moment.replace(tzinfo=timezone.utc)


def read_journal_entry(row: Row[Any]) -> JournalEntry:
    """A line of the journal; raises `ProjectError` where a mask of it is damaged."""
    left_out, edited = read_left_out(row), read_edited(row)
    return JournalEntry(
        utc(row.at) or row.at,
        row.who,
        row.what,
        row.instance_id,
        None if row.decision is None else Decision(row.decision),
        row.seconds,
        row.threshold,
        None if left_out is None else left_out.area,
        None if edited is None else edited.area,
        None if edited is None else _read_basis(row),
        row.category,
    )


def _read_run(row: Row[Any]) -> EngineRun:
    parameters = row.parameters if isinstance(row.parameters, dict) else {}
    return EngineRun(row.engine, row.version, parameters, row.weights_hash, row.device, row.seconds)


def _corrected(risk: float | None, recalibration: Recalibration | None) -> float | None:
    return risk if risk is None or recalibration is None else recalibration.corrected(risk)
