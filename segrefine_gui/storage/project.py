"""The project file: every record behind `storage.base.ProjectStore`, in a `Database`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from segrefine_gui.domain.assessment import Assessment
from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.domain.extras import Extra
from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import (
    Category,
    Image,
    Instance,
    Refinement,
)
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.storage import schema
from segrefine_gui.storage.base import (
    DecisionRecord,
    JournalEntry,
    Judgement,
    NewCategory,
    NewImage,
    NewInstance,
    QueueEntry,
    RefinementEntry,
    ReviewedInstance,
)
from segrefine_gui.storage.categories import add_categories, category_ids, inserted_id
from segrefine_gui.storage.database import Database, read_meta, write_meta
from segrefine_gui.storage.drafts import drafted_ids, read_draft, write_draft
from segrefine_gui.storage.extras import (
    add_document,
    extra_from_json,
    extra_to_json,
    read_documents,
)
from segrefine_gui.storage.presets import (
    read_last_setups,
    read_presets,
    write_last_setups,
    write_preset,
)
from segrefine_gui.storage.recalibration import read_recalibration, write_recalibration
from segrefine_gui.storage.rows import (
    JOURNALLED,
    assessment_values,
    decision_values,
    decisions_query,
    head_values,
    instance_values,
    instances_query,
    journal_query,
    judgements_query,
    newest_refinement_id,
    queue_query,
    read_decision,
    read_instance,
    read_journal_entry,
    read_judgement,
    read_queue_entry,
    read_refinement,
    read_refinement_entry,
    refinement_entries_query,
    refinement_values,
    refinements_query,
)

PROJECT_SUFFIX = ".segrefine"
_Key = TypeVar("_Key", int, str)

_PAGE = 500
"""Keys in one statement, so that neither it nor what it returns grows with the project."""


class Project:
    """A project file, open in one thread; see `ProjectStore` for what its methods promise."""

    def __init__(self, database: Database) -> None:
        self.path = database.path
        self._database = database

    @classmethod
    def open(cls, path: Path) -> Project:
        """Open a project that exists; raises `ProjectError` where it does not or is none."""
        return cls(Database.open(path.absolute()))

    @classmethod
    def create(cls, path: Path) -> Project:
        """Make a new, empty project; raises `ProjectError` where the file exists already."""
        return cls(Database.create(path.absolute()))

    @classmethod
    def open_or_create(cls, path: Path) -> Project:
        """Open the project at `path`, or make it where there is none."""
        return cls.open(path) if path.exists() else cls.create(path)

    def close(self) -> None:
        """Release the file."""
        self._database.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Images and instances

    def add_images(self, images: Iterable[NewImage]) -> list[Image]:
        """Add images; those whose path is known are returned as they are."""
        images = list(images)
        table = schema.images
        with self._database.transaction() as connection:
            known: dict[str, Image] = {}
            for page in _pages([str(image.path) for image in images]):
                rows = connection.execute(select(table).where(table.c.path.in_(page)))
                known.update((row.path, self._image(row)) for row in rows)
            added = []
            for image in images:
                key = str(image.path)
                if key not in known:
                    values = {
                        "path": key,
                        "relative_path": _relative(image.path, self.path.parent),
                        "name": image.name,
                        "width": image.width,
                        "height": image.height,
                        "source_id": image.source_id,
                        "extra": extra_to_json(image.extra),
                    }
                    new_id = inserted_id(connection, table, values)
                    known[key] = Image(
                        new_id,
                        image.path,
                        image.name,
                        image.width,
                        image.height,
                        image.source_id,
                        image.extra,
                    )
                added.append(known[key])
            return added

    def images(self) -> list[Image]:
        """All images, in the order in which they were added."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(schema.images).order_by(schema.images.c.id))
            return [self._image(row) for row in rows]

    def categories(self) -> list[Category]:
        """All categories, by their source id."""
        table = schema.categories
        with self._database.transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.source_id))
            return [
                Category(row.id, row.name, row.source_id, extra_from_json(row.extra))
                for row in rows
            ]

    def add_categories(self, categories: Sequence[NewCategory]) -> None:
        """Add categories; one whose name is known stays as it is."""
        with self._database.transaction() as connection:
            add_categories(connection, categories)

    def documents(self) -> dict[str, Mapping[str, object]]:
        """What imported files said of no image, instance or category, by format."""
        with self._database.transaction() as connection:
            return read_documents(connection)

    def add_document(self, extra: Extra) -> None:
        """Keep what an imported file said."""
        with self._database.transaction() as connection:
            add_document(connection, extra)

    def add_instances(self, image_id: int, origin: str, instances: Sequence[NewInstance]) -> int:
        """Add all that an origin has for an image, once."""
        done = {"image_id": image_id, "origin": origin}
        with self._database.transaction() as connection:
            if connection.execute(select(schema.coverage).filter_by(**done)).first():
                return 0
            connection.execute(insert(schema.coverage), done)
            ids_of_categories = category_ids(connection, instances)
            if instances:
                rows = [
                    {
                        **done,
                        "category_id": ids_of_categories[instance.category],
                        **instance_values(instance),
                    }
                    for instance in instances
                ]
                connection.execute(insert(schema.instances), rows)
                _add_head_masks(connection, done, instances)
        return len(instances)

    def uncovered_images(self, origin: str) -> list[Image]:
        """The images that an origin is not done with."""
        done = select(schema.coverage.c.image_id).where(schema.coverage.c.origin == origin)
        query = select(schema.images).where(schema.images.c.id.not_in(done))
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(schema.images.c.id))
            return [self._image(row) for row in rows]

    def next_source_id(self, origin: str) -> int:
        """The number after the highest that an origin has used, 0 at first."""
        table = schema.instances
        query = select(func.max(table.c.source_id)).where(table.c.origin == origin)
        with self._database.transaction() as connection:
            highest = connection.scalar(query)
        return 0 if highest is None else highest + 1

    def instance(self, instance_id: int) -> Instance:
        """One instance."""
        query = instances_query().where(schema.instances.c.id == instance_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise ProjectError(f"The project has no instance {instance_id}.")
        return read_instance(row)

    def image_instances(self, image_id: int) -> list[Instance]:
        """All instances of an image, as they came in."""
        table = schema.instances
        query = instances_query().where(table.c.image_id == image_id).order_by(table.c.id)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return [read_instance(row) for row in rows]

    # Refinements

    def unrefined(self, refiner: str) -> list[int]:
        """Ids of the instances that a refiner has not refined yet, image by image."""
        done = select(schema.refinements.c.instance_id).where(
            schema.refinements.c.engine == refiner
        )
        query = (
            select(schema.instances.c.id)
            .where(schema.instances.c.id.not_in(done))
            .order_by(schema.instances.c.image_id, schema.instances.c.id)
        )
        with self._database.transaction() as connection:
            return list(connection.scalars(query))

    def refined(self) -> dict[str, frozenset[int]]:
        """Ids of the instances that each refiner has refined, by its name."""
        table = schema.refinements
        query = select(table.c.engine, table.c.instance_id).distinct()
        found: dict[str, set[int]] = {}
        with self._database.transaction() as connection:
            for engine, instance_id in connection.execute(query):
                found.setdefault(engine, set()).add(instance_id)
        return {engine: frozenset(ids) for engine, ids in found.items()}

    def refinement_entries(self, instance_id: int) -> list[RefinementEntry]:
        """All refinements of an instance, the oldest first."""
        query = refinement_entries_query().where(schema.refinements.c.instance_id == instance_id)
        with self._database.transaction() as connection:
            recalibration = read_recalibration(connection)
            rows = connection.execute(query)
            return [read_refinement_entry(row, recalibration) for row in rows]

    def add_refinement(self, refinement: Refinement) -> Refinement:
        """Store a refinement and return it with its id and time."""
        now = _now()
        with self._database.transaction() as connection:
            values = refinement_values(refinement, now)
            new_id = inserted_id(connection, schema.refinements, values)
        return replace(refinement, id=new_id, created_at=now)

    def unassessed(self) -> list[int]:
        """Ids of the refinements whose risk has not been estimated, image by image."""
        query = (
            select(schema.refinements.c.id)
            .join(schema.instances)
            .where(schema.refinements.c.risk.is_(None))
            .order_by(schema.instances.c.image_id, schema.refinements.c.id)
        )
        with self._database.transaction() as connection:
            return list(connection.scalars(query))

    def set_assessment(self, refinement_id: int, assessment: Assessment) -> None:
        """Store what triage says about a refinement."""
        table = schema.refinements
        values = assessment_values(assessment)
        with self._database.transaction() as connection:
            connection.execute(update(table).where(table.c.id == refinement_id).values(values))

    def refinement(self, refinement_id: int) -> Refinement:
        """One refinement."""
        query = refinements_query().where(schema.refinements.c.id == refinement_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            recalibration = read_recalibration(connection)
        if row is None:
            raise ProjectError(f"The project has no refinement {refinement_id}.")
        return read_refinement(row, recalibration)

    def newest_refinement(self, instance_id: int) -> Refinement | None:
        """The newest refinement of an instance, None where there is none."""
        table = schema.refinements
        query = (
            refinements_query()
            .where(table.c.instance_id == instance_id)
            .order_by(table.c.id.desc())
            .limit(1)
        )
        with self._database.transaction() as connection:
            row = connection.execute(query).one_or_none()
            recalibration = read_recalibration(connection)
        return None if row is None else read_refinement(row, recalibration)

    # Review

    def queue(self) -> list[QueueEntry]:
        """All instances in review order, without their masks."""
        with self._database.transaction() as connection:
            recalibration = read_recalibration(connection)
            rows = connection.execute(queue_query())
            return [read_queue_entry(row, recalibration) for row in rows]

    def reviewed(self) -> Iterator[ReviewedInstance]:
        """All instances with decisions and refinements, one at a time, in review order."""
        images = {image.id: image for image in self.images()}
        order = (schema.instances.c.image_id, schema.instances.c.id)
        with self._database.transaction() as connection:
            ids = connection.scalars(select(schema.instances.c.id).order_by(*order)).all()
        shown = func.coalesce(schema.decisions.c.refinement_id, newest_refinement_id())
        details = (
            instances_query()
            .outerjoin(schema.decisions, schema.decisions.c.instance_id == schema.instances.c.id)
            .add_columns(shown.label("shown"))
            .order_by(*order)
        )
        for page in _pages(ids):
            with self._database.transaction() as connection:
                rows = connection.execute(details.where(schema.instances.c.id.in_(page))).all()
                decided = connection.execute(
                    decisions_query().where(schema.decisions.c.instance_id.in_(page))
                )
                decisions = {row.instance_id: read_decision(row) for row in decided}
                refined = connection.execute(
                    refinements_query().where(
                        schema.refinements.c.id.in_([row.shown for row in rows if row.shown])
                    )
                )
                recalibration = read_recalibration(connection)
                refinements = {row.id: read_refinement(row, recalibration) for row in refined}
            for row in rows:
                yield ReviewedInstance(
                    read_instance(row),
                    images[row.image_id],
                    decisions.get(row.id, DecisionRecord()),
                    refinements.get(row.shown),
                )

    def decision(self, instance_id: int) -> DecisionRecord:
        """What was decided about an instance."""
        return self.decisions([instance_id])[instance_id]

    def decisions(self, instance_ids: Sequence[int]) -> dict[int, DecisionRecord]:
        """What was decided about several instances, by their ids."""
        found = dict.fromkeys(instance_ids, DecisionRecord())
        with self._database.transaction() as connection:
            for page in _pages(instance_ids):
                rows = connection.execute(
                    decisions_query().where(schema.decisions.c.instance_id.in_(page))
                )
                found.update((row.instance_id, read_decision(row)) for row in rows)
        return found

    def newest_refinement_ids(self, instance_ids: Sequence[int]) -> dict[int, int]:
        """Ids of the newest refinements of those instances that have one, by instance."""
        table = schema.refinements
        newest = select(table.c.instance_id, func.max(table.c.id)).group_by(table.c.instance_id)
        found: dict[int, int] = {}
        with self._database.transaction() as connection:
            for page in _pages(instance_ids):
                rows = connection.execute(newest.where(table.c.instance_id.in_(page)))
                found.update((instance_id, newest_id) for instance_id, newest_id in rows)
        return found

    def set_decisions(self, records: Mapping[int, DecisionRecord], what: str) -> None:
        """Store decisions and journal them; on disk when this returns."""
        if not records:
            return
        now = _now()
        rows = [decision_values(instance_id, record) for instance_id, record in records.items()]
        lines = [
            {
                "at": now,
                "who": row["reviewer"],
                "what": what,
                **{key: row[key] for key in JOURNALLED},
            }
            for row in rows
        ]
        table = schema.decisions
        with self._database.transaction() as connection:
            for page in _pages(list(records)):
                connection.execute(delete(table).where(table.c.instance_id.in_(page)))
            connection.execute(insert(table), rows)
            connection.execute(insert(schema.journal), lines)

    def judgements(self) -> list[Judgement]:
        """The decisions for or against refinements whose risk is known, in review order."""
        with self._database.transaction() as connection:
            found = [read_judgement(row) for row in connection.execute(judgements_query())]
        return [judgement for judgement in found if judgement is not None]

    def recalibration(self) -> Recalibration | None:
        """How risks are corrected when they are read."""
        with self._database.transaction() as connection:
            return read_recalibration(connection)

    def set_recalibration(self, recalibration: Recalibration | None) -> None:
        """Correct risks from now on; None leaves them as they were estimated."""
        with self._database.transaction() as connection:
            write_recalibration(connection, recalibration)

    def presets(self, kind: str) -> dict[str, EngineSetup]:
        """The engines with their options that were kept under names, sorted by these."""
        with self._database.transaction() as connection:
            return read_presets(connection, kind)

    def set_preset(self, kind: str, name: str, setup: EngineSetup | None) -> None:
        """Keep an engine with its options under a name; None forgets what was kept there."""
        with self._database.transaction() as connection:
            write_preset(connection, kind, name, setup)

    def last_setups(self, kind: str) -> list[EngineSetup]:
        """What was run last, the main one first; empty before anything was."""
        with self._database.transaction() as connection:
            return read_last_setups(connection, kind)

    def set_last_setups(self, kind: str, setups: Sequence[EngineSetup]) -> None:
        """Remember what was run last."""
        with self._database.transaction() as connection:
            write_last_setups(connection, kind, setups)

    def draft(self, instance_id: int) -> Rle | None:
        """The edit of an instance that was begun and not applied yet."""
        with self._database.transaction() as connection:
            return read_draft(connection, instance_id)

    def set_draft(self, instance_id: int, mask: Rle | None) -> None:
        """Keep an edit that is not applied yet; None forgets it."""
        with self._database.transaction() as connection:
            write_draft(connection, instance_id, mask)

    def drafted(self) -> frozenset[int]:
        """Ids of the instances that have a draft."""
        with self._database.transaction() as connection:
            return drafted_ids(connection)

    def notes(self) -> dict[int, str]:
        """All notes, by instance."""
        with self._database.transaction() as connection:
            rows = connection.execute(select(schema.notes))
            return {row.instance_id: row.text for row in rows}

    def set_note(self, instance_id: int, text: str) -> None:
        """Keep a note on an instance; an empty one takes it away."""
        table = schema.notes
        with self._database.transaction() as connection:
            connection.execute(delete(table).where(table.c.instance_id == instance_id))
            if text:
                connection.execute(insert(table), {"instance_id": instance_id, "text": text})

    def journal(self) -> list[JournalEntry]:
        """The whole journal, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(journal_query()).all()
        return [read_journal_entry(row) for row in rows]

    def bookmark(self) -> int | None:
        """The instance at which the review was left."""
        with self._database.transaction() as connection:
            value = read_meta(connection).get("bookmark", "")
        return int(value) if value.isdecimal() else None

    def set_bookmark(self, instance_id: int) -> None:
        """Remember where the review is."""
        with self._database.transaction() as connection:
            write_meta(connection, {"bookmark": str(instance_id)})

    def _image(self, row: Row[Any]) -> Image:
        path = Path(row.path)
        beside = self.path.parent / row.relative_path
        # A project moved together with its images finds them beside it.
        if beside != path and not path.exists() and beside.exists():
            path = beside.resolve()
        extra = extra_from_json(row.extra)
        return Image(row.id, path, row.name, row.width, row.height, row.source_id, extra)


def _add_head_masks(
    connection: Connection, done: Mapping[str, Any], instances: Sequence[NewInstance]
) -> None:
    """Store the head masks of instances that were just added."""
    heads = {each.source_id: each.head for each in instances if each.head is not None}
    if not heads:
        return
    table = schema.instances
    added = connection.execute(select(table.c.id, table.c.source_id).filter_by(**done)).all()
    values = [head_values(row.id, heads[row.source_id]) for row in added if row.source_id in heads]
    connection.execute(insert(schema.head_masks), values)


def _pages(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    """The keys in portions that fit into one statement."""
    for start in range(0, len(keys), _PAGE):
        yield keys[start : start + _PAGE]


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


def _now() -> datetime:
    return datetime.now(timezone.utc)
