"""How far and how fast a job is, in words."""

from __future__ import annotations

import pytest

from segrefine_gui.domain.vitals import Vitals
from segrefine_gui.gui.controllers.job_controller import JobStatus
from segrefine_gui.gui.jobs.words import pace, progress, time_left, usage


@pytest.mark.parametrize(
    ("rate", "counts_images", "words"),
    [
        (None, False, ""),
        (123.4, False, "123 masks / s"),
        (3.44, False, "3.4 masks / s"),
        (0.5, False, "30 masks / min"),
        (0.02, True, "1.2 images / min"),
    ],
)
def test_pace(rate: float | None, counts_images: bool, words: str):
    assert pace(JobStatus("x", rate=rate, counts_images=counts_images)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.2, "1 s left"), (59, "59 s left"), (90, "2 min left"), (5400, "1.5 h left")],
)
def test_time_left(seconds: float | None, words: str):
    assert time_left(seconds) == words


def test_progress_and_usage():
    assert progress(JobStatus("x")) == ""
    assert progress(JobStatus("x", done=12, total=3400)) == "12 of 3,400"
    assert usage(None) == ""
    assert usage(Vitals("CPU", 512 << 20)) == "CPU · 512 MB memory"
    gpu = Vitals("NVIDIA H200", 3 << 30, 1 << 29, 140 << 30)
    assert usage(gpu) == "NVIDIA H200 · 3.0 GB memory · 512 MB of 140 GB GPU memory"
