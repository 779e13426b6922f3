"""Looks at torch and what is built on it, in a process of its own: `python -m` this module.

Importing them takes seconds, and libraries that were built for another torch can end the process.
`look` starts it and gives what it found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Look:
    """What became of one look.

    Attributes:
        well: nothing failed.
        value: what was found; where it failed, the error's type and message.
    """

    well: bool
    value: Any


def look(environment: Mapping[str, str] | None = None) -> dict[str, Look]:
    """What is found here, by name: "torch", "torchvision", "detectron2", "operators".

    Args:
        environment: of the process; None for this one's.

    Returns:
        The looks that came to an end. One that took the process with it is there as failed, and
        those after it are missing.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env=None if environment is None else dict(environment),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"torch": Look(False, f"{type(error).__name__}: {error}")}
    found: dict[str, Look] = {}
    begun = ""
    for line in done.stdout.splitlines():
        try:
            values = json.loads(line)
            begun, well, value = values["look"], values.get("well"), values.get("value")
        except (ValueError, TypeError, KeyError):
            continue  # what a library prints while it is imported
        if well is not None:
            found[begun] = Look(bool(well), value)
    if begun and begun not in found:
        found[begun] = Look(False, f"Python ended with code {done.returncode} while it looked")
    return found


def _torch() -> dict[str, object]:
    import torch

    return {
        "version": torch.__version__,
        "cuda": torch.version.cuda,
        "gpus": torch.cuda.device_count() if torch.cuda.is_available() else 0,
    }


def _torchvision() -> str:
    import torch
    import torchvision

    # Its operators are missing where it was built for another torch.
    torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    return str(torchvision.__version__)


def _detectron2() -> str:
    import detectron2
    import detectron2.checkpoint
    import detectron2.data.transforms
    import detectron2.modeling

    return str(detectron2.__version__)


def _operators() -> dict[str, object]:
    from detectron2 import _C

    return {"cuda": bool(_C.has_cuda())}


_LOOKS: Mapping[str, Callable[[], object]] = {
    "torch": _torch,
    "torchvision": _torchvision,
    "detectron2": _detectron2,
    "operators": _operators,
}


def main() -> None:
    """Look at one after the other, a line before each and one after it."""
    for name, action in _LOOKS.items():
        _tell(look=name)
        try:
            value = action()
        except Exception as error:  # noqa: BLE001 - whatever it is, is what is looked for
            _tell(look=name, well=False, value=f"{type(error).__name__}: {error}")
        else:
            _tell(look=name, well=True, value=value)


def _tell(**values: object) -> None:
    sys.stdout.write(f"{json.dumps(values)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
