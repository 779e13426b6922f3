"""How an export of any format reaches its folder: whole or not at all, and only what changed."""

from __future__ import annotations

import filecmp
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
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
    MaskWriter,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.writing.atomic import staged_folder, typed_errors
from segrefine_gui.formats.writing.decision_tables import DecisionTables
from segrefine_gui.formats.writing.manifest import (
    Manifest,
    fingerprint,
    manifest_name,
    read_manifest,
    settings_print,
    state_of,
)
from segrefine_gui.formats.writing.overlaps import without_overlaps

_OTHER_PROJECT = (
    "It holds an export of another project, whose files stay where none of these has their name."
)


class FolderExport:
    """Writes masks of one format, the decision tables beside them, and what was written.

    Everything is made in a temporary folder first. Files that are the same as those in place stay
    as they are, down to their time; files of an earlier export of this project in this format that
    are no longer part of it are removed, unless somebody has changed them since. What another
    project or format left in the folder stays where no file has the same name.

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
        name, project = self._writer.name, export.head.project
        before, after = read_manifest(folder, name), Manifest(name, project)
        problems: list[Problem] = []
        if before.files and before.project != project:
            problems.append(Problem(folder.name, _OTHER_PROJECT))
            before = Manifest(name, project)
        staged = _rehearsed() if dry_run else staged_folder(folder)
        with staged as staging:
            made = _Staging(self._writer, self._options, export, folder, staging, before, after)
            made.fill(cancel, on_written)
            changed = _only_changed(staging, folder, after, cancel)
            unchanged = len(after.files) - len(changed)
            new = sum(not (folder / file).exists() for file in changed)
            stale = {
                file: state
                for file, state in before.files.items()
                if file not in after.files and before.is_there(folder, file)
            }
            if not dry_run:
                # They are removed when all else is in place; what stays is tried again next time.
                after.files.update(stale)
                (staging / manifest_name(name)).write_text(after.to_json(), encoding="utf-8")
        kept = [] if dry_run else _removed(folder, stale)
        return ExportReport(
            [folder / file for file in changed],
            made.written,
            made.listed,
            unchanged,
            len(stale) - len(kept),
            [*problems, *made.problems, *kept],
            new,
        )


class _Staging:
    """Makes the files that are to move, and notes in `after` those that stay where they are.

    Attributes:
        written: instances written.
        listed: instances in the decision tables.
        problems: what was left out, changed or lost.
    """

    def __init__(
        self,
        writer: MaskWriter,
        options: WriterOptions,
        export: ExportSet,
        folder: Path,
        staging: Path,
        before: Manifest,
        after: Manifest,
    ) -> None:
        self._writer = writer
        self._options = options
        self._export = export
        self._folder = folder
        self._staging = staging
        self._before = before
        self._after = after
        head = export.head
        self._settings = settings_print((options, head.categories, head.documents))
        self._sink = writer.open(staging, head)
        self.written = self.listed = 0
        self.problems: list[Problem] = []

    def fill(self, cancel: CancelToken, on_written: Callable[[int], None]) -> None:
        """Write every image."""
        waiting = {each.image.id: each for each in self._export.head.images}
        with DecisionTables(self._staging) as tables:

            def heard() -> Iterator[ExportRecord]:
                for record in self._export.records:
                    cancel.raise_if_cancelled()
                    tables.add(record)
                    yield record
                    on_written(tables.count)

            for image_id, records in itertools.groupby(heard(), lambda record: record.image.id):
                if image_id not in waiting:
                    raise ExportError(
                        "The instances of an image did not come together; nothing was changed."
                    )
                self._take(waiting.pop(image_id), records)
        self.listed = tables.count
        for image in waiting.values():
            cancel.raise_if_cancelled()
            self._take(image, ())
        self.problems += self._sink.close()

    def _take(self, image: ExportImage, records: Iterable[ExportRecord]) -> None:
        to_write = [record for record in records if record.mask is not None]
        if to_write or self._export.keeps_empty:
            added = self._added(image, to_write)
            self.written += added.written
            self.problems += added.problems

    def _added(self, image: ExportImage, records: list[ExportRecord]) -> Added:
        """Add an image, where its own files are not there already."""
        if not self._writer.incremental:
            return self._add(image, records)
        made_from = fingerprint(self._settings, image, records)
        added = self._before.added(self._folder, image.stem, made_from)
        if added is None:
            added = self._add(image, records)
        else:
            self._sink.keep(image)
            self._after.files.update({file: self._before.files[file] for file in added.files})
        self._after.images[image.stem] = (made_from, added)
        return added

    def _add(self, image: ExportImage, records: list[ExportRecord]) -> Added:
        lost: list[Problem] = []
        if not self._writer.overlaps:
            records, lost = without_overlaps(records, self._options.overlap)
        added = self._sink.add(image, records)
        return Added(added.files, added.written, [*lost, *added.problems])


@contextmanager
def _rehearsed() -> Iterator[Path]:
    with (
        typed_errors(Path(tempfile.gettempdir())),
        tempfile.TemporaryDirectory(prefix="segrefine-") as folder,
    ):
        yield Path(folder)


def _only_changed(
    staging: Path, folder: Path, after: Manifest, cancel: CancelToken
) -> list[PurePosixPath]:
    """Take the files that lie in `folder` already out of `staging`, and note all in `after`."""
    changed = []
    for new in sorted(path for path in staging.rglob("*") if path.is_file()):
        cancel.raise_if_cancelled()
        file = PurePosixPath(new.relative_to(staging).as_posix())
        there = state_of(folder / file)
        if there is not None and _is_same(new, folder / file):
            after.files[file] = there
            new.unlink()
        else:
            after.files[file] = state_of(new) or (0, 0)
            changed.append(file)
    return changed


def _is_same(new: Path, old: Path) -> bool:
    try:
        return filecmp.cmp(new, old, shallow=False)
    except OSError:
        return False


def _removed(folder: Path, files: Iterable[PurePosixPath]) -> list[Problem]:
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
            sentence = f"It is no longer needed, but cannot be removed: {error.strerror}."
            problems.append(Problem(str(file), sentence))
    return problems
