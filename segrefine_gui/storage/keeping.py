"""What a project keeps beside its records: choices, drafts, notes, and where the review is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from segrefine_gui.domain.masks import Rle
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.setups import EngineSetup
from segrefine_gui.storage import schema
from segrefine_gui.storage.database import Database, read_meta, write_meta
from segrefine_gui.storage.drafts import drafted_ids, read_draft, write_draft
from segrefine_gui.storage.feather import read_feather, write_feather
from segrefine_gui.storage.presets import (
    read_last_export,
    read_last_setups,
    read_presets,
    write_last_export,
    write_last_setups,
    write_preset,
)
from segrefine_gui.storage.recalibration import read_recalibration, write_recalibration


class Keeping:
    """The part of a project that no mask rests on; see `ProjectStore` for what it promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recalibration(self) -> Recalibration | None:
        """How risks are corrected when they are read."""
        with self._database.transaction() as connection:
            return read_recalibration(connection)

    def set_recalibration(self, recalibration: Recalibration | None) -> None:
        """Correct risks from now on; None leaves them as they were estimated."""
        with self._database.transaction() as connection:
            write_recalibration(connection, recalibration)

    def feather(self) -> int:
        """How soft the edges of mattes are: pixels to either side."""
        with self._database.transaction() as connection:
            return read_feather(connection)

    def set_feather(self, feather: int) -> None:
        """Give mattes a soft edge of so many pixels from now on."""
        with self._database.transaction() as connection:
            write_feather(connection, feather)

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

    def last_export(self) -> Mapping[str, object]:
        """What was chosen at the last export; empty before any."""
        with self._database.transaction() as connection:
            return read_last_export(connection)

    def set_last_export(self, values: Mapping[str, object]) -> None:
        """Remember what was chosen at an export."""
        with self._database.transaction() as connection:
            write_last_export(connection, values)

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

    def bookmark(self) -> int | None:
        """The instance at which the review was left."""
        with self._database.transaction() as connection:
            value = read_meta(connection).get("bookmark", "")
        return int(value) if value.isdecimal() else None

    def set_bookmark(self, instance_id: int) -> None:
        """Remember where the review is."""
        with self._database.transaction() as connection:
            write_meta(connection, {"bookmark": str(instance_id)})
