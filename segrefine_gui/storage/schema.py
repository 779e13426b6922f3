"""Tables of the project file and the steps that bring an older file up to date.

Nothing here is SQLite's alone: the same tables must serve PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

SCHEMA_VERSION = 7


def _add_assessments(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE refinements ADD COLUMN assessment JSON"))


def _add_presets(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE presets (kind VARCHAR(16) NOT NULL, name VARCHAR(200) NOT NULL, "
            "setup JSON NOT NULL, PRIMARY KEY (kind, name))"
        )
    )


def _add_head_masks(connection: Connection) -> None:
    # As version 4 made it: what `head_masks` becomes later is for a later step.
    binary = LargeBinary().compile(dialect=connection.dialect)
    connection.execute(
        text(
            "CREATE TABLE head_masks (instance_id INTEGER NOT NULL PRIMARY KEY REFERENCES "
            "instances (id), x0 FLOAT NOT NULL, y0 FLOAT NOT NULL, x1 FLOAT NOT NULL, "
            f"y1 FLOAT NOT NULL, png {binary} NOT NULL)"
        )
    )


def _add_edits(connection: Connection) -> None:
    dialect = connection.dialect
    binary, moment = (kind.compile(dialect=dialect) for kind in (LargeBinary(), DateTime(True)))
    for step in (
        f"ALTER TABLE decisions ADD COLUMN edited_counts {binary}",
        "ALTER TABLE decisions ADD COLUMN based_on VARCHAR(16)",
        f"ALTER TABLE journal ADD COLUMN edited_counts {binary}",
        "ALTER TABLE journal ADD COLUMN based_on VARCHAR(16)",
        "CREATE TABLE drafts (instance_id INTEGER NOT NULL PRIMARY KEY REFERENCES instances (id), "
        f"counts {binary} NOT NULL, saved_at {moment} NOT NULL)",
    ):
        connection.execute(text(step))


def _add_made_instances(connection: Connection) -> None:
    for step in (
        "ALTER TABLE instances ADD COLUMN is_withdrawn BOOLEAN DEFAULT FALSE NOT NULL",
        "ALTER TABLE categories ADD COLUMN is_typed BOOLEAN DEFAULT FALSE NOT NULL",
        "ALTER TABLE journal ADD COLUMN category TEXT",
    ):
        connection.execute(text(step))


def _add_extras(connection: Connection) -> None:
    for step in (
        *(
            f"ALTER TABLE {table} ADD COLUMN extra JSON"
            for table in ("images", "categories", "instances")
        ),
        "CREATE TABLE documents (format VARCHAR(64) NOT NULL PRIMARY KEY, fields JSON NOT NULL)",
    ):
        connection.execute(text(step))


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    1: _add_assessments,
    2: _add_presets,
    3: _add_head_masks,
    4: _add_edits,
    5: _add_made_instances,
    6: _add_extras,
}
"""From a version to the step that makes the next one of it, run inside one transaction."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

images = Table(
    "images",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", Text, nullable=False, unique=True),
    Column("relative_path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("source_id", Integer),
    Column("extra", JSON(none_as_null=True)),
)

categories = Table(
    "categories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("source_id", Integer, nullable=False, unique=True),
    Column("extra", JSON(none_as_null=True)),
    Column("is_typed", Boolean, nullable=False, server_default=false()),
)

instances = Table(
    "instances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("image_id", ForeignKey("images.id"), nullable=False),
    Column("category_id", ForeignKey("categories.id"), nullable=False),
    Column("origin", Text, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("score", Float),
    Column("area", Integer, nullable=False),
    Column("coarse_counts", LargeBinary, nullable=False),
    Column("extra", JSON(none_as_null=True)),
    Column("is_withdrawn", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("image_id", "origin", "source_id"),
)

documents = Table(
    "documents",
    metadata,
    Column("format", String(64), primary_key=True),
    Column("fields", JSON, nullable=False),
)

head_masks = Table(
    "head_masks",
    metadata,
    Column("instance_id", ForeignKey("instances.id"), primary_key=True),
    Column("x0", Float, nullable=False),
    Column("y0", Float, nullable=False),
    Column("x1", Float, nullable=False),
    Column("y1", Float, nullable=False),
    Column("png", LargeBinary, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("image_id", ForeignKey("images.id"), primary_key=True),
    Column("origin", Text, primary_key=True),
)

refinements = Table(
    "refinements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("instances.id"), nullable=False),
    Column("engine", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("weights_hash", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("x0", Integer, nullable=False),
    Column("y0", Integer, nullable=False),
    Column("x1", Integer, nullable=False),
    Column("y1", Integer, nullable=False),
    Column("soft_png", LargeBinary, nullable=False),
    Column("risk", Float),
    Column("assessment", JSON(none_as_null=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("refinements_by_instance", "instance_id", "engine"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("instance_id", ForeignKey("instances.id"), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("refinement_id", ForeignKey("refinements.id")),
    Column("threshold", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("left_out_counts", LargeBinary),
    Column("edited_counts", LargeBinary),
    Column("based_on", String(16)),
)

drafts = Table(
    "drafts",
    metadata,
    Column("instance_id", ForeignKey("instances.id"), primary_key=True),
    Column("counts", LargeBinary, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("instance_id", ForeignKey("instances.id"), primary_key=True),
    Column("text", Text, nullable=False),
)

presets = Table(
    "presets",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("setup", JSON, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(32), nullable=False),
    Column("instance_id", ForeignKey("instances.id")),
    Column("decision", String(16)),
    Column("seconds", Float, nullable=False),
    Column("threshold", Integer),
    Column("left_out_counts", LargeBinary),
    Column("edited_counts", LargeBinary),
    Column("based_on", String(16)),
    Column("category", Text),
)
