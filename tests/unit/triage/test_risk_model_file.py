import json
from copy import deepcopy
from pathlib import Path

import pytest

from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.triage.additive import AdditiveModel, Curve
from segrefine_gui.triage.model_file import VERSION, RiskModel, read_model, write_model
from segrefine_gui.triage.risk import load_triage

MODEL = RiskModel(
    "grabcut",
    AdditiveModel(0.5, (Curve("depth", (0.0, 0.1), (-1.0, 1.0), 0.125),)),
    AdditiveModel(-2.0, (Curve("iou", (0.5, 0.75, 1.0), (2.0, 0.0, -1.0)),)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "risk-grabcut.json"
    write_model(MODEL, path, {"scenes": 3})
    return path


def test_what_was_written_is_read(path: Path) -> None:
    assert read_model(path) == MODEL


def test_a_folder_without_the_generic_model_is_refused(path: Path) -> None:
    with pytest.raises(WeightsError, match="generic"):
        load_triage(path.parent)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"risk-none\.json cannot be read"):
        read_model(tmp_path / "risk-none.json")


DAMAGE = {
    "another format": (["format"], "other"),
    "a later version": (["version"], VERSION + 1),
    "a version that is true": (["version"], [1]),
    "no name": (["name"], ""),
    "a name without end": (["name"], "x" * 51),
    "no changes": (["changes"], None),
    "curves that are no list": (["refinement", "curves"], {"iou": 1}),
    "a curve that is no object": (["refinement", "curves", 0], "iou"),
    "a feature that does not exist": (["refinement", "curves", 0, "feature"], "__class__"),
    "a feature of changes": (["refinement", "curves", 0, "feature"], "old_edge"),
    "one knot": (["refinement", "curves", 0, "knots"], [1.0]),
    "too many knots": (["refinement", "curves", 0, "knots"], list(range(1000))),
    "knots that fall": (["refinement", "curves", 0, "knots"], [1.0, 0.5, 2.0]),
    "knots that are text": (["refinement", "curves", 0, "knots"], ["0", "1", "2"]),
    "an infinite knot": (["refinement", "curves", 0, "knots", 2], float("inf")),
    "a height that is no number": (["refinement", "curves", 0, "heights", 1], float("nan")),
    "a height that is true": (["refinement", "curves", 0, "heights", 1], True),
    "a huge height": (["refinement", "curves", 0, "heights", 1], 10**400),
    "fewer heights than knots": (["refinement", "curves", 0, "heights"], [0.0, 1.0]),
    "no height for missing": (["refinement", "curves", 0, "missing"], None),
    "an infinite intercept": (["changes", "intercept"], float("-inf")),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_gives_one_clear_sentence(path: Path, damage: str) -> None:
    keys, value = DAMAGE[damage]
    content = deepcopy(json.loads(path.read_text()))
    part = content
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    path.write_text(json.dumps(content))
    with pytest.raises(WeightsError, match=r"risk-grabcut\.json is damaged; install"):
        read_model(path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 100_000, '{"format": "\ud800"}'.encode("utf-8", "replace")],
)
def test_a_file_that_is_no_model_at_all_is_refused(path: Path, text: str | bytes) -> None:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(WeightsError, match="damaged"):
        read_model(path)


def test_bytes_that_are_no_text_are_refused(path: Path) -> None:
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(WeightsError, match="damaged"):
        read_model(path)


def test_a_gigantic_file_is_not_read(path: Path) -> None:
    path.write_bytes(b" " * 2_000_000 + path.read_bytes())
    with pytest.raises(WeightsError, match="damaged") as caught:
        read_model(path)
    assert "too large" in caught.value.detail


def test_the_same_feature_twice_is_refused(path: Path) -> None:
    content = json.loads(path.read_text())
    content["refinement"]["curves"] *= 2
    path.write_text(json.dumps(content))
    with pytest.raises(WeightsError, match="damaged"):
        read_model(path)
