"""What the engines on torch need from the machine, each thing with what mends it."""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from segrefine_gui.engines.torch_base.probe import Look

_AGAIN = "install --force-reinstall"
INSTALL_AGAIN = f'pip {_AGAIN} "segrefine-gui[engines]"'
INSTALL_DETECTRON2 = (
    'pip install "setuptools<81" wheel && pip install --no-build-isolation '
    '"git+https://github.com/facebookresearch/detectron2.git"'
)
"""Its documented command, after torch; `model_zoo` imports what later setuptools lack."""
BUILD_AGAIN = INSTALL_DETECTRON2.replace("--no-build", "--force-reinstall --no-deps --no-build")
CUDA_TORCH = "Install the build of torch for your GPU: https://pytorch.org/get-started/locally/"

_COMPILERS = ("c++", "g++", "clang++", "cl")
_INSTALL_COMPILER = (
    ("apt-get", "sudo apt-get install -y g++ python3-dev"),
    ("dnf", "sudo dnf install -y gcc-c++ python3-devel"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, what was found, and what cures it."""

    subject: str
    well: bool
    sentence: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known of the machine without torch.

    Attributes:
        compiler: a C++ compiler is there.
        headers: Python's own C headers are there.
        nvidia: there is an NVIDIA driver.
        pkg_resources: the module of setuptools below 81 is there.
    """

    compiler: bool
    headers: bool
    nvidia: bool
    pkg_resources: bool


def this_machine() -> Machine:
    """Look at this machine; imports nothing."""
    return Machine(
        compiler=bool(os.environ.get("CXX")) or any(map(shutil.which, _COMPILERS)),
        headers=(Path(sysconfig.get_path("include")) / "Python.h").is_file(),
        nvidia=Path("/proc/driver/nvidia/version").exists() or bool(shutil.which("nvidia-smi")),
        pkg_resources=util.find_spec("pkg_resources") is not None,
    )


def torch_checks(looks: Mapping[str, Look], machine: Machine) -> list[Check]:
    """What was found, as checks; of what is missing and optional, only what leads to it.

    Args:
        looks: what `torch_probe.look` gave.
        machine: what `this_machine` gave.
    """
    torch = looks.get("torch", Look(False, ""))
    if not torch.well:
        if "No module named 'torch'" in str(torch.value):
            return []  # each engine that wants it says so
        sentence = f"torch is installed but cannot be imported ({torch.value})."
        return [Check("torch", False, sentence, INSTALL_AGAIN)]
    version = torch.value["version"]
    checks = [Check("torch", True, f"Version {version} is installed."), _gpu(torch, machine)]
    torchvision = looks.get("torchvision")
    if torchvision is not None and not _is_absent(torchvision, "torchvision"):
        checks.append(_torchvision(torchvision, version))
    return [*checks, *_detectron2(looks, torch, machine)]


def _gpu(torch: Look, machine: Machine) -> Check:
    gpus, cuda = torch.value["gpus"], torch.value["cuda"]
    if gpus:
        return Check("GPU", True, f"torch sees {gpus} GPU(s), by CUDA {cuda}.")
    if not machine.nvidia:
        return Check("GPU", True, "There is no NVIDIA GPU here: torch runs on the CPU.")
    if cuda is None:
        sentence = "There is an NVIDIA GPU, but this torch was built without CUDA."
        return Check("GPU", False, sentence, CUDA_TORCH)
    sentence = f"There is an NVIDIA driver, but torch, built for CUDA {cuda}, sees no GPU."
    cure = f"Update the driver, or install a torch for an older CUDA. {CUDA_TORCH}"
    return Check("GPU", False, sentence, cure)


def _torchvision(look: Look, torch_version: str) -> Check:
    if look.well:
        return Check("torchvision", True, f"Version {look.value} fits this torch.")
    sentence = f"torchvision does not fit torch {torch_version} ({look.value})."
    return Check("torchvision", False, sentence, f"pip {_AGAIN} torch torchvision")


def _detectron2(looks: Mapping[str, Look], torch: Look, machine: Machine) -> list[Check]:
    detectron2 = looks.get("detectron2", Look(False, "it was not looked at"))
    if _is_absent(detectron2, "detectron2"):
        sentence = "It is not installed; it is built on this machine, for this torch."
        return [Check("Detectron2", False, sentence, INSTALL_DETECTRON2), *_builder(machine)]
    if not detectron2.well:
        sentence = f"It is installed but cannot be imported ({detectron2.value})."
        return [Check("Detectron2", False, sentence, BUILD_AGAIN), *_builder(machine)]
    checks = [Check("Detectron2", True, f"Version {detectron2.value} can be imported.")]
    checks += _operators(looks.get("operators", Look(False, "")), torch, machine)
    if not machine.pkg_resources:
        sentence = (
            "pkg_resources is missing, which Detectron2's own model_zoo imports; only LazyConfigs "
            "that use it fail."
        )
        checks.append(Check("Detectron2's zoo", False, sentence, 'pip install "setuptools<81"'))
    return checks


def _operators(look: Look, torch: Look, machine: Machine) -> list[Check]:
    subject = "Detectron2's operators"
    if not look.well:
        sentence = (
            "They cannot be loaded, as happens where they were built for another torch "
            f"({look.value}); models with deformable convolutions cannot run."
        )
        return [Check(subject, False, sentence, BUILD_AGAIN), *_builder(machine)]
    if torch.value["gpus"] and not look.value["cuda"]:
        sentence = (
            "They were built without CUDA; models with deformable convolutions cannot run on the "
            "GPU, all others can."
        )
        return [Check(subject, False, sentence, f"FORCE_CUDA=1 {BUILD_AGAIN}")]
    return [Check(subject, True, "They can be loaded.")]


def _builder(machine: Machine) -> list[Check]:
    """What is missing to build Detectron2."""
    if machine.compiler and machine.headers:
        return []
    missing = [
        name
        for name, there in (
            ("a C++ compiler", machine.compiler),
            ("Python's headers", machine.headers),
        )
        if not there
    ]
    known = next((line for program, line in _INSTALL_COMPILER if shutil.which(program)), "")
    cure = known or f"Install {' and '.join(missing)}."
    return [
        Check("Compiler", False, f"Detectron2 needs {' and '.join(missing)} to be built.", cure)
    ]


def _is_absent(look: Look, module: str) -> bool:
    return not look.well and f"No module named '{module}'" in str(look.value)
