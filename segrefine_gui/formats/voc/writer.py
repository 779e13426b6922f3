"""PASCAL VOC's masks, written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from segrefine_gui.domain.errors import ExportError
from segrefine_gui.domain.extras import extra_fields
from segrefine_gui.domain.records import Category
from segrefine_gui.formats.base import (
    Added,
    ExportHead,
    ExportImage,
    ExportRecord,
    MaskSink,
    Problem,
    WriterOptions,
)
from segrefine_gui.formats.reading.mask_pixels import VOID
from segrefine_gui.formats.voc.labels import (
    BACKGROUND,
    CLASSES,
    HEADING,
    LABELS,
    MOST,
    NAME,
    OBJECTS,
    SETS,
    VOC_CODES,
)
from segrefine_gui.formats.writing.mask_images import (
    Palette,
    numbers_for,
    paint,
    palette_png,
    voc_palette,
)


class VocWriter:
    """Writes both masks with a palette, `labelmap.txt` and the lists in `ImageSets`.

    Classes are numbered from 1 in the order of their ids, objects by their `source_id` where that
    is free and fits. There is no void. `trainval.txt` lists every image, `train.txt` and `val.txt`
    those of a split; photos are not copied.

    Args:
        options: who keeps pixels that several share.
    """

    name = NAME
    overlaps = False
    incremental = True

    def __init__(self, options: WriterOptions) -> None: ...

    def open(self, folder: Path, head: ExportHead) -> VocSink:
        """Begin an export; see `MaskWriter.open`."""
        if len(head.categories) > MOST:
            raise ExportError(
                f"There are {len(head.categories):,} categories, and VOC masks can hold {MOST}; "
                "nothing was changed."
            )
        return VocSink(folder, head.categories)


class VocSink(MaskSink):
    """One export as VOC masks; see `MaskSink`."""

    def __init__(self, folder: Path, categories: Sequence[Category]) -> None:
        self._folder = folder
        self._categories = categories
        self._number_of = {each.source_id: n for n, each in enumerate(categories, 1)}
        self._palette = _class_palette(categories)
        self._stems: dict[str, list[PurePosixPath]] = {}

    def add(self, image: ExportImage, records: Sequence[ExportRecord]) -> Added:
        """Write both masks of an image."""
        if len(records) > MOST:
            raise ExportError(
                f"{image.image.name} has {len(records):,} instances, and VOC masks can hold "
                f"{MOST}; nothing was changed."
            )
        wanted = [record.instance.source_id for record in records]
        objects = numbers_for(wanted, 1, MOST)
        classes = [self._number_of[each.instance.category.source_id] for each in records]
        file = image.stem.with_name(f"{image.stem.name}.png")
        files = [PurePosixPath(CLASSES) / file, PurePosixPath(OBJECTS) / file]
        for place, numbers, palette in zip(
            files, (classes, objects), (self._palette, voc_palette()), strict=True
        ):
            (self._folder / place).parent.mkdir(parents=True, exist_ok=True)
            content = palette_png(paint(image, records, numbers), palette)
            (self._folder / place).write_bytes(content)
        other = sum(own != number for own, number in zip(wanted, objects, strict=True))
        problems = []
        if other:
            sentence = f"{other} of its instances have another number: VOC's end at {MOST}."
            problems.append(Problem(image.image.name, sentence))
        self.keep(image)
        return Added(files, len(records), problems)

    def keep(self, image: ExportImage) -> None:
        """List an image."""
        for name in {"trainval", image.split or "trainval"}:
            self._stems.setdefault(name, []).append(image.stem)

    def close(self) -> Sequence[Problem]:
        """Write the lists of classes and images."""
        names, problems = _label_names(self._categories)
        lines = [HEADING, f"{BACKGROUND}:0,0,0::"]
        for number, (name, category) in enumerate(zip(names, self._categories, strict=True), 1):
            red, green, blue = self._palette[number].tolist()
            known = extra_fields(category.extra, NAME)
            parts, actions = (_label_text(known.get(key)) for key in ("parts", "actions"))
            lines.append(f"{name}:{red},{green},{blue}:{parts}:{actions}")
        _write_lines(self._folder / LABELS, lines)
        for name, stems in self._stems.items():
            _write_lines(self._folder / SETS / f"{name}.txt", [str(stem) for stem in stems])
        return problems


def _class_palette(categories: Sequence[Category]) -> Palette:
    """The colours that an imported file gave the classes, else VOC's; no two are the same."""
    palette = voc_palette()
    free = dict.fromkeys(VOC_CODES[1:VOID])
    wanted: dict[int, int] = {}
    for number, category in enumerate(categories, 1):
        code = extra_fields(category.extra, NAME).get("colour")
        is_colour = isinstance(code, int) and 0 < code < 1 << 24 and code != VOC_CODES[VOID]
        if isinstance(code, int) and is_colour and code not in wanted.values():
            wanted[number] = code
            free.pop(code, None)
    for number in range(1, len(categories) + 1):
        if number not in wanted:
            own = VOC_CODES[number]
            wanted[number] = own if own in free else next(iter(free))
            del free[wanted[number]]
        code = wanted[number]
        palette[number] = (code >> 16, code >> 8 & 255, code & 255)
    return palette


def _label_names(categories: Sequence[Category]) -> tuple[list[str], list[Problem]]:
    """Names that a line of `labelmap.txt` can hold, each once, and a problem for each other one."""
    taken = {BACKGROUND}
    names, problems = [], []
    for category in categories:
        first = name = _label_text(category.name).lstrip("#") or "_"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{first} {number}"
        taken.add(name.lower())
        names.append(name)
        if name != category.name:
            sentence = f"It is called “{name}” in {LABELS}, which cannot hold its name."
            problems.append(Problem(f"category {category.name}", sentence))
    return names, problems


def _label_text(text: object) -> str:
    return " ".join(text.replace(":", "_").split()) if isinstance(text, str) else ""


def _write_lines(file: Path, lines: Sequence[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
