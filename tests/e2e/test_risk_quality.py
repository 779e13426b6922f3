"""The script that measures risks, on a measuring set of two photos."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "risk_quality.py"


def measure(data: Path, out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "--data", data, "--sets", "disks", "--out", out]
    return subprocess.run(
        [*map(str, command), "--refiners", "grabcut", *words],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_prints_tables_and_json_and_draws(data: Path, tmp_path: Path):
    out, projects = tmp_path / "curves", tmp_path / "projects"
    done = measure(data, out, "--ablate", "--gate", "0", "--projects", str(projects))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[2].startswith("| grabcut | disks | 2 | 0.0% (0) | – | – | 1.000 [1.000, 1.000] |")
    figures = json.loads(lines[-1])
    risk = figures["risk"]["grabcut"]["disks"]
    assert risk["instances"] == 2
    # Nothing was harmed: there is no order to be right about, and all could be accepted.
    assert risk["quality"]["auroc"] is None
    assert risk["quality"]["coverage"] == 1
    gate = figures["gate"]["grabcut"]["disks"]
    assert gate["gated"] == gate["coarse"] != gate["refined"]
    assert figures["ablation"] == {"grabcut": []}
    for name in ("roc", "risk-coverage", "reliability"):
        assert ElementTree.parse(out / f"{name}.svg").getroot().tag.endswith("svg")

    again = measure(data, out, "--ablate", "--gate", "0", "--projects", str(projects))
    assert again.stdout == done.stdout
    assert "0 instances refined" in again.stderr


def test_a_gate_is_a_probability(data: Path, tmp_path: Path):
    done = measure(data, tmp_path / "curves", "--gate", "2")
    assert done.returncode != 0
    assert "--gate must be between 0 and 1" in done.stderr
