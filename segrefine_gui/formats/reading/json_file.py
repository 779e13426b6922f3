"""Reading JSON files that may be damaged, hostile or no JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from segrefine_gui.domain.errors import FormatError

MAX_BYTES = 2 * 1024**3
"""Largest JSON file that is read, in bytes: about four times COCO's whole training set."""

_BLOCK = 1 << 20


def read_json(path: Path) -> object:
    """The value that a JSON file holds; its NaN and Infinity literals become such floats.

    Raises:
        FormatError: the file cannot be read, is larger than `MAX_BYTES`, or is not JSON.
    """
    with opened(path) as stream:
        value: object = json.loads(stream.read())
    return value


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A JSON file to read; what goes wrong with it inside becomes a sentence.

    Raises:
        FormatError: the file cannot be read, is larger than `MAX_BYTES`, or is not JSON.
    """
    name = path.name
    try:
        if not path.is_file():
            raise FormatError(f"“{name}” is not a file.", str(path))
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"“{name}” is larger than {MAX_BYTES >> 30} GB and was not read.")
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        raise FormatError(f"“{name}” cannot be read.", str(error)) from error
    except json.JSONDecodeError as error:
        sentence = f"“{name}” is not valid JSON from line {error.lineno} on; it may be cut short."
        raise FormatError(sentence, str(error)) from error
    except UnicodeDecodeError as error:
        raise FormatError(f"“{name}” is not a text file in UTF-8.", str(error)) from error
    except ValueError as error:  # a number with thousands of digits
        raise FormatError(f"“{name}” has a number that no mask file has.", str(error)) from error
    except RecursionError as error:
        raise FormatError(f"“{name}” is nested too deeply for a mask file.") from error
    except MemoryError as error:
        raise FormatError(f"“{name}” does not fit into memory.") from error


def looks_like(path: Path, opening: str, *keys: str) -> bool:
    """Whether a file begins with the regular expression `opening` and has every quoted key.

    The file is searched, not parsed, so that a large one is recognised fast. Never raises.
    """
    missing = {f'"{key}"'.encode() for key in keys}
    longest = max(map(len, missing), default=0)
    try:
        with path.open("rb") as stream:
            block = stream.read(_BLOCK)
            if not re.match(rb"(\xef\xbb\xbf)?\s*" + opening.encode(), block):
                return False
            while block and missing:
                missing -= {key for key in missing if key in block}
                following = stream.read(_BLOCK)
                block = block[-longest:] + following if following else b""
    except (OSError, ValueError):
        return False
    return not missing
