from __future__ import annotations

import json
from pathlib import Path

import pytest

from segrefine_gui.storage.settings import Settings, load_settings, save_settings


def test_settings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(
        ("/a.segrefine",),
        "ann",
        "dark",
        {"geometry": "AAAA"},
        "cvat",
        {"drop": ("Del", "Backspace")},
        {"risky": {"risk": [0.5, 1.0]}},
        {"sort": "risk", "descending": True},
        0.25,
    )
    save_settings(settings, path)
    assert load_settings(path) == settings
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.json") == Settings()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1, 2]",
        "null",
        "[" * 100_000,
        "\x00",
        '{"theme": 3, "window": [1], "reviewer": ""}',
        '{"order": "risk", "change_risk_limit": 7.5}',
        '{"change_risk_limit": NaN}',
    ],
)
def test_damaged_settings_fall_back_to_defaults(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    assert load_settings(path) == Settings()


def test_what_is_understood_is_kept_beside_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    values = {"theme": "pink", "reviewer": "ann", "recent_projects": ["/a", 3], "new": {}}
    path.write_text(json.dumps(values))
    assert load_settings(path) == Settings(("/a",), "ann", "system", {})


def test_recent_projects_are_unique_newest_first_and_few() -> None:
    settings = Settings()
    for number in range(12):
        settings = settings.with_recent(Path(f"/{number}.segrefine"))
    settings = settings.with_recent(Path("/9.segrefine"))
    assert settings.recent_projects[:2] == ("/9.segrefine", "/11.segrefine")
    assert len(settings.recent_projects) == len(set(settings.recent_projects)) == 8


def test_a_failed_save_leaves_the_old_settings(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    save_settings(Settings(reviewer="ann"), path)
    with pytest.raises(TypeError):
        save_settings(Settings(window={"a": object()}), path)  # type: ignore[dict-item]
    assert load_settings(path).reviewer == "ann"
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]
