"""Reading weights files without running what is in them.

A weights file may come from anywhere. PyTorch's and Detectron2's are pickles, and an ordinary
unpickler calls whatever the file names. Both readers here build tensors, arrays and plain
containers and nothing else, unless a person says that they trust the file.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from segrefine_gui.domain.errors import TrustError, WeightsError


def read_torch(path: Path) -> Mapping[str, Any]:
    """Read a file that `torch.save` wrote, on the CPU, as tensors and plain containers only.

    Returns:
        What the file holds: a mapping, for weights usually of parameter names to tensors.

    Raises:
        WeightsError: the file is missing, cut off, no such file, or asks for more than that.
    """
    import torch

    return _read(path, lambda file: torch.load(file, map_location="cpu", weights_only=True))


def read_pickle(path: Path, trusted: bool = False) -> Mapping[str, Any]:
    """Read a pickle of numpy arrays, as Detectron2's model zoo publishes them.

    Args:
        path: the file.
        trusted: a person said that they trust it: what it asks to run is run. Files that ask for
            nothing are read without that all the same.

    Returns:
        What the file holds: a mapping, for weights usually of parameter names to arrays.

    Raises:
        TrustError: it asks for more than arrays and plain containers, and is not trusted; nothing
            that it asks for has been run.
        WeightsError: the file is missing, cut off or no pickle.
    """
    try:
        return _read(path, lambda file: _ArrayUnpickler(file, encoding="latin1").load())
    except _ForbiddenPickle as error:
        if trusted:
            return _read(path, lambda file: pickle.load(file, encoding="latin1"))
        raise TrustError(
            f"The weights file {path} asks to run {error} while it is read and was refused: say "
            "that you trust it (--trust, or the tick box in the window) only if you know where it "
            "comes from."
        ) from error


def _read(path: Path, load: Callable[[BinaryIO], object]) -> Mapping[str, Any]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read.", str(error)) from error
    damaged = (
        f"The weights file {path} is damaged or not a weights file: remove it, then fetch it again."
    )
    with file:
        try:
            content = load(file)
        except _ForbiddenPickle:
            raise
        except Exception as error:
            # A damaged file may end in nearly any exception of the constructors that it feeds.
            raise WeightsError(damaged, f"{type(error).__name__}: {error}") from error
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise WeightsError(damaged, f"it holds a {type(content).__name__}")
    return content


class _ForbiddenPickle(Exception):
    """Carries the dotted name of what a pickle asked for."""


def _encode_latin1(text: str, encoding: str) -> bytes:
    """`codecs.encode` as pickles of bytes need it, without its other codecs."""
    if encoding not in ("latin1", "latin-1"):
        raise _ForbiddenPickle(f"the codec {encoding}")
    return text.encode("latin-1")


# numpy's own functions for this, taken from what its arrays reduce to: their modules are private.
_RECONSTRUCT: Any = np.empty(0).__reduce__()[0]
_SCALAR: Any = np.float64(0).__reduce__()[0]
_FROM_BUFFER: Any = np.empty(0).__reduce_ex__(5)[0]

_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    # How the pickle protocols of Python 2 hold bytes, and no bytes.
    ("_codecs", "encode"): _encode_latin1,
    ("__builtin__", "bytes"): bytes,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
}
# numpy 2 renamed its core package; a file keeps the name that it was written with.
for _core in ("numpy.core", "numpy._core"):
    _ALLOWED[f"{_core}.multiarray", "_reconstruct"] = _RECONSTRUCT
    _ALLOWED[f"{_core}.multiarray", "scalar"] = _SCALAR
    _ALLOWED[f"{_core}.numeric", "_frombuffer"] = _FROM_BUFFER


class _ArrayUnpickler(pickle.Unpickler):
    """Builds numpy arrays, numpy scalars and plain containers; refuses every other name."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        """What the file may call under that name; imports nothing."""
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise _ForbiddenPickle(f"{module}.{name}") from None
