"""What is missing for the engines on torch is found, and said with what mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segrefine_gui.engines.torch_base import checks
from segrefine_gui.engines.torch_base.checks import Check, Machine, this_machine
from segrefine_gui.engines.torch_base.probe import Look

WHOLE = Machine(compiler=True, headers=True, nvidia=False, pkg_resources=True)
TORCH = Look(True, {"version": "2.6", "cuda": "12.4", "gpus": 0})
LOOKS = {
    "torch": TORCH,
    "torchvision": Look(True, "0.21"),
    "detectron2": Look(True, "0.6"),
    "operators": Look(True, {"cuda": False}),
}


def found(machine: Machine = WHOLE, **looks: Look) -> dict[str, Check]:
    return {each.subject: each for each in checks.torch_checks({**LOOKS, **looks}, machine)}


def torch_with(**values: object) -> Look:
    return Look(True, {**TORCH.value, **values})


def test_nothing_has_to_be_mended_where_all_is_well() -> None:
    every = found()
    assert list(every) == ["torch", "GPU", "torchvision", "Detectron2", "Detectron2's operators"]
    assert all(check.well and not check.cure for check in every.values())


def test_a_machine_without_torch_is_left_in_peace() -> None:
    absent = Look(False, "ModuleNotFoundError: No module named 'torch'")
    assert found(torch=absent, torchvision=absent, detectron2=absent) == {}
    assert checks.torch_checks({}, WHOLE)[0].well is False


def test_a_torch_that_cannot_be_imported_is_installed_again() -> None:
    (torch,) = found(torch=Look(False, "OSError: libcudart.so.12")).values()
    assert not torch.well
    assert "libcudart" in torch.sentence
    assert "--force-reinstall" in torch.cure


@pytest.mark.parametrize(
    ("torch", "nvidia", "well", "said"),
    [
        (torch_with(gpus=2), True, True, "sees 2 GPU"),
        (torch_with(), False, True, "runs on the CPU"),
        (torch_with(cuda=None), True, False, "built without CUDA"),
        (torch_with(), True, False, "built for CUDA 12.4, sees no GPU"),
    ],
)
def test_a_gpu_that_torch_does_not_see(torch: Look, nvidia: bool, well: bool, said: str) -> None:
    gpu = found(replace(WHOLE, nvidia=nvidia), torch=torch)["GPU"]
    assert gpu.well is well
    assert said in gpu.sentence
    assert bool(gpu.cure) is not well


def test_a_torchvision_for_another_torch() -> None:
    broken = Look(False, "RuntimeError: operator torchvision::nms does not exist")
    torchvision = found(torchvision=broken)["torchvision"]
    assert not torchvision.well
    assert torchvision.cure == "pip install --force-reinstall torch torchvision"
    assert "torchvision" not in found(torchvision=Look(False, "No module named 'torchvision'"))


def test_detectron2_that_is_not_installed_comes_with_its_command() -> None:
    absent = Look(False, "ModuleNotFoundError: No module named 'detectron2'")
    every = found(detectron2=absent, operators=absent)
    assert not every["Detectron2"].well
    assert 'pip install "setuptools<81"' in every["Detectron2"].cure
    assert "--no-build-isolation" in every["Detectron2"].cure
    assert "Compiler" not in every


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (replace(WHOLE, compiler=False), "needs a C++ compiler to be built"),
        (replace(WHOLE, headers=False), "needs Python's headers to be built"),
    ],
)
def test_what_building_it_needs_is_said_where_it_has_to_be_built(
    monkeypatch: pytest.MonkeyPatch, machine: Machine, said: str
) -> None:
    monkeypatch.setattr(checks.shutil, "which", lambda name: name == "apt-get")
    absent = Look(False, "ModuleNotFoundError: No module named 'detectron2'")
    compiler = found(machine, detectron2=absent)["Compiler"]
    assert said in compiler.sentence
    assert compiler.cure == "sudo apt-get install -y g++ python3-dev"
    assert "Compiler" not in found(machine)
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    assert found(machine, detectron2=absent)["Compiler"].cure.startswith("Install ")


def test_operators_of_another_torch() -> None:
    broken = Look(False, "ImportError: undefined symbol: _ZN3c10")
    operators = found(operators=broken)["Detectron2's operators"]
    assert not operators.well
    assert "undefined symbol" in operators.sentence
    assert "--force-reinstall --no-deps --no-build-isolation" in operators.cure


def test_operators_without_cuda_matter_only_on_a_gpu() -> None:
    on_gpu = found(torch=torch_with(gpus=1))["Detectron2's operators"]
    assert not on_gpu.well
    assert on_gpu.cure.startswith("FORCE_CUDA=1 pip install")
    cuda = Look(True, {"cuda": True})
    assert found(torch=torch_with(gpus=1), operators=cuda)["Detectron2's operators"].well


def test_detectron2_that_cannot_be_imported() -> None:
    broken = Look(False, "AttributeError: module 'PIL.Image' has no attribute 'LINEAR'")
    every = found(detectron2=broken)
    assert not every["Detectron2"].well
    assert "LINEAR" in every["Detectron2"].sentence
    assert "Detectron2's operators" not in every


def test_newer_setuptools_lack_what_the_zoo_imports() -> None:
    zoo = found(replace(WHOLE, pkg_resources=False))["Detectron2's zoo"]
    assert not zoo.well
    assert zoo.cure == 'pip install "setuptools<81"'


def test_this_machine_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    assert this_machine().compiler is False
    monkeypatch.setattr(checks.shutil, "which", lambda name: name == "clang++")
    assert this_machine().compiler is True
