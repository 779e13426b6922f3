"""The database file under a project: opening, checking, transactions, and errors as sentences."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from segrefine_gui.domain.errors import ProjectError
from segrefine_gui.storage import schema

_log = logging.getLogger(__name__)
_APPLICATION = "segrefine"
_SQLITE_HEADER = b"SQLite format 3\x00"
_BUSY_SECONDS = 10
_PAGE = 500
"""Keys in one statement, so that neither it nor what it returns grows with the project."""

Key = TypeVar("Key", int, str)


class Database:
    """A SQLite file with the project's tables, open in one thread.

    It runs in WAL mode, so that a window can read and decide while a job writes, and syncs each
    commit, so that a decision survives the end of the program and of the power.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            poolclass=StaticPool,
            connect_args={"timeout": _BUSY_SECONDS},
            json_deserializer=_read_json,
        )
        event.listen(self._engine, "connect", _configure)

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open a project file that exists, bringing an older one up to date.

        Raises:
            ProjectError: there is no such file, it is no project, or a newer program made it.
        """
        try:
            with path.open("rb") as file:
                header = file.read(len(_SQLITE_HEADER))
        except FileNotFoundError as error:
            raise ProjectError(f"There is no project at {path}.") from error
        except OSError as error:
            raise ProjectError(f"{path} cannot be opened: {error.strerror}.", str(error)) from error
        if header != _SQLITE_HEADER:
            raise ProjectError(f"{path.name} is not a SegRefine project.")
        database = cls(path)
        try:
            database._bring_up_to_date()
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def create(cls, path: Path) -> Database:
        """Make a file with empty tables.

        Raises:
            ProjectError: the file exists already or the folder cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise ProjectError(f"{path} exists already.", str(error)) from error
        except OSError as error:
            raise ProjectError(
                f"A project cannot be made in {path.parent}: {error.strerror}.", str(error)
            ) from error
        database = cls(path)
        try:
            with database.transaction() as connection:
                schema.metadata.create_all(connection)
                version = str(schema.SCHEMA_VERSION)
                write_meta(connection, {"application": _APPLICATION, "schema_version": version})
        except BaseException:
            database.close()
            path.unlink(missing_ok=True)
            raise
        return database

    def close(self) -> None:
        """Release the file; SQLite folds its write-ahead log into it."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction whose database errors reach the person as one sentence."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise ProjectError(_sentence(self.path, error), str(error)) from error

    def _bring_up_to_date(self) -> None:
        with self.transaction() as connection:
            if not inspect(connection).has_table(schema.meta.name):
                raise ProjectError(f"{self.path.name} is not a SegRefine project.")
            found = read_meta(connection)
            version = found.get("schema_version", "")
            if found.get("application") != _APPLICATION or not version.isdecimal():
                raise ProjectError(f"{self.path.name} is not a SegRefine project.")
            if int(version) > schema.SCHEMA_VERSION:
                raise ProjectError(
                    f"{self.path.name} was made by a newer SegRefine; please update this one."
                )
            if int(version) < schema.SCHEMA_VERSION:
                _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Python's driver begins no transaction for a change of the tables, and another program may be
    # bringing the same file up to date right now.
    connection.execute(text("BEGIN IMMEDIATE"))
    for step in range(int(read_meta(connection)["schema_version"]), schema.SCHEMA_VERSION):
        schema.MIGRATIONS[step](connection)
    write_meta(connection, {"schema_version": str(schema.SCHEMA_VERSION)})


def read_meta(connection: Connection) -> dict[str, str]:
    """All of the project's own keys and values."""
    return {row.key: row.value for row in connection.execute(select(schema.meta))}


def write_meta(connection: Connection, values: Mapping[str, str]) -> None:
    """Set some of the project's own keys."""
    table = schema.meta
    for key, value in values.items():
        changed = connection.execute(update(table).where(table.c.key == key).values(value=value))
        if changed.rowcount == 0:
            connection.execute(insert(table), {"key": key, "value": value})


def _read_json(text: str | bytes) -> Any:
    """The value of a JSON column; None where that is damaged."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        _log.warning("a JSON value in a project is damaged and was passed over")
        return None


def _configure(connection: sqlite3.Connection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sentence(path: Path, error: SQLAlchemyError) -> str:
    text = str(getattr(error, "orig", error)).lower()
    if "full" in text:
        return f"{path.name} could not be written: the disk is full."
    if "readonly" in text or "unable to open" in text:
        return f"{path.name} could not be written: it or its folder is read-only."
    if "locked" in text:
        return f"{path.name} is busy: another program is writing to it."
    return f"{path.name} is damaged or not a SegRefine project."


def pages(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in portions that fit into one statement."""
    for start in range(0, len(keys), _PAGE):
        yield keys[start : start + _PAGE]
