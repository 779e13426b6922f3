"""Which weights are known, where they are looked for, and that none but good ones are loaded."""

import hashlib
import re

import pytest

from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.weights import files as weights
from segrefine_gui.engines.weights.files import OFFLINE_VARIABLE, WeightsFile, file_hash, find

CONTENT = b"weights" * 1000
TOY = WeightsFile(
    "toy", "toy.pth", "http://x/model", "md5:" + hashlib.md5(CONTENT).hexdigest(), 7000,
    "the refiner toy",
)  # fmt: skip


def test_finds_the_file_in_the_folder_before_anywhere_else(tmp_path):
    elsewhere = tmp_path / "elsewhere" / "model"
    file = WeightsFile("toy", "toy.pth", "", "md5:", 0, "the refiner toy", str(elsewhere))
    assert find(file, tmp_path) is None
    elsewhere.parent.mkdir()
    elsewhere.touch()
    assert find(file, tmp_path) == elsewhere
    (tmp_path / "toy.pth").touch()
    assert find(file, tmp_path) == tmp_path / "toy.pth"


def test_file_hash_is_sha256(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    assert file_hash(path) == "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    with pytest.raises(WeightsError, match="cannot be read"):
        file_hash(tmp_path / "missing")


def test_the_offline_folder_is_looked_at_first(tmp_path, monkeypatch):
    offline = tmp_path / "offline"
    monkeypatch.setenv(OFFLINE_VARIABLE, str(offline))
    (tmp_path / "toy.pth").write_bytes(CONTENT)
    assert find(TOY, tmp_path) == tmp_path / "toy.pth"
    offline.mkdir()
    (offline / "toy.pth").write_bytes(CONTENT)
    assert find(TOY, tmp_path) == offline / "toy.pth"
    options = EngineOptions(weights_folder=tmp_path)
    assert weights.require(TOY, options) == (offline / "toy.pth", file_hash(offline / "toy.pth"))
    assert weights.status(TOY, options, "1.0").weights == offline / "toy.pth"


def test_a_damaged_file_is_named_kept_aside_and_never_loaded(tmp_path):
    path = tmp_path / "toy.pth"
    path.write_bytes(CONTENT[:-1])
    options = EngineOptions(weights_folder=tmp_path)
    with pytest.raises(WeightsError, match="segrefine weights fetch toy") as damaged:
        weights.require(TOY, options)
    assert str(path) in damaged.value.sentence
    assert "kept aside as toy.pth.corrupt" in damaged.value.sentence
    assert (tmp_path / "toy.pth.corrupt").read_bytes() == CONTENT[:-1]
    with pytest.raises(WeightsError, match="missing"):
        weights.require(TOY, options)


def test_a_damaged_file_elsewhere_is_named_and_left(tmp_path, monkeypatch):
    offline = tmp_path / "offline"
    offline.mkdir()
    monkeypatch.setenv(OFFLINE_VARIABLE, str(offline))
    (offline / "toy.pth").write_bytes(b"damaged")
    own = tmp_path / "own"
    options = EngineOptions(weights_folder=own)
    with pytest.raises(WeightsError, match="remove or replace it") as damaged:
        weights.require(TOY, options)
    assert str(offline / "toy.pth") in damaged.value.sentence
    assert (offline / "toy.pth").read_bytes() == b"damaged"
    own.mkdir()
    (own / "toy.pth").write_bytes(CONTENT)
    assert weights.require(TOY, options)[0] == own / "toy.pth"


def test_a_file_of_ones_own_is_taken_as_it_is(tmp_path):
    own = tmp_path / "own.pth"
    own.write_bytes(b"own")
    options = EngineOptions(weights_folder=tmp_path, weights=own)
    assert weights.require(TOY, options) == (own, file_hash(own))
    with pytest.raises(WeightsError, match="no weights file"):
        weights.require(TOY, EngineOptions(tmp_path, weights=tmp_path / "gone.pth"))


def test_known_weights_are_fetched_over_https_and_checked():
    for name, file in weights.KNOWN_WEIGHTS.items():
        assert file.name == name
        assert file.url.startswith("https://")
        assert re.fullmatch(r"(md5|sha256):[0-9a-f]{6,64}", file.hash)
        assert file.size > 100_000_000
