"""The probe looks in a process of its own: at what is here, and at what is broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from segrefine_gui.engines.torch_base.probe import Look, look

pytestmark = pytest.mark.engines


def with_modules(folder: Path, **modules: str) -> dict[str, str]:
    """An environment in which these modules, given as source, come before installed ones."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def test_it_finds_what_is_here() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    found = look()
    assert found["torch"] == Look(
        True,
        {
            "version": torch.__version__,
            "cuda": torch.version.cuda,
            "gpus": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        },
    )
    assert list(found) == ["torch", "torchvision", "detectron2", "operators"]


def test_it_finds_detectron2_and_its_operators() -> None:
    pytest.importorskip("detectron2", reason="Detectron2 is not installed")
    found = look()
    assert found["detectron2"].well
    assert found["operators"].well


BROKEN = {
    "torch": "raise OSError('libcudart.so.12: cannot open shared object file')",
    "torchvision": "raise RuntimeError('operator torchvision::nms does not exist')",
    "detectron2": "raise ImportError('undefined symbol: _ZN3c10')",
}


def test_what_cannot_be_imported_is_said(tmp_path: Path) -> None:
    found = look(with_modules(tmp_path, **BROKEN))
    assert not any(each.well for each in found.values())
    assert found["torch"].value == "OSError: libcudart.so.12: cannot open shared object file"
    assert "undefined symbol" in found["detectron2"].value


def test_a_library_that_ends_the_process_is_said(tmp_path: Path) -> None:
    crash = "import os; print('{ not ours', flush=True); os.abort()"
    found = look(with_modules(tmp_path, **{**BROKEN, "detectron2": crash}))
    assert list(found) == ["torch", "torchvision", "detectron2"]
    assert "Python ended with code" in found["detectron2"].value
