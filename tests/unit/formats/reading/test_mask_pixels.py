from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from segrefine_gui.domain.errors import FormatError
from segrefine_gui.formats.reading import mask_pixels
from segrefine_gui.formats.reading.mask_pixels import (
    Kind,
    mask_images,
    read_mask_image,
    sample_kinds,
)

MASK = np.zeros((20, 30), dtype=np.uint8)
MASK[4:15, 5:20] = 1
LABELS = MASK.copy()
LABELS[8:18, 12:25] = 2
NOISE = np.random.default_rng(1).integers(0, 256, (20, 30), dtype=np.uint8)


def save(path: Path, image: PIL.Image.Image | np.ndarray, **options: object) -> Path:
    if isinstance(image, np.ndarray):
        image = PIL.Image.fromarray(image)
    image.save(path, **options)
    return path


def palette_image(indices: np.ndarray) -> PIL.Image.Image:
    image = PIL.Image.fromarray(indices).convert("P")
    image.putdata(indices.ravel().tolist())
    image.putpalette(np.random.default_rng(0).integers(0, 256, 768).tolist())
    return image


@pytest.mark.parametrize(
    "image",
    [
        MASK * np.uint8(255),
        MASK,
        MASK * np.uint8(7),
        MASK > 0,
        palette_image(MASK),
        np.dstack([MASK * 255] * 3),
        np.dstack([MASK * 255, MASK * 0, MASK * 9]),
        np.dstack([MASK * 255] * 3 + [MASK * 0 + 255]),
        np.dstack([NOISE, NOISE, NOISE, MASK * 255]),
        np.dstack([MASK * 0, MASK * 0, MASK * 0, MASK * 255]),
        PIL.Image.merge("LA", [PIL.Image.fromarray(MASK * 255)] * 2),
    ],
    ids=[
        "0 and 255",
        "0 and 1",
        "0 and 7",
        "1 bit",
        "palette",
        "grey as RGB",
        "one colour",
        "opaque RGBA",
        "cut out by alpha",
        "black cut out by alpha",
        "grey with alpha",
    ],
)
def test_one_mask(tmp_path, image):
    values, kind = read_mask_image(save(tmp_path / "a.png", image))
    assert kind is Kind.MASK
    np.testing.assert_array_equal(values != 0, MASK > 0)


@pytest.mark.parametrize("value", [0, 255])
def test_all_or_nothing_is_a_mask_too(tmp_path, value):
    values, kind = read_mask_image(save(tmp_path / "a.png", np.full((3, 4), value, np.uint8)))
    assert kind is Kind.MASK
    assert values.shape == (3, 4)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (LABELS, "a.png"),
        (LABELS, "a.tif"),
        (LABELS.astype(np.uint16) * 300, "a.png"),
        (LABELS.astype(np.uint16) * 300, "a.tif"),
        (MASK.astype(np.uint16), "a.png"),
        (LABELS.astype(np.int32), "a.tif"),
        (palette_image(LABELS), "a.png"),
        (np.where(LABELS == 0, 1, LABELS).astype(np.uint8), "a.png"),
    ],
)
def test_label_maps_keep_their_values(tmp_path, image, name):
    values, kind = read_mask_image(save(tmp_path / name, image))
    assert kind is Kind.LABELS
    np.testing.assert_array_equal(values, np.asarray(image))


def test_the_void_index_of_voc_is_background(tmp_path):
    bordered = LABELS.copy()
    bordered[3] = 255
    values, _ = read_mask_image(save(tmp_path / "a.png", palette_image(bordered)))
    assert np.unique(values).tolist() == [0, 1, 2]


def test_photos_and_soft_masks_are_pictures(tmp_path):
    smooth = cv2.resize(NOISE, (300, 200), interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(cv2.resize(MASK * 255, (300, 200)), (0, 0), 3)
    colours = np.dstack([NOISE, NOISE[::-1], NOISE])
    for number, image in enumerate([NOISE, smooth, soft, colours]):
        path = save(tmp_path / f"{number}.png", image)
        assert read_mask_image(path)[1] is Kind.PICTURE, number


def test_damaged_files(tmp_path, monkeypatch):
    whole = save(tmp_path / "a.png", NOISE).read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "text.tif").write_text("hello")
    (tmp_path / "empty.png").touch()
    save(tmp_path / "float.tif", np.zeros((3, 4), dtype=np.float32))
    save(tmp_path / "negative.tif", np.full((3, 4), -1, dtype=np.int32))
    for name in ("cut.png", "text.png", "text.tif", "empty.png", "float.tif", "negative.tif"):
        with pytest.raises(FormatError) as caught:
            read_mask_image(tmp_path / name)
        assert name in caught.value.sentence
    with pytest.raises(FormatError, match="damaged"):
        read_mask_image(tmp_path / "none.png")
    monkeypatch.setattr(mask_pixels, "MAX_PIXELS", 599)
    with pytest.raises(FormatError, match="too large"):
        read_mask_image(tmp_path / "a.png")


def test_folders_are_searched_without_hidden_files(tmp_path):
    for name in ("b/2.PNG", "a.png", ".x/a.png", "b/.a.png", "c.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in mask_images(tmp_path, (".png",))]
    assert found == ["a.png", "b/2.PNG"]


@pytest.mark.parametrize("count", [0, 1, 16, 17, 100])
def test_samples_are_few_and_spread(tmp_path, count):
    files = [save(tmp_path / f"{i:03}.png", MASK) for i in range(count)]
    sampled = list(sample_kinds(files))
    assert min(count, 9) <= len(sampled) <= 16
    if count:
        assert sampled[0] == files[0]
        assert files.index(sampled[-1]) >= count - count // 8 - 1
