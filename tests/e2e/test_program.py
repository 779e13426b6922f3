"""What the program says about itself and this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_help_names_every_command(segrefine) -> None:
    done = segrefine("--help")
    assert done.returncode == 0
    words = "demo review run risk export evaluate report engines models weights doctor"
    for command in words.split():
        assert command in done.stdout


def test_the_engines_are_listed_with_what_they_need(segrefine) -> None:
    done = segrefine("engines", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    for name in ("detectron2", "torchvision", "builtin", "cascadepsp", "grabcut", "guided"):
        assert name in done.stdout
    assert "Device: CPU" in done.stdout
    assert "segrefine weights fetch cascadepsp" in done.stderr or "pip install" in done.stderr


def test_the_doctor_is_well_where_the_window_opens(segrefine) -> None:
    done = segrefine("doctor", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stdout
    assert "refiner grabcut: It can run." in done.stdout
    assert "refiner builtin: It can run, with " in done.stdout
    assert "runs the built-in model on the device " in done.stdout


def test_unknown_weights_are_refused_with_the_names_there_are(segrefine) -> None:
    done = segrefine("weights", "fetch", "cascade")
    assert done.returncode != 0
    assert "cascadepsp" in done.stderr


def test_a_segmenter_with_one_model_says_so(segrefine) -> None:
    done = segrefine("models", "torchvision")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.strip()
    assert "torchvision" in segrefine("models", "nothing").stderr


def test_damaged_weights_are_kept_aside_and_every_address_is_named(
    segrefine, tmp_path: Path
) -> None:
    (tmp_path / "weights").mkdir()
    file = tmp_path / "weights" / "cascadepsp.pth"
    file.write_bytes(b"damaged")
    nobody = "http://127.0.0.1:1"
    done = segrefine(
        "weights", "fetch", "cascadepsp", "--mirror", nobody,
        SEGREFINE_HOME=str(tmp_path), HTTPS_PROXY=nobody, https_proxy=nobody,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    said = " ".join(done.stderr.split())
    assert f"{nobody}/cascadepsp.pth" in said
    assert "https://github.com/hkchengrex/CascadePSP" in said
    assert file.with_name("cascadepsp.pth.corrupt").read_bytes() == b"damaged"
    assert not file.exists()


def test_the_doctor_names_an_offline_folder_that_is_not_there(segrefine, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    done = segrefine("doctor", QT_QPA_PLATFORM="offscreen", SEGREFINE_WEIGHTS=str(gone))
    assert f"Offline weights: There is no folder {gone}." in done.stdout


def test_the_log_keeps_what_was_left_out(segrefine, tmp_path: Path) -> None:
    segrefine(
        "export", "none.segrefine", "--format", "csv", "--out", "x", SEGREFINE_HOME=str(tmp_path)
    )
    assert "There is no project" in (tmp_path / "segrefine.log").read_text()


def test_the_command_line_starts_without_torch_and_qt() -> None:
    code = "import sys, segrefine_gui.cli; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "segrefine_gui.cli" in modules
    heavy = {"torch", "torchvision", "detectron2", "segmentation_refinement", "onnxruntime"}
    heavy.add("PySide6")
    assert not heavy & set(modules)
