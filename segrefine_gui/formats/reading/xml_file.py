"""Reading XML files of many elements one at a time, which may be hostile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.texts import clean_name

MAX_BYTES = 2 * 1024**3
"""Largest XML file that is read, in bytes."""

MAX_DEPTH = 32
"""Most elements inside of each other."""

MAX_ELEMENTS = 100_000
"""Most elements inside of one that is told of as a whole."""

_BLOCK = 1 << 22
_START = 1 << 16


@dataclass(slots=True)
class Element:
    """An element with all that is in it; texts between its children are joined."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def to_json(self) -> dict[str, object]:
        """The element as JSON, without what is empty."""
        fields: dict[str, object] = {"tag": self.tag}
        if self.attributes:
            fields["attributes"] = dict(self.attributes)
        if self.children:
            fields["children"] = [child.to_json() for child in self.children]
        elif self.text:
            fields["text"] = self.text
        return fields


class Listener(Protocol):
    """Is told of the elements of a file, in their order."""

    def begin(self, element: Element) -> None:
        """An element begins whose children follow one by one; it has its attributes alone."""
        ...

    def end(self) -> None:
        """The element that began ends."""
        ...

    def element(self, element: Element) -> None:
        """A whole element that is directly inside of the outermost or of one that began."""
        ...


def read_elements(path: Path, root: str, opened: str, listener: Listener) -> None:
    """Read an XML file element by element.

    A document type is refused, and with it all entities, which can grow without end or name other
    files.

    Args:
        path: the file.
        root: the tag of its outermost element.
        opened: tag of those elements directly inside whose children are told of one by one.
        listener: told of everything.

    Raises:
        FormatError: it cannot be read, is not XML or has another root, perhaps after some elements.
    """
    name = clean_name(path.name, "_")
    parser = expat.ParserCreate()
    builder = _Builder(name, root, opened, listener)
    builder.attach(parser)
    try:
        if not path.is_file():
            raise FormatError(f"“{name}” is not a file.", str(path))
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"“{name}” is larger than {MAX_BYTES >> 30} GB and was not read.")
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                parser.Parse(block, False)
            parser.Parse(b"", True)
    except OSError as error:
        raise FormatError(f"“{name}” cannot be read.", str(error)) from error
    except expat.ExpatError as error:
        sentence = f"“{name}” is not valid XML from line {error.lineno} on; it may be cut short."
        raise FormatError(sentence, str(error)) from error
    except (LookupError, ValueError) as error:  # an encoding that there is not
        raise FormatError(f"“{name}” is no XML in an encoding that is read.", str(error)) from error
    except MemoryError as error:
        raise FormatError(f"“{name}” does not fit into memory.") from error


def has_root(path: Path, root: str) -> bool:
    """Whether a file begins as XML whose outermost element is `root`; never raises."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _: found.append(tag)
    try:
        with path.open("rb") as stream:
            parser.Parse(stream.read(_START), False)
    except (OSError, ValueError, LookupError, expat.ExpatError):
        pass  # what follows the root may be cut or damaged
    return found[:1] == [root]


class _Builder:
    """Makes elements of what expat tells."""

    def __init__(self, name: str, root: str, opened: str, listener: Listener) -> None:
        self._name = name
        self._root = root
        self._opened = opened
        self._listener = listener
        self._outside = 0
        """How many elements are open around the one that is made: the root, and an opened one."""
        self._inside: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0

    def attach(self, parser: expat.XMLParserType) -> None:
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> None:
        raise FormatError(f"“{self._name}” declares a document type and was refused.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._outside == 0:
            if tag != self._root:
                raise FormatError(f"“{self._name}” has no {self._root} as its outermost element.")
            self._outside = 1
            return
        element = Element(tag, attributes)
        if self._outside == 1 and not self._inside and tag == self._opened:
            self._outside = 2
            self._listener.begin(element)
            return
        self._count = self._count + 1 if self._inside else 0
        if len(self._inside) >= MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise FormatError(f"“{self._name}” is nested too deeply, or has too many elements.")
        if self._inside:
            self._inside[-1].children.append(element)
        self._inside.append(element)
        self._texts.append([])

    def _end(self, tag: str) -> None:  # noqa: ARG002
        if not self._inside:
            self._outside -= 1
            if self._outside == 1:
                self._listener.end()
            return
        element = self._inside.pop()
        element.text = "".join(self._texts.pop()).strip()
        if not self._inside:
            self._listener.element(element)

    def _text(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)
