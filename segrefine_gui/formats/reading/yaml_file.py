"""Reading YAML files that may be damaged, hostile or no YAML at all."""

from __future__ import annotations

from pathlib import Path

import yaml

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading.texts import clean_text

MAX_BYTES = 1 << 20
"""Largest YAML file that is read: a list of ten thousand names takes a tenth of it."""

_MAX_DEPTH = 50


def read_yaml(path: Path) -> object:
    """The value that a YAML file holds: plain values, lists and mappings, no objects.

    Aliases are refused, with which a small file can claim to hold billions of values.

    Raises:
        FormatError: the file cannot be read, is larger than `MAX_BYTES`, nested too deeply, has
            aliases, or is not YAML.
    """
    name = clean_text(path.name)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormatError(f"“{name}” is too large for a list of names.")
        text = path.read_text(encoding="utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
                raise FormatError(f"“{name}” is nested too deeply, or has aliases.")
        value: object = yaml.safe_load(text)
    except FormatError:
        raise
    except OSError as error:
        raise FormatError(f"“{name}” cannot be read.", str(error)) from error
    except Exception as error:
        # The loader raises nearly anything for numbers and dates that are none.
        sentence = f"“{name}” is not valid YAML."
        raise FormatError(sentence, f"{type(error).__name__}: {error}") from error
    return value
