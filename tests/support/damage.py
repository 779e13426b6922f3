"""What every reader of mask files must do with damaged ones.

    VALID = tree_of(folder)                    # what a writer made, or by hand

    @fuzzed
    @given(data=st.data())
    def test_damaged_files_are_survived(data):
        assert_survives(CocoReader(), VALID, data, size=(9, 12))

`SEGREFINE_FUZZ_EXAMPLES=10000` looks longer than the tests do as a rule.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from segrefine_gui.domain.errors import FormatError, MaskError, SegRefineError
from segrefine_gui.domain.extras import MAX_BYTES, Extra
from segrefine_gui.formats.base import MaskFile, MaskReader
from support.damaged_files import Files, damaged

EXAMPLES = int(os.environ.get("SEGREFINE_FUZZ_EXAMPLES", "200"))

MAX_SECONDS = 10.0
"""Longest that a reader may compute for one small file, on a busy machine."""

MAX_MEMORY = 768 << 20
"""Most memory that it may take beyond what there was, in bytes."""

_MAX_SIDE = 3000
"""Larger images are not asked for: not their files but their masks would be slow."""

_Test = TypeVar("_Test", bound=Callable[..., object])


def fuzzed(test: _Test) -> _Test:
    """Run a hypothesis test with `EXAMPLES` examples, and give it the time for them."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    chosen = settings(max_examples=EXAMPLES, suppress_health_check=checks)
    marks = (pytest.mark.timeout(120 + EXAMPLES), pytest.mark.filterwarnings("ignore"))
    for mark in marks:  # libraries warn about damage
        test = mark(test)
    return chosen(test)  # type: ignore[no-any-return]


def tree_of(folder: Path) -> dict[str, bytes]:
    """The contents of all files below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lay_out(files: dict[str, bytes | None], folder: Path) -> None:
    """Write files into a folder, a folder for None; what cannot lie beside another is left out."""
    for name, content in files.items():
        with suppress(OSError):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                (folder / name).mkdir()
            else:
                (folder / name).write_bytes(content)


def assert_survives(
    reader: MaskReader,
    valid: Files,
    data: st.DataObject,
    *,
    size: tuple[int, int],
    target: str | None = None,
) -> None:
    """Damage valid files and read them.

    Args:
        reader: what is tested.
        valid: files that it reads without a problem, by path.
        data: hypothesis' own, to draw the damage from.
        size: (height, width) of their images, at which masks are made.
        target: what to read, below the folder; else the only file, or the folder of several.
    """
    files = data.draw(damaged(valid))
    if target is None:
        target = next(iter(valid)) if len(valid) == 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        lay_out(files, Path(folder))
        path = Path(folder) / target
        with bounded():
            check_reader(reader, path, size)


def check_reader(reader: MaskReader, path: Path, size: tuple[int, int]) -> MaskFile | None:
    """Read a path that may hold anything, and make every mask; what comes out must be in order.

    Returns:
        What was read; None where it was refused.
    """
    assert reader.recognises(path) in (True, False)
    try:
        found = reader.read(path)
    except FormatError as error:
        _check_sentence(error)
        return None
    for problem in found.problems:
        _check_text(problem.subject)
        _check_text(problem.sentence)
        assert problem.sentence.endswith("."), problem
        assert problem.pixels >= 0, problem
    for image in found.images:
        assert image.name is None or _is_text(image.name), image
        assert image.source_id is None or _is_whole(image.source_id), image
        assert image.width is None or (_is_whole(image.width) and image.width > 0), image
        assert image.height is None or (_is_whole(image.height) and image.height > 0), image
        _check_extra(image.extra)
    for category in found.categories:
        assert category.name, category
        assert _is_text(category.name), category
        assert _is_whole(category.source_id), category
        _check_extra(category.extra)
    _check_extra(found.extra)
    for mask in found.masks:
        assert _is_whole(mask.source_id), mask
        assert mask.category, mask
        assert _is_text(mask.category), mask
        assert _is_whole(mask.category_id), mask
        assert mask.score is None or 0 <= mask.score <= 1, mask
        assert mask.image.name is None or _is_text(mask.image.name), mask
        _check_extra(mask.extra)
        claimed = (mask.image.height or size[0], mask.image.width or size[1])
        for height, width in {size, claimed}:
            if max(height, width) > _MAX_SIDE:
                continue
            try:
                rle = mask.segmentation.rasterise(height, width)
            except MaskError as error:
                _check_sentence(error)
            else:
                assert rle.decode().shape == (height, width)
    return found


@contextmanager
def bounded() -> Iterator[None]:
    """Fail when what is done inside takes more time or memory than `MAX_SECONDS`, `MAX_MEMORY`.

    Memory is the peak of the whole process, with what libraries in C take; where the system does
    not tell it, it is not looked at.
    """
    before = _memory("VmRSS") if _forget_peak() else None
    started = time.process_time()
    yield
    seconds = time.process_time() - started
    assert seconds <= MAX_SECONDS, f"it computed for {seconds:.1f} s"
    if before is not None:
        taken = _memory("VmHWM") - before
        assert taken <= MAX_MEMORY, f"it took {taken >> 20} MiB"


def _forget_peak() -> bool:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _memory(line: str) -> int:
    """A figure of /proc/self/status, in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{line}:")[1].split(None, 1)[0]) << 10


def _check_sentence(error: SegRefineError) -> None:
    _check_text(error.sentence)
    assert error.sentence.endswith("."), error.sentence


def _check_text(text: str) -> None:
    """What a person is told is one line of some length, and can be stored and shown."""
    assert _is_text(text), ascii(text)
    assert "\n" not in text, ascii(text)
    assert 0 < len(text) <= 1000, f"{len(text)} characters: {text[:80]}"


def _check_extra(extra: Extra | None) -> None:
    if extra is not None:
        assert len(json.dumps(extra.fields, allow_nan=False)) <= 2 * MAX_BYTES


def _is_text(value: object) -> bool:
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def _is_whole(value: object) -> bool:
    """A whole number that a database can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
