"""Reading JSON files of many entries one at a time, so that a large file takes little memory."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.json_file import opened

MAX_ENTRY = 16 << 20
"""Longest entry that is read, in characters; an outline of a million points is shorter."""

MAX_ENTRIES = 10_000_000
"""Most entries of one list: COCO's training set has fewer than a million."""

MAX_MEMBERS = 1_000
"""Most members of the outermost object."""

OnEntry = Callable[[object], None]

_BLOCK = 1 << 20
_MARGIN = 4
_SPACE = re.compile(r"[ \t\n\r]*")


def read_entries(
    path: Path,
    on_entry: Mapping[str, OnEntry],
    on_item: OnEntry | None = None,
    *,
    max_entry: int | None = None,
) -> object:
    """The value that a JSON file holds, without the entries of its large lists.

    Args:
        path: the file.
        on_entry: told each entry of the lists of these names in the outermost object.
        on_item: told each entry where the whole file is a list.
        max_entry: longest entry that is read, in characters, where not `MAX_ENTRY`.

    Returns:
        What `read_json` gives, but that lists whose entries were told of are empty.

    Raises:
        FormatError: as `read_json` does, perhaps after some entries; also that an entry is longer
            than `max_entry` or that there are more than `MAX_ENTRIES`.
    """
    with opened(path) as stream:
        text = _Text(stream, path.name, max_entry or MAX_ENTRY)
        value: object
        if text.next() == "[" and on_item is not None:
            text.entries(on_item)
            value = []
        elif text.next() == "{":
            value = text.members(on_entry)
        else:
            value = text.value()
        if text.next():
            raise text.damaged("there is more after the end")
    return value


class _Text:
    """The text of a file, of which only a part is in memory.

    Args:
        stream: the file.
        name: what to call it.
        max_entry: longest value, in characters.
    """

    def __init__(self, stream: BinaryIO, name: str, max_entry: int) -> None:
        self._stream = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        self._name = name
        self._max_entry = max_entry
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._lines = 1
        self._has_more = True

    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def value(self) -> object:
        """Take the value that is next."""
        self.next()
        while True:
            try:
                value: object
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > self._max_entry:
                    sentence = f"“{self._name}” has an entry that is longer than any mask's."
                    raise FormatError(sentence, str(error)) from error
                if not self._read_on():
                    raise self.damaged(error.msg, error.pos) from error
            else:
                # What looks like a whole number near the end of the text may go on: 1.5e+3.
                if end + _MARGIN < len(self._text) or not self._read_on():
                    self._at = end
                    return value

    def entries(self, on_entry: OnEntry) -> None:
        """Take the list that is next."""
        self._take("[")
        count = 0
        while self.next() != "]":
            if count:
                self._take(",")
            count += 1
            if count > MAX_ENTRIES:
                sentence = f"“{self._name}” has more than {MAX_ENTRIES:,} entries in one list."
                raise FormatError(sentence)
            on_entry(self.value())
        self._take("]")

    def members(self, on_entry: Mapping[str, OnEntry]) -> dict[str, object]:
        """Take the object that is next."""
        found: dict[str, object] = {}
        self._take("{")
        while self.next() != "}":
            if found:
                self._take(",")
            if self.next() != '"':
                raise self.damaged("a name is missing")
            key = str(self.value())
            self._take(":")
            if key in on_entry and self.next() == "[":
                self.entries(on_entry[key])
                found[key] = []
            else:
                found[key] = self.value()
            if len(found) > MAX_MEMBERS:
                raise FormatError(f"“{self._name}” has more members than any mask file.")
        self._take("}")
        return found

    def damaged(self, what: str, at: int | None = None) -> FormatError:
        """The error to raise where the text is no JSON, at a place of what is in memory."""
        line = self._lines + self._text.count("\n", 0, self._at if at is None else at)
        sentence = f"“{self._name}” is not valid JSON from line {line} on; it may be cut short."
        return FormatError(sentence, what)

    def _take(self, mark: str) -> None:
        if self.next() != mark:
            raise self.damaged(f"{mark} is missing")
        self._at += 1

    def _read_on(self) -> bool:
        """Forget what was taken and read on; False at the end of the file."""
        left = len(self._text) - self._at
        block = self._stream.read(max(_BLOCK, left)) if self._has_more else ""
        self._has_more = bool(block)
        if self._has_more:
            self._lines += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :] + block, 0
        return self._has_more
