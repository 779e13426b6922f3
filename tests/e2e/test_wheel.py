"""The wheel holds everything the program needs, resources included."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from support.program import program

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh venv with our wheel; its dependencies are those of this Python."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder]
    subprocess.run([*build, CHECKOUT], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = folder / "venv" / scripts / Path(sys.executable).name
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True
    )
    purelib = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    own = subprocess.run([python, "-c", purelib], check=True, capture_output=True, text=True)
    borrowed = sysconfig.get_paths()["purelib"]
    (Path(own.stdout.strip()) / "zz_borrowed.pth").write_text(borrowed + "\n")
    return python


def test_the_demo_runs_from_the_wheel_in_another_folder(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed, "-c", "import segrefine_gui; print(segrefine_gui.__file__)"],
        cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert str(installed.parents[1]) in where.stdout
    done = subprocess.run(
        [program(installed), "demo", "--headless"],
        cwd=tmp_path, env={**os.environ, "SEGREFINE_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "21 instances refined." in done.stdout
    assert (tmp_path / "demo" / "samples.segrefine").is_file()


def test_training_data_and_tests_stay_out_of_the_wheel(installed: Path) -> None:
    listing = subprocess.run(
        [installed, "-m", "pip", "show", "--files", "segrefine-gui"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    files = listing.stdout
    assert "segrefine_gui/resources/samples/coarse.json" in files
    assert "segrefine_gui/resources/models/refiner.onnx" in files
    assert "segrefine_gui/py.typed" in files
    assert "tests/" not in files
    assert "benchmarks/" not in files
    assert "training/" not in files
