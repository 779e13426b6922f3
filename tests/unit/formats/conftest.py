"""Exports in memory, for the writers' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Category, Decision, Image, Instance
from segrefine_gui.formats.base import ExportRecord, ExportReport, ExportSet, MaskWriter

MakeRecord = Callable[..., ExportRecord]
Write = Callable[..., ExportReport]


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Makes one record with an image and a category of its own; no mask means dropped."""

    def make(
        mask: np.ndarray | None,
        source_id: int = 1,
        image: str = "photo.jpg",
        category: str = "cat",
        *,
        image_id: int = 1,
        image_source_id: int | None = None,
        category_id: int = 1,
        category_source_id: int = 1,
        score: float | None = None,
        **decision: object,
    ) -> ExportRecord:
        height, width = (5, 7) if mask is None else mask.shape
        photo = Image(image_id, Path("/nowhere"), image, width, height, image_source_id)
        coarse = encode_mask(np.zeros((height, width), dtype=bool) if mask is None else mask)
        kind = Category(category_id, category, category_source_id)
        instance = Instance(source_id, image_id, kind, coarse, source_id, score)
        return ExportRecord(
            instance=instance,
            image=photo,
            mask=None if mask is None else coarse,
            decision=Decision.COARSE if mask is not None else Decision.DROPPED,
            **decision,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture(scope="session")
def write() -> Write:
    """Writes records, handed over as a generator that can be read once."""

    def write_records(
        writer: MaskWriter,
        records: Iterable[ExportRecord],
        folder: Path,
        cancel: CancelToken | None = None,
        on_written: Callable[[int], None] = lambda done: None,
    ) -> ExportReport:
        records = list(records)
        images = {record.image.id: record.image for record in records}
        categories = {each.id: each for each in (record.instance.category for record in records)}
        export = ExportSet(
            list(images.values()), list(categories.values()), (record for record in records)
        )
        return writer.write(export, folder, cancel or CancelToken(), on_written)

    return write_records
