"""Files of SAM 2 that are missing, damaged, hostile or of another network, and good ones."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from support.sam2_models import make_model

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.prompts import Mark, Prompt
from segrefine_gui.engines.base import EngineOptions, models_of
from segrefine_gui.engines.sam2 import interactor as sam2
from segrefine_gui.engines.sam2.configuration import MAX_BYTES, published
from segrefine_gui.engines.sam2.interactor import Sam2Factory
from segrefine_gui.engines.weights.files import OFFLINE_VARIABLE, SAM2, file_hash

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")
safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
pytestmark = pytest.mark.engines

PROMPT = Prompt((Mark(((20.0, 20.0),)),))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made")
    make_model(made)
    return made


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A good model, for the test to spoil."""
    folder = tmp_path / "model"
    shutil.copytree(made, folder)
    return folder


def load(folder: Path, **changes):
    return Sam2Factory().load(EngineOptions(folder, device="cpu", model=str(folder), **changes))


def masks(interactor) -> list[np.ndarray]:
    photo = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    embedding = interactor.embed(photo, CancelToken())
    return [each.soft.values for each in interactor.predict(embedding, PROMPT, CancelToken())]


def change(path: Path, *keys: str, value: object) -> None:
    """Give a value in a JSON file another one."""
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(json.dumps(content))


def rewrite(path: Path, change) -> None:
    """Write the weights anew, changed."""
    weights = safetensors.load_file(path)
    path.unlink()
    safetensors.save_file(change(weights), path)


def test_models_in_the_weights_folder_are_listed_and_found_by_name(folder):
    inside = folder.parent
    (inside / "other").mkdir()
    (inside / "a file").touch()
    options = EngineOptions(inside, device="cpu", model="model")
    assert models_of(Sam2Factory(), options) == ("model",)
    assert Sam2Factory().status(options).usable
    assert Sam2Factory().load(options).run.parameters == {"model": "model"}
    assert models_of(Sam2Factory(), EngineOptions(inside / "nowhere")) == ()


def test_how_it_was_set_up_is_recorded(folder):
    interactor = load(folder)
    assert interactor.run.engine == "sam2"
    assert interactor.run.version == transformers.__version__
    assert interactor.run.parameters == {"model": "model"}
    assert interactor.run.weights_hash == file_hash(folder / "model.safetensors")
    assert interactor.run.device == "cpu"


def test_a_file_for_videos_in_half_precision_is_good(folder):
    expected = masks(load(folder))

    def for_videos(weights):
        halves = {name: values.half() for name, values in weights.items()}
        return halves | {"memory_encoder.projection.weight": torch.zeros(2, 3)}

    rewrite(folder / "model.safetensors", for_videos)
    change(folder / "config.json", "model_type", value="sam2_video")
    found = masks(load(folder))
    assert all(values.dtype == torch.float32 for values in load(folder)._network.parameters())
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.shape == theirs.shape
        assert np.abs(mine.astype(int) - theirs).max() < 40


def test_the_published_network_is_loaded_from_a_file_of_ones_own(tmp_path):
    network = transformers.Sam2Model(published())
    own = tmp_path / "own.safetensors"
    weights = {name: values.clone() for name, values in network.state_dict().items()}
    safetensors.save_file(weights, own)
    options = EngineOptions(tmp_path, device="cpu", weights=own)
    assert Sam2Factory().status(options).usable
    interactor = Sam2Factory().load(options)
    assert interactor.run.weights_hash == file_hash(own)
    assert interactor.run.parameters == {"model": "tiny"}
    assert interactor._side == 1024
    for name, values in interactor._network.state_dict().items():
        assert torch.equal(values, weights[name])


def test_without_the_published_weights_it_says_how_to_get_them(tmp_path):
    options = EngineOptions(tmp_path, device="cpu")
    status = Sam2Factory().status(options)
    assert not status.usable
    assert "segrefine weights fetch sam2" in status.problem
    with pytest.raises(WeightsError, match="segrefine weights fetch sam2"):
        Sam2Factory().load(options)


def test_other_weights_under_the_published_name_are_kept_aside(made, tmp_path):
    path = tmp_path / SAM2.file_name
    shutil.copy(made / "model.safetensors", path)
    with pytest.raises(WeightsError, match="damaged or not the one for the interactor sam2"):
        Sam2Factory().load(EngineOptions(tmp_path, device="cpu"))
    assert not path.exists()
    assert path.with_name(path.name + ".corrupt").is_file()


def test_damaged_weights_in_the_offline_folder_are_named_and_left(tmp_path, monkeypatch):
    path = tmp_path / "offline" / SAM2.file_name
    path.parent.mkdir()
    path.write_bytes(b"not these")
    monkeypatch.setenv(OFFLINE_VARIABLE, str(path.parent))
    with pytest.raises(WeightsError, match="remove or replace it") as damaged:
        Sam2Factory().load(EngineOptions(tmp_path, device="cpu"))
    assert str(path) in damaged.value.sentence
    assert path.is_file()


def test_what_is_not_installed_is_said_with_the_line_that_installs_it(tmp_path, monkeypatch):
    found = sam2.version_of
    monkeypatch.setattr(
        sam2, "version_of", lambda name, module: "" if name == "transformers" else found(name, name)
    )
    options = EngineOptions(tmp_path)
    status = Sam2Factory().status(options)
    assert (status.usable, status.version) == (False, "")
    assert status.problem == (
        'transformers is not installed: run `pip install "segrefine-gui[prompts]"`, '
        "then `segrefine weights fetch sam2`."
    )
    with pytest.raises(EngineError, match="segrefine-gui\\[prompts\\]"):
        Sam2Factory().load(options)


@pytest.mark.parametrize("gone", ["config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_no_model(folder, gone):
    (folder / gone).unlink()
    options = EngineOptions(folder, model=str(folder))
    assert gone in Sam2Factory().status(options).problem
    with pytest.raises(EngineError, match=f"it lacks {gone}"):
        Sam2Factory().load(options)


class Bomb:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_is_no_weights_file_and_is_not_run(folder):
    went_off = folder / "went-off"
    (folder / "model.safetensors").write_bytes(pickle.dumps(Bomb(went_off)))
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(folder)
    torch.save({"weights": torch.zeros(3)}, folder / "model.safetensors")
    with pytest.raises(WeightsError, match="not a safetensors file"):
        load(folder)
    assert not went_off.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        struct.pack("<Q", 1 << 60) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 60) + b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4000000]}}',
    ],
    ids=["empty", "short", "an endless head", "nothing in it", "less than it says"],
)
def test_damaged_weights_are_one_sentence(folder, content):
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match=r"model\.safetensors is"):
        load(folder)


def test_cut_off_weights_are_one_sentence(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="damaged"):
        load(folder)


def drop_one(weights):
    return {name: values for name, values in weights.items() if name != "no_memory_embedding"}


def of_another_size(weights):
    return weights | {"no_memory_embedding": torch.zeros(1, 1, 33)}


def with_more(weights):
    return weights | {"another.layer": torch.zeros(1)}


@pytest.mark.parametrize(
    ("spoil", "detail"),
    [
        (drop_one, "1 missing: no_memory_embedding"),
        (of_another_size, "1 of another size: no_memory_embedding"),
        (with_more, "1 not of this network: another.layer"),
    ],
)
def test_weights_of_another_network_are_refused(folder, spoil, detail):
    rewrite(folder / "model.safetensors", spoil)
    with pytest.raises(WeightsError, match="of another network") as refused:
        load(folder)
    assert detail in refused.value.detail


def test_weights_that_are_no_numbers_are_refused(folder):
    rewrite(
        folder / "model.safetensors",
        lambda weights: weights | {"no_memory_embedding": torch.full((1, 1, 32), torch.nan)},
    )
    with pytest.raises(WeightsError, match="values without meaning"):
        load(folder)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("model_type",), "bert"),
        (("model_type",), ["sam2"]),
        (("vision_config",), None),
        (("vision_config", "backbone_config"), [1, 2]),
        (("vision_config", "backbone_config", "hidden_size"), 10**12),
        (("vision_config", "backbone_config", "hidden_size"), -8),
        (("vision_config", "backbone_config", "hidden_size"), True),
        (("vision_config", "backbone_config", "hidden_size"), "8"),
        (("vision_config", "backbone_config", "blocks_per_stage"), [1] * 10_000),
        (("vision_config", "backbone_config", "blocks_per_stage"), [[[1]]]),
        (("vision_config", "backbone_feature_sizes"), [[10**9, 10**9]] * 3),
        (("vision_config", "backbone_config", "mlp_ratio"), float("nan")),
        (("prompt_encoder_config", "image_size"), 10**6),
        (("prompt_encoder_config", "image_size"), 0),
        (("prompt_encoder_config", "patch_size"), 0),
        (("mask_decoder_config", "num_hidden_layers"), 10**7),
        (("mask_decoder_config", "num_attention_heads"), 5),
    ],
)
def test_a_hostile_configuration_is_one_sentence(folder, keys, value):
    change(folder / "config.json", *keys, value=value)
    with pytest.raises(EngineError, match="onfiguration") as refused:
        load(folder)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000, b"1" * 5000, b" " * (MAX_BYTES + 1)],
    ids=["empty", "no text", "a list", "cut off", "deep", "a long number", "large"],
)
def test_what_is_no_configuration_is_one_sentence(folder, content):
    (folder / "config.json").write_bytes(content)
    with pytest.raises(EngineError, match="onfiguration"):
        load(folder)


def test_a_configuration_names_no_code_that_is_run(folder):
    (folder / "code.py").write_text("raise SystemExit('it was run')")
    for key in ("auto_map", "custom_pipelines"):
        change(folder / "config.json", key, value={"AutoModel": "code.Model"})
    change(folder / "config.json", "vision_config", "auto_map", value={"AutoModel": "code.Model"})
    assert masks(load(folder))
