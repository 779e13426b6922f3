import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("ratio", ["1.5", "2"])
def test_pixels_are_as_exact_on_a_hidpi_screen(ratio: str):
    """Qt takes the ratio at its start only: run the pixel tests once more in a process of it."""
    pixel_tests = Path(__file__).with_name("test_mask_canvas.py")
    command = [sys.executable, "-m", "pytest", str(pixel_tests), "-q", "-p", "no:cacheprovider"]

    run = subprocess.run(
        [*command, "-k", "pixels_aligned or any_zoom or caption or swipe or fade"],
        env={**os.environ, "QT_SCALE_FACTOR": ratio},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "passed" in run.stdout
