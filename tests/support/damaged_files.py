"""Strategies that damage valid files: JSON, XML, text, PNG, zip archives, and any bytes."""

from __future__ import annotations

import copy
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, TypeVar

from hypothesis import strategies as st

Files = Mapping[str, bytes]
"""Contents by path, relative and with forward slashes."""

_Option = TypeVar("_Option")

_RAW = {
    "<digits>": "9" * 5000,
    "<deep>": "[" * 50_000 + "]" * 50_000,
    "<deep objects>": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "<overflow>": "1e999",
}
"""JSON that Python's own writer cannot make, by the text that stands for it until it is text."""

_NUMBERS = (
    *(0, -1, 1, 2, 255, 256, 65_535, 65_536, 2**31 - 1, 2**31, 2**32, 2**53 + 1),
    *(2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, -0.0, 0.5, -1e-9, 1e18, 1e308, -1e308),
    *(float("nan"), float("inf"), float("-inf")),
)
_TEXTS = (
    *("", " ", "\0", "\n", "\ud800", "é\udfff", "../../etc/passwd", "/etc/passwd", "C:\\x", "."),
    *("nan", "1e999", "-1", "0x10", "٣", "a" * 5000, "=1+1", "data:image/png;base64,", "%00"),
)
_VALUES = (*_NUMBERS, *_TEXTS, *_RAW, None, True, False, [], {}, [[]], [{}], [None], {"": None})
_TOKENS = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (*map(str, _NUMBERS), *_TEXTS, *_RAW.values(), "1e-400", "--", ",", ";", '"', "'")
)

_NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_TAG = re.compile(rb"<[^<>]+>")
_ATTRIBUTE = re.compile(rb"\s[\w:-]+=(?:\"[^\"]*\"|'[^']*')")
_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 11))
    + b"]>"
)
_OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a10 SYSTEM "file:///etc/passwd">]>'

_PNG = b"\x89PNG\r\n\x1a\n"


@st.composite
def damaged(draw: st.DrawFn, files: Files) -> dict[str, bytes | None]:
    """Valid files of which one to three are damaged, gone, like another one, or a folder.

    Returns:
        Contents by path; None for a folder.
    """
    result: dict[str, bytes | None] = dict(files)
    names = sorted(files)
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        match draw(st.integers(0, 19)):
            case 0 if len(result) > 1:
                del result[name]
            case 1:
                result[name] = files[_one_of(draw, names)]
            case 2:
                result[name] = None
            case 3:
                result[name] = b""
            case _:
                result[name] = draw(damaged_content(name, files[name]))
    return result


def damaged_content(name: str, content: bytes) -> st.SearchStrategy[bytes]:
    """One file, damaged with regard to what its ending says it is, or byte by byte."""
    by_kind: dict[str, Callable[[bytes], st.SearchStrategy[bytes]]] = {
        ".json": damaged_json,
        ".xml": damaged_xml,
        ".svg": damaged_xml,
        ".png": damaged_png,
        ".npz": damaged_zip,
        ".zip": damaged_zip,
    }
    suffix = PurePosixPath(name).suffix.lower()
    own = by_kind.get(suffix)
    if own is None and suffix in (".txt", ".csv", ".yaml", ".yml"):
        own = damaged_text
    if own is None:
        return damaged_bytes(content)
    return st.one_of(own(content), own(content), own(content), damaged_bytes(content))


@st.composite
def damaged_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Cut short, with bytes flipped, put in, taken out or said twice."""
    start = draw(st.integers(0, len(content)))
    end = min(len(content), start + draw(st.integers(0, 40)))
    match draw(st.integers(0, 5)):
        case 0:
            return content[:start]
        case 1:
            return content[:start] + draw(st.binary(min_size=1, max_size=8)) + content[start:]
        case 2:
            return content[:start] + content[end:]
        case 3:
            return content[:end] + content[start:]
        case 4:
            return draw(st.binary(max_size=8)) + content
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        if changed:
            changed[draw(st.integers(0, len(changed) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


@st.composite
def damaged_json(draw: st.DrawFn, content: bytes) -> bytes:
    """Any node replaced, tweaked, taken out, renamed, said twice or swapped with another one."""
    box = {"": json.loads(content)}
    for _ in range(draw(st.integers(1, 3))):
        _damage_node(draw, box)
    text = json.dumps(box[""])
    for marker, raw in _RAW.items():
        text = text.replace(json.dumps(marker), raw)
    return text.encode()


@st.composite
def damaged_text(draw: st.DrawFn, content: bytes) -> bytes:
    """Lines and numbers replaced, taken out, said twice or swapped."""
    for _ in range(draw(st.integers(1, 3))):
        lines = content.split(b"\n")
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 6)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = _one_of(draw, _TOKENS)
            case 3:
                words = lines[at].split(b" ")
                del words[draw(st.integers(0, len(words) - 1))]
                lines[at] = b" ".join(words)
            case 4:
                lines[at] += b" " + _one_of(draw, _TOKENS)
            case _:
                content = _one_replaced(draw, _NUMBER, content, _TOKENS)
                continue
        content = b"\n".join(lines)
    return content


@st.composite
def damaged_xml(draw: st.DrawFn, content: bytes) -> bytes:
    """Tags, attributes and numbers damaged; entities that grow or read files; deep nesting."""
    for _ in range(draw(st.integers(1, 3))):
        match draw(st.integers(0, 9)):
            case 0:
                start = _one_of(draw, (_BOMB, _OUTSIDE))
                body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", content)
                content = start + _one_replaced(draw, _NUMBER, body, (b"&a10;",))
            case 1:
                content = _one_replaced(draw, _TAG, content, (b"<a>" * 5000, b"</a>" * 3))
            case 2 | 3:
                found = [match.group() for match in _TAG.finditer(content)] or [b""]
                content = _one_replaced(draw, _TAG, content, (b"", *found))
            case 4 | 5:
                found = [match.group() for match in _ATTRIBUTE.finditer(content)] or [b""]
                content = _one_replaced(draw, _ATTRIBUTE, content, (b"", *found))
            case 6:
                hostile = (b"&#0;", b"&#xD800;", b"&nothing;", b"<![CDATA[", b"<!--", b"\xff")
                content = _one_replaced(draw, _NUMBER, content, hostile)
            case _:
                tokens = tuple(re.sub(rb"[<&\"\0]", b"", token) for token in _TOKENS)
                content = _one_replaced(draw, _NUMBER, content, tokens)
    return content


@st.composite
def damaged_png(draw: st.DrawFn, content: bytes) -> bytes:
    """A PNG with damaged chunks whose checksums are right all the same."""
    chunks = _png_chunks(content)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(chunks) - 1))
        kind, body = chunks[at]
        match draw(st.integers(0, 5)):
            case 0 if len(chunks) > 1:
                del chunks[at]
            case 1:
                chunks.insert(at, chunks[draw(st.integers(0, len(chunks) - 1))])
            case 2 if kind == b"IDAT":
                try:
                    pixels = zlib.decompress(body)
                except zlib.error:
                    continue
                chunks[at] = (kind, zlib.compress(draw(damaged_bytes(pixels))))
            case 3 | 4 if chunks[0][0] == b"IHDR" and len(chunks[0][1]) == 13:
                fields = list(struct.unpack(">IIBBBBB", chunks[0][1]))
                which = draw(st.integers(0, 6))
                sides = (0, 1, 100, 20_000, 65_536, 2**31 - 1, 2**32 - 1)
                most = sides if which < 2 else (0, 1, 2, 3, 4, 6, 8, 16, 255)
                fields[which] = _one_of(draw, most)
                chunks[0] = (b"IHDR", struct.pack(">IIBBBBB", *fields))
            case _:
                chunks[at] = (kind, draw(damaged_bytes(body)))
    return _PNG + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@st.composite
def damaged_zip(draw: st.DrawFn, content: bytes) -> bytes:
    """A whole archive of which a member is damaged, renamed, gone, or there twice."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    places = st.lists(st.integers(0, len(members) - 1), min_size=1, max_size=2, unique=True)
    for at in sorted(draw(places), reverse=True):
        name, body = members[at]
        match draw(st.integers(0, 4)):
            case 0:
                del members[at]
            case 1:
                others = [other for other, _ in members]
                members[at] = (_one_of(draw, ("../x.npy", "/x", "x", "a/b", *others)), body)
            case 2:
                text = _one_replaced(draw, _NUMBER, body[:128], _TOKENS[:20])
                members[at] = (name, text + body[128:])
            case _:
                members[at] = (name, draw(damaged_content(name, body)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", _one_of(draw, (zipfile.ZIP_STORED, 8))) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name), body)
    return made.getvalue()


def _one_of(draw: st.DrawFn, options: Sequence[_Option]) -> _Option:
    # `sampled_from` may give the options of an earlier call that were equal: 1.0 for 1 or True.
    return options[draw(st.integers(0, len(options) - 1))]


def _damage_node(draw: st.DrawFn, box: dict[str, Any]) -> None:
    parent, key = _one_of(draw, _nodes(box))
    value = parent[key]
    match draw(st.integers(0, 9)):
        case 0 if parent is not box:
            del parent[key]
        case 1 if isinstance(parent, list):
            parent.insert(key, copy.deepcopy(value))
        case 2 if parent is not box and isinstance(parent, dict):
            parent[_one_of(draw, _TEXTS)] = parent.pop(key)
        case 3:
            other, place = _one_of(draw, _nodes(box))
            parent[key] = copy.deepcopy(other[place])
        case 4:
            parent[key] = _one_of(draw, ([value], {"a": value}, [value, value]))
        case 5 | 6 | 7:
            parent[key] = _tweaked(draw, value)
        case _:
            parent[key] = copy.deepcopy(_one_of(draw, _VALUES))


def _tweaked(draw: st.DrawFn, value: object) -> object:
    """A value of the same type that is a little other than it was."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        near = (value + 1, value - 1, -value, value * 2, value + 0.5, value * 10**6, str(value))
        return _one_of(draw, (*near, *_NUMBERS))
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return draw(damaged_bytes(raw)).decode("utf-8", "surrogateescape")
    if isinstance(value, list):
        kept = draw(st.integers(0, len(value)))
        return _one_of(draw, (value[:kept], value + value[:kept], value[::-1]))
    return copy.deepcopy(_one_of(draw, _VALUES))


def _nodes(value: object) -> list[tuple[Any, Any]]:
    """Every container with every key or index in it, from the outside in."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    for each in waiting:
        if isinstance(each, dict | list):
            keys = list(each) if isinstance(each, dict) else range(len(each))
            found += [(each, key) for key in keys]
            waiting += [each[key] for key in keys]
    return found


def _one_replaced(
    draw: st.DrawFn, pattern: re.Pattern[bytes], content: bytes, by: tuple[bytes, ...]
) -> bytes:
    places = [match.span() for match in pattern.finditer(content)]
    if not places:
        return content
    start, end = _one_of(draw, places)
    return content[:start] + _one_of(draw, by) + content[end:]


def _png_chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    chunks = []
    at = len(_PNG)
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += length + 12
    return chunks
