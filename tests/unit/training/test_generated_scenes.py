"""Generated scenes and imitated coarse masks: the same from the same seed, and never unusable."""

import re
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.metrics import iou
from training.coarse_masks import imitate_coarse_mask
from training.scenes import make_scene
from training.texture_bank import TextureBank

SIDE = 96
TEXTURES = Path(__file__).parents[3] / "training" / "textures"


def rng_of(number):
    return np.random.default_rng((11, number))


@pytest.fixture(scope="module")
def scenes(bank):
    return [make_scene(rng_of(number), SIDE, bank) for number in range(12)]


def test_the_same_number_gives_the_same_scene_and_another_number_another(bank, scenes):
    again = make_scene(rng_of(0), SIDE, bank)

    np.testing.assert_array_equal(again.image, scenes[0].image)
    np.testing.assert_array_equal(again.truth, scenes[0].truth)
    images = {scene.image.tobytes() for scene in scenes}
    assert len(images) == len(scenes)


def test_scenes_are_rgb_photos_whose_subject_shows(scenes):
    for scene in scenes:
        assert scene.image.shape == (SIDE, SIDE, 3)
        assert scene.image.dtype == np.uint8
        assert scene.image.std() > 1
        assert 0.01 < scene.truth.mean() < 0.9


def test_parts_belong_to_the_subject_and_neighbours_do_not(scenes):
    assert any(scene.parts for scene in scenes)
    assert any(scene.neighbours.any() for scene in scenes)
    for scene in scenes:
        assert not (scene.neighbours & scene.truth).any()
        for part in scene.parts:
            assert part.any()
            assert not (part & ~scene.truth).any()


def test_the_same_seed_gives_the_same_coarse_mask_and_another_seed_another(scenes):
    first, again, other = (
        [imitate_coarse_mask(np.random.default_rng(seed), scene) for scene in scenes]
        for seed in (3, 3, 4)
    )

    np.testing.assert_array_equal(first, again)
    assert any((one != two).any() for one, two in zip(first, other, strict=True))


def test_coarse_masks_are_of_the_subject_wrong_at_its_rim_and_sometimes_right(scenes):
    rng = np.random.default_rng(5)
    overlaps = np.array(
        [iou(imitate_coarse_mask(rng, scene), scene.truth) for scene in scenes for _ in range(12)]
    )

    assert overlaps.min() >= 0.5
    assert 0.02 < (overlaps == 1).mean() < 0.4
    assert np.mean(overlaps < 0.95) > 0.3


def test_without_photographs_there_is_no_bank(tmp_path):
    with pytest.raises(FileNotFoundError, match="no textures"):
        TextureBank(0, [tmp_path])


def test_the_list_of_textures_names_each_file_once():
    listed = re.findall(r"^\| `([^`]+)` \|", (TEXTURES / "README.md").read_text("utf-8"), re.M)

    assert sorted(listed) == sorted(path.name for path in TEXTURES.glob("*.jpg"))
