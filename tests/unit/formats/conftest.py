"""Exports in memory, for the writers' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import Category, Decision, Image, Instance
from segrefine_gui.formats.base import (
    ExportHead,
    ExportImage,
    ExportRecord,
    ExportReport,
    ExportSet,
    MaskWriter,
    WriterOptions,
)
from segrefine_gui.formats.writing.folder_export import FolderExport
from segrefine_gui.formats.writing.stems import stems_of

MakeRecord = Callable[..., ExportRecord]
MakeExport = Callable[..., ExportSet]
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
def make_export() -> MakeExport:
    """Makes a set of records to export, handed over as a generator that can be read once.

    `splits`, `documents` and `project` are those of the head; `images` come before those of the
    records; the photos are grey.
    """

    def make(
        records: Iterable[ExportRecord],
        *,
        images: Iterable[Image] = (),
        splits: Mapping[int, str] | None = None,
        documents: Mapping[str, Mapping[str, object]] | None = None,
        keeps_empty: bool = True,
        project: str = "",
    ) -> ExportSet:
        records = list(records)
        known = {image.id: image for image in [*images, *(record.image for record in records)]}
        categories = {each.id: each for each in (record.instance.category for record in records)}
        stems = stems_of(list(known.values()))
        head = ExportHead(
            [
                ExportImage(each, stems[each.id], (splits or {}).get(each.id, ""))
                for each in known.values()
            ],
            sorted(categories.values(), key=lambda category: category.source_id),
            documents or {},
            lambda image: np.full((image.height, image.width, 3), 128, dtype=np.uint8),
            project,
        )
        return ExportSet(head, (record for record in records), keeps_empty)

    return make


@pytest.fixture(scope="session")
def write(make_export: MakeExport) -> Write:
    """Writes records, the ones of an image together; all else goes to `make_export`."""

    def write_records(
        writer: Callable[[WriterOptions], MaskWriter],
        records: Iterable[ExportRecord],
        folder: Path,
        options: WriterOptions | None = None,
        *,
        cancel: CancelToken | None = None,
        on_written: Callable[[int], None] = lambda done: None,
        dry_run: bool = False,
        **export: Any,
    ) -> ExportReport:
        options = options or WriterOptions()
        records = sorted(records, key=lambda record: record.image.id)
        return FolderExport(writer(options), options).write(
            make_export(records, **export),
            folder,
            cancel or CancelToken(),
            on_written,
            dry_run=dry_run,
        )

    return write_records
