"""What a person chooses for a segmenter, and what it comes to on each device."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.torch_base.segmenter_parameters import (
    GPU_BATCH,
    SegmenterSettings,
    check_classes,
    segmenter_parameters,
)


def settings(device: str = "cpu", **values: object) -> SegmenterSettings:
    options = EngineOptions(Path(), score_threshold=0.25, parameters=values)
    return SegmenterSettings.read(segmenter_parameters(["cat", "dog"]), options, "net", device)


def test_where_a_person_says_nothing_the_model_decides() -> None:
    alone = settings()
    assert (alone.threshold, alone.classes, alone.longest_side, alone.detections) == (
        0.25,
        (),
        0,
        0,
    )
    assert alone.batch == 1
    assert settings("cuda:1").batch == GPU_BATCH
    assert alone.resized(800, 1333) == (800, 1333)


def test_what_a_person_says_holds() -> None:
    chosen = settings("cuda:0", classes=["dog"], longest_side=2666, batch=2, detections_per_image=7)
    assert (chosen.classes, chosen.batch, chosen.detections) == (("dog",), 2, 7)
    assert chosen.resized(800, 1333) == (1600, 2666)
    assert settings(longest_side=512).resized(0, 1024) == (512, 512)
    assert json.loads(json.dumps(chosen.recorded)) == {
        "score_threshold": 0.25, "classes": ["dog"], "longest_side": 2666,
        "detections_per_image": 7, "batch": 2,
    }  # fmt: skip


def test_every_parameter_is_explained() -> None:
    for parameter in segmenter_parameters([]):
        assert parameter.help.endswith(".")
        assert parameter.checked(parameter.default) == parameter.default


def test_categories_that_a_network_does_not_have_are_refused() -> None:
    check_classes(["cat"], ["cat", "dog"])
    with pytest.raises(EngineError, match=r"no category 'cot'\. Did you mean 'cat'"):
        check_classes(["cat", "cot"], ["cat", "dog"])
    with pytest.raises(EngineError, match=r"no category 'zebra'\.$"):
        check_classes(["zebra"], ["cat", "dog"])
