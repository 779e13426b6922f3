"""How an export of any format reaches its folder: whole or not at all, and only what changed."""

from __future__ import annotations

import filecmp
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import ExportError
from segrefine_gui.formats.base import (
    Added,
    ExportImage,
    ExportRecord,
    ExportReport,
    ExportSet,
    MaskSink,
    MaskWriter,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.writing import manifest
from segrefine_gui.formats.writing.atomic import staged_folder, typed_errors
from segrefine_gui.formats.writing.decision_tables import DecisionTables
from segrefine_gui.formats.writing.manifest import Manifest, fingerprint, read_manifest, state_of
from segrefine_gui.formats.writing.overlaps import without_overlaps


class FolderExport:
    """Writes masks of one format, the decision tables beside them, and what was written.

    Everything is made in a temporary folder first. Files that are the same as those in place stay
    as they are, down to their time; files of an earlier export of this format that are no longer
    part of it are removed, unless somebody has changed them since.

    Args:
        writer: the format.
        options: how to write; the writer was made with the same.
    """

    def __init__(self, writer: MaskWriter, options: WriterOptions) -> None:
        self._writer = writer
        self._options = options

    def write(
        self,
        export: ExportSet,
        folder: Path,
        cancel: CancelToken,
        on_written: Callable[[int], None],
        *,
        dry_run: bool = False,
    ) -> ExportReport:
        """Write a folder; see `Exporter.write`."""
        before = read_manifest(folder, self._writer.name)
        after = Manifest(self._writer.name)
        staged = _rehearsed() if dry_run else staged_folder(folder)
        with staged as staging:
            written, listed, problems = self._stage(
                export, folder, staging, before, after, cancel, on_written
            )
            new = sorted(
                PurePosixPath(path.relative_to(staging).as_posix())
                for path in staging.rglob("*")
                if path.is_file()
            )
            changed = [file for file in new if not _is_same(staging / file, folder / file)]
            for file in new:
                if file not in changed:
                    (staging / file).unlink()
                    after.files[file] = state_of(folder / file) or (0, 0)
                else:
                    after.files[file] = state_of(staging / file) or (0, 0)
            stale = [
                file
                for file in before.files
                if file not in after.files and before.is_there(folder, file)
            ]
            if not dry_run:
                (staging / manifest.FILE_NAME).write_text(after.to_json(), encoding="utf-8")
        if not dry_run:
            problems += _removed(folder, stale)
        return ExportReport(
            [folder / file for file in changed],
            written,
            listed,
            len(after.files) - len(changed),
            len(stale),
            problems,
        )

    def _stage(
        self,
        export: ExportSet,
        folder: Path,
        staging: Path,
        before: Manifest,
        after: Manifest,
        cancel: CancelToken,
        on_written: Callable[[int], None],
    ) -> tuple[int, int, list[Problem]]:
        """Make the files that are to move; note in `after` those that stay where they are.

        Returns:
            Instances written, instances listed, problems.
        """
        images = {each.image.id: each for each in export.head.images}
        settings = repr((self._options, export.head.categories))
        waiting = set(images)
        written, problems = 0, list[Problem]()
        sink = self._writer.open(staging, export.head)

        def take(image: ExportImage, records: list[ExportRecord]) -> None:
            nonlocal written
            waiting.discard(image.image.id)
            if not records and not export.keeps_empty:
                return
            added = self._add(sink, image, records, folder, before, after, settings)
            written += added.written
            problems.extend(added.problems)

        with DecisionTables(staging) as tables:

            def heard() -> Iterator[ExportRecord]:
                for record in export.records:
                    cancel.raise_if_cancelled()
                    tables.add(record)
                    yield record
                    on_written(tables.count)

            for image_id, records in itertools.groupby(heard(), lambda record: record.image.id):
                if image_id not in waiting:
                    raise ExportError(
                        "The instances of an image did not come together; nothing was changed."
                    )
                take(images[image_id], [record for record in records if record.mask is not None])
        for image in export.head.images:
            if image.image.id in waiting:
                cancel.raise_if_cancelled()
                take(image, [])
        problems.extend(sink.close())
        return written, tables.count, problems

    def _add(
        self,
        sink: MaskSink,
        image: ExportImage,
        records: list[ExportRecord],
        folder: Path,
        before: Manifest,
        after: Manifest,
        settings: str,
    ) -> Added:
        print_ = ""
        if self._writer.incremental:
            print_ = fingerprint(f"{settings}\n{image.split}\n{image.image}", records)
            known = before.added(folder, image.stem, print_)
            if known is not None:
                sink.keep(image)
                after.images[image.stem] = (print_, known)
                after.files.update({file: before.files[file] for file in known.files})
                return known
        lost: list[Problem] = []
        if not self._writer.overlaps:
            records, lost = without_overlaps(records, self._options.overlap)
        added = sink.add(image, records)
        added = Added(added.files, added.written, [*lost, *added.problems])
        if self._writer.incremental:
            after.images[image.stem] = (print_, added)
        return added


@contextmanager
def _rehearsed() -> Iterator[Path]:
    with (
        typed_errors(Path(tempfile.gettempdir())),
        tempfile.TemporaryDirectory(prefix="segrefine-") as folder,
    ):
        yield Path(folder)


def _is_same(new: Path, old: Path) -> bool:
    try:
        return old.is_file() and filecmp.cmp(new, old, shallow=False)
    except OSError:
        return False


def _removed(folder: Path, files: list[PurePosixPath]) -> list[Problem]:
    """Remove files, and the folders that are empty then; a problem for each that stays."""
    problems = []
    for file in files:
        try:
            (folder / file).unlink(missing_ok=True)
            for parent in list(file.parents)[:-1]:
                if any((folder / parent).iterdir()):
                    break
                (folder / parent).rmdir()
        except OSError as error:
            problems.append(Problem(str(file), f"It is no longer needed, but stays: {error}."))
    return problems
