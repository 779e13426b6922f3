from __future__ import annotations

import io
import os
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from segrefine_gui.domain.errors import ImageError
from segrefine_gui.storage import image_io
from segrefine_gui.storage.image_io import find_images, read_rgb, read_size, read_thumbnail

RNG = np.random.default_rng(7)
RGB = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)
GREY = RNG.integers(0, 256, (5, 7), dtype=np.uint8)
DEEP_RGB = RNG.integers(0, 1 << 16, (5, 7, 3), dtype=np.uint16)
DEEP_GREY = RNG.integers(0, 1 << 16, (5, 7), dtype=np.uint16)


def save(path: Path, array: np.ndarray, mode: str | None = None, **options: object) -> Path:
    image = PIL.Image.fromarray(array)
    if mode:
        image = image.convert(mode)
    image.save(path, **options)
    return path


def grey_as_rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


def assert_reads(path: Path, expected: np.ndarray) -> None:
    pixels = read_rgb(path)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
    np.testing.assert_array_equal(pixels, expected)
    assert read_size(path) == (expected.shape[1], expected.shape[0])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.bmp", {}),
        ("a.tif", {}),
        ("a.tiff", {"compression": "tiff_lzw"}),
        ("a.tif", {"compression": "tiff_deflate"}),
        ("a.webp", {"lossless": True}),
    ],
)
def test_lossless_formats_give_the_very_pixels(tmp_path, name, options):
    assert_reads(save(tmp_path / name, RGB, **options), RGB)


@pytest.mark.parametrize("options", [{"quality": 95}, {"progressive": True}])
def test_jpeg_is_rgb_not_bgr(tmp_path, options):
    red = np.zeros((16, 24, 3), dtype=np.uint8)
    red[..., 0] = 250
    pixels = read_rgb(save(tmp_path / "a.jpg", red, **options))
    assert pixels.shape == (16, 24, 3)
    assert np.abs(pixels.astype(int) - red).max() <= 3


@pytest.mark.parametrize("name", ["grey.png", "grey.tif", "grey.bmp"])
def test_grey_is_repeated_in_three_channels(tmp_path, name):
    assert_reads(save(tmp_path / name, GREY), grey_as_rgb(GREY))


@pytest.mark.parametrize("name", ["bits.png", "bits.tif", "bits.bmp"])
def test_one_bit_images_are_black_and_white(tmp_path, name):
    assert_reads(save(tmp_path / name, GREY > 99), grey_as_rgb((GREY > 99).astype(np.uint8) * 255))


@pytest.mark.parametrize("name", ["palette.png", "palette.tif", "palette.bmp"])
def test_palette_images_show_their_colours(tmp_path, name):
    colours = np.array([[255, 0, 0], [0, 200, 10], [3, 5, 250]], dtype=np.uint8)
    indices = RNG.integers(0, 3, (5, 7)).astype(np.uint8)
    image = PIL.Image.fromarray(indices).convert("P")
    image.putpalette(colours.tobytes())
    image.putdata(indices.ravel().tolist())
    image.save(tmp_path / name)
    assert_reads(tmp_path / name, colours[indices])


def test_palette_with_transparency_keeps_its_colours(tmp_path):
    image = PIL.Image.new("P", (7, 5), 1)
    image.putpalette(bytes([0, 0, 0, 9, 8, 7]))
    image.save(tmp_path / "a.png", transparency=1)
    assert_reads(tmp_path / "a.png", np.full((5, 7, 3), (9, 8, 7), dtype=np.uint8))


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_alpha_is_dropped_not_blended(tmp_path, name):
    rgba = np.dstack([RGB, RNG.integers(0, 256, (5, 7), dtype=np.uint8)])
    options = {"lossless": True, "exact": True} if name.endswith("webp") else {}
    assert_reads(save(tmp_path / name, rgba, **options), RGB)


def test_grey_with_alpha_is_grey(tmp_path):
    image = PIL.Image.merge("LA", [PIL.Image.fromarray(GREY), PIL.Image.fromarray(GREY[::-1])])
    image.save(tmp_path / "a.png")
    assert_reads(tmp_path / "a.png", grey_as_rgb(GREY))


@pytest.mark.parametrize("ending", [".png", ".tiff"])
def test_sixteen_bit_values_lose_their_low_byte_and_are_not_clipped(tmp_path, ending):
    grey, rgb = tmp_path / f"grey{ending}", tmp_path / f"rgb{ending}"
    grey.write_bytes(cv2.imencode(ending, DEEP_GREY)[1].tobytes())
    rgb.write_bytes(cv2.imencode(ending, DEEP_RGB[..., ::-1])[1].tobytes())
    assert_reads(grey, grey_as_rgb((DEEP_GREY >> 8).astype(np.uint8)))
    assert_reads(rgb, (DEEP_RGB >> 8).astype(np.uint8))


def test_sixteen_bit_big_endian_tiff(tmp_path):
    path = tmp_path / "big.tif"
    path.write_bytes(grey_tiff(DEEP_GREY, byte_order=">", photometric=1))
    assert_reads(path, grey_as_rgb((DEEP_GREY >> 8).astype(np.uint8)))


def test_sixteen_bit_tiff_with_white_as_zero_is_not_a_negative(tmp_path):
    path = tmp_path / "inverted.tif"
    path.write_bytes(grey_tiff(DEEP_GREY, byte_order="<", photometric=0))
    assert_reads(path, grey_as_rgb(255 - (DEEP_GREY >> 8).astype(np.uint8)))


def test_float_tiff_of_shares_is_stretched(tmp_path):
    shares = np.linspace(0, 1, 35, dtype=np.float32).reshape(5, 7)
    expected = grey_as_rgb(np.rint(shares * 255).astype(np.uint8))
    assert_reads(save(tmp_path / "float.tif", shares), expected)


@pytest.mark.parametrize("value", [-0.5, 1.5, np.nan, np.inf])
def test_float_tiff_of_measurements_is_refused(tmp_path, value):
    path = save(tmp_path / "heat.tif", np.full((5, 7), value, dtype=np.float32))
    with pytest.raises(ImageError, match=r"“heat\.tif” are no colours"):
        read_rgb(path)


def test_int32_tiff_is_refused(tmp_path):
    path = save(tmp_path / "depth.tif", np.full((5, 7), 70_000, dtype=np.int32))
    with pytest.raises(ImageError, match="no colours"):
        read_rgb(path)


def test_lab_tiff_is_refused(tmp_path):
    PIL.Image.new("LAB", (7, 5)).save(tmp_path / "lab.tif")
    with pytest.raises(ImageError, match="no colours"):
        read_rgb(tmp_path / "lab.tif")


def test_cmyk_jpeg_as_adobe_stores_it_is_not_a_negative(tmp_path):
    PIL.Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    pixels = read_rgb(tmp_path / "a.jpg").astype(int)
    assert np.abs(pixels - (255, 0, 0)).max() <= 3


def test_ycck_jpeg(tmp_path):
    # An Adobe CMYK file whose marker says YCCK: the stored (inverted) C, M, Y are then Y, Cb, Cr.
    data = io.BytesIO()
    PIL.Image.new("CMYK", (16, 16), (255 - 100, 255 - 128, 255 - 128, 0)).save(
        data, "JPEG", quality=100
    )
    jpeg = bytearray(data.getvalue())
    transform = jpeg.index(b"Adobe") + 11
    assert jpeg[transform] == 0
    jpeg[transform] = 2
    (tmp_path / "a.jpg").write_bytes(jpeg)
    # libjpeg gives CMYK = 255 - RGB(100, 128, 128), inverted again as Adobe's convention asks.
    expected = np.asarray(PIL.Image.new("CMYK", (1, 1), (100, 100, 100, 0)).convert("RGB"))
    pixels = read_rgb(tmp_path / "a.jpg").astype(int)
    assert np.abs(pixels - expected[0, 0]).max() <= 3


def test_cmyk_tiff(tmp_path):
    PIL.Image.new("CMYK", (7, 5), (255, 0, 0, 0)).save(tmp_path / "a.tif")
    assert_reads(tmp_path / "a.tif", np.full((5, 7, 3), (0, 255, 255), dtype=np.uint8))


@pytest.mark.parametrize("ending", [".png", ".tif", ".webp", ".jpg"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_pixels_size_and_thumbnail(tmp_path, orientation, ending):
    upright = np.zeros((32, 48, 3), dtype=np.uint8)
    upright[:16, :16] = (200, 0, 0)  # top left, red
    upright[:16, 32:] = (0, 200, 0)  # top right, green
    upright[16:, :16] = (0, 0, 200)  # bottom left, blue
    # How EXIF defines each value: where row 0 and column 0 of what is stored lie visually.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"exif": exif, "quality": 95}
    if ending == ".webp":
        options["lossless"] = True
    if ending == ".jpg":
        options["subsampling"] = 0  # no colour bleeds from block to block
    path = save(tmp_path / f"a{ending}", np.ascontiguousarray(stored), **options)

    assert read_size(path) == (48, 32)
    pixels = read_rgb(path)
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).max() <= (3 if ending == ".jpg" else 0)
    thumbnail, scale = read_thumbnail(path, 24)
    assert thumbnail.shape == (16, 24, 3)
    assert scale == 0.5
    assert np.abs(thumbnail.astype(int) - upright[::2, ::2]).max() <= 3


def test_png_with_its_exif_behind_the_pixels(tmp_path):
    # ExifTool appends the chunk there; Pillow notices it only after decoding.
    plain = save(tmp_path / "a.png", RGB).read_bytes()
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    content = exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(content)) + b"eXIf" + content
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    (tmp_path / "a.png").write_bytes(plain[:-12] + chunk + plain[-12:])
    assert_reads(tmp_path / "a.png", np.rot90(RGB, -1))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0rubbish", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"]
)
def test_damaged_exif_does_not_cost_the_photo(tmp_path, exif):
    path = save(tmp_path / "a.webp", RGB, lossless=True, exif=exif)
    assert_reads(path, RGB)


def test_orientation_out_of_range_is_ignored(tmp_path):
    exif = PIL.Image.Exif()
    exif[0x0112] = 9
    assert_reads(save(tmp_path / "a.png", RGB, exif=exif), RGB)


@pytest.mark.parametrize("ending", [".tif", ".webp", ".png"])
def test_of_many_pages_or_frames_the_first_is_read(tmp_path, ending):
    first, second = PIL.Image.fromarray(RGB), PIL.Image.fromarray(255 - RGB)
    options: dict[str, object] = {"lossless": True} if ending == ".webp" else {}
    path = tmp_path / f"many{ending}"
    first.save(path, save_all=True, append_images=[second], **options)
    assert_reads(path, RGB)


def test_kind_is_told_from_content_not_from_the_name(tmp_path):
    assert_reads(save(tmp_path / "really.png", RGB).rename(tmp_path / "photo.jpg"), RGB)


def test_names_beyond_ascii(tmp_path):
    assert_reads(save(tmp_path / "žluťoučký 写真 🐈.png", RGB), RGB)


@pytest.mark.parametrize("reader", [read_rgb, read_size, lambda path: read_thumbnail(path, 8)])
class TestRefusals:
    def refused(self, reader, path: Path, sentence: str) -> None:
        with pytest.raises(ImageError, match=sentence) as caught:
            reader(path)
        assert caught.value.sentence.endswith(".")
        assert "\n" not in caught.value.sentence

    def test_missing(self, reader, tmp_path):
        self.refused(reader, tmp_path / "none.jpg", r"“none\.jpg” does not exist")

    def test_folder(self, reader, tmp_path):
        self.refused(reader, tmp_path, "is a folder")

    def test_zero_bytes(self, reader, tmp_path):
        (tmp_path / "a.jpg").touch()
        self.refused(reader, tmp_path / "a.jpg", "is empty")

    @pytest.mark.parametrize("content", [b"hello", b"GIF89a" + bytes(40), b"%!PS-Adobe", b"P6 1 1"])
    def test_not_an_image_that_is_read(self, reader, tmp_path, content):
        (tmp_path / "a.jpg").write_bytes(content)
        self.refused(reader, tmp_path / "a.jpg", "is not a JPEG, PNG, TIFF, BMP or WebP image")

    @pytest.mark.parametrize(
        "magic", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"BM", b"RIFF\0\0\0\0WEBP"]
    )
    def test_only_the_first_bytes_of_an_image(self, reader, tmp_path, magic):
        (tmp_path / "a.jpg").write_bytes(magic)
        self.refused(reader, tmp_path / "a.jpg", "damaged or cut short")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_pipe_does_not_wait_for_ever(self, reader, tmp_path):
        os.mkfifo(tmp_path / "pipe.jpg")
        self.refused(reader, tmp_path / "pipe.jpg", "is not a file")

    def test_name_that_no_file_can_have(self, reader):
        self.refused(reader, Path("a\0b.jpg"), "cannot be opened")

    @pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user"
    )
    def test_no_permission(self, reader, tmp_path):
        path = save(tmp_path / "a.png", RGB)
        path.chmod(0)
        self.refused(reader, path, "permission")

    @pytest.mark.parametrize("side", [30_000, 2_000_000_000])
    def test_decompression_bomb(self, reader, tmp_path, side):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n"
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(999)))):
            png += struct.pack(">I", len(content)) + kind + content
            png += struct.pack(">I", zlib.crc32(kind + content))
        (tmp_path / "bomb.png").write_bytes(png)
        self.refused(reader, tmp_path / "bomb.png", "too large to open")


def test_pillows_own_limit_for_other_code_is_left_alone():
    assert PIL.Image.MAX_IMAGE_PIXELS == 1024 * 1024 * 1024 // 4 // 3


def test_an_image_above_pillows_limit_but_below_ours_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 4)
    assert_reads(save(tmp_path / "a.png", RGB), RGB)
    monkeypatch.setattr(image_io, "MAX_PIXELS", 34)
    with pytest.raises(ImageError, match="too large"):
        read_size(tmp_path / "a.png")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        (".jpg", {}),
        (".jpg", {"progressive": True}),
        (".png", {}),
        (".tif", {}),
        (".tif", {"compression": "tiff_lzw"}),
        (".bmp", {}),
        (".webp", {}),
    ],
)
def test_a_file_cut_short_is_never_taken_with_made_up_pixels(tmp_path, ending, options):
    photo = cv2.resize(RGB, (64, 48), interpolation=cv2.INTER_LINEAR)
    path = save(tmp_path / f"a{ending}", photo, **options)
    whole, pixels = path.read_bytes(), read_rgb(path)
    refused = 0
    for length in range(1, len(whole), max(1, len(whole) // 150)):
        path.write_bytes(whole[:length])
        try:
            # A missing end marker is no loss; a missing pixel is.
            np.testing.assert_array_equal(read_rgb(path), pixels)
        except ImageError:
            refused += 1
    assert refused > 100


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # Pillow's remarks on damaged tags
@pytest.mark.parametrize("ending", [".jpg", ".png", ".tif", ".bmp", ".webp"])
def test_damaged_bytes_end_in_pixels_or_in_a_sentence(tmp_path, ending):
    path = save(tmp_path / f"a{ending}", cv2.resize(RGB, (64, 48)))
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    outcomes = []
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 400), rng.integers(1, 6)):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            width, height = read_size(path)
            outcomes.append(read_rgb(path).shape == (height, width, 3))
        except ImageError as error:
            outcomes.append(error.sentence.endswith("."))
    assert outcomes == [True] * 150


class TestThumbnail:
    def test_fits_the_square_and_says_its_scale(self, tmp_path):
        path = save(tmp_path / "a.jpg", np.zeros((300, 1000, 3), dtype=np.uint8))
        thumbnail, scale = read_thumbnail(path, 100)
        assert thumbnail.shape == (30, 100, 3)
        assert scale == pytest.approx(0.1)

    def test_small_images_are_not_enlarged(self, tmp_path):
        thumbnail, scale = read_thumbnail(save(tmp_path / "a.png", RGB), 100)
        np.testing.assert_array_equal(thumbnail, RGB)
        assert scale == 1.0

    def test_thin_images_keep_a_pixel(self, tmp_path):
        path = save(tmp_path / "a.png", np.zeros((2, 900, 3), dtype=np.uint8))
        assert read_thumbnail(path, 30)[0].shape == (1, 30, 3)

    @pytest.mark.parametrize("ending", [".jpg", ".png"])
    def test_resembles_the_photo(self, tmp_path, ending):
        photo = cv2.resize(RGB, (640, 480), interpolation=cv2.INTER_CUBIC)
        thumbnail, scale = read_thumbnail(save(tmp_path / f"a{ending}", photo, quality=95), 80)
        assert scale == 0.125
        expected = cv2.resize(photo, (80, 60), interpolation=cv2.INTER_AREA).astype(int)
        assert np.abs(thumbnail - expected).mean() < 3
        assert thumbnail.flags.c_contiguous


def test_many_threads_read_at_once(tmp_path):
    paths = []
    for index in range(8):
        ending = (".png", ".tif", ".bmp", ".webp")[index % 4]
        options = {"lossless": True} if ending == ".webp" else {}
        paths.append(save(tmp_path / f"{index}{ending}", np.full_like(RGB, index), **options))
    barrier = threading.Barrier(4)

    def read_all(_: int) -> list[bool]:
        barrier.wait(10)
        return [bool((read_rgb(path) == index).all()) for index, path in enumerate(paths)]

    with ThreadPoolExecutor(4) as pool:
        assert all(all(row) for row in pool.map(read_all, range(4)))


class TestFindImages:
    def test_folders_are_searched_and_sorted_as_people_count(self, tmp_path):
        for name in (
            "b/img10.jpg",
            "b/img2.jpg",
            "b/img1.PNG",
            "a.TIFF",
            "b/notes.txt",
            "c²/3.bmp",
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        found = [path.relative_to(tmp_path).as_posix() for path in find_images([tmp_path])]
        assert found == ["a.TIFF", "b/img1.PNG", "b/img2.jpg", "b/img10.jpg", "c²/3.bmp"]

    def test_each_file_once(self, tmp_path):
        image = tmp_path / "a.jpg"
        image.touch()
        assert find_images([image, tmp_path, tmp_path / "." / "a.jpg", image]) == [image]

    def test_hidden_files_and_folders_are_skipped_unless_named(self, tmp_path):
        (tmp_path / ".cache").mkdir()
        for name in (".cache/a.jpg", "._a.jpg", "a.jpg"):
            (tmp_path / name).touch()
        assert find_images([tmp_path]) == [tmp_path / "a.jpg"]
        assert find_images([tmp_path / "._a.jpg"]) == [tmp_path / "._a.jpg"]

    def test_links_that_lead_back_end(self, tmp_path):
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.jpg").touch()
        try:
            (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
        except OSError:
            pytest.skip("this system lets this user make no links")
        assert find_images([tmp_path]) == [tmp_path / "sub" / "a.jpg"]

    def test_paths_are_absolute(self, tmp_path, monkeypatch):
        (tmp_path / "a.jpg").touch()
        monkeypatch.chdir(tmp_path)
        assert find_images([Path("a.jpg")]) == [tmp_path / "a.jpg"]

    def test_nothing_named_nothing_found(self, tmp_path):
        assert find_images([]) == []
        assert find_images([tmp_path]) == []

    @pytest.mark.parametrize("name", ["none", "no\0ne.jpg"])
    def test_missing_path(self, tmp_path, name):
        with pytest.raises(ImageError, match="does not exist"):
            find_images([tmp_path / name])


def grey_tiff(grey: np.ndarray, byte_order: str, photometric: int) -> bytes:
    """An uncompressed 16-bit grey TIFF, written by hand: no library here writes these two kinds."""
    height, width = grey.shape
    pixels = grey.astype(f"{byte_order}u2").tobytes()
    short, long = 3, 4
    entries = [
        (256, long, width),
        (257, long, height),
        (258, short, 16),
        (259, short, 1),
        (262, short, photometric),
        (273, long, 8),
        (277, short, 1),
        (278, long, height),
        (279, long, len(pixels)),
    ]
    directory = struct.pack(f"{byte_order}H", len(entries))
    for tag, kind, value in entries:
        packed = struct.pack(f"{byte_order}{'H' if kind == short else 'I'}", value).ljust(4, b"\0")
        directory += struct.pack(f"{byte_order}HHI", tag, kind, 1) + packed
    head = (b"II*\0" if byte_order == "<" else b"MM\0*") + struct.pack(
        f"{byte_order}I", 8 + len(pixels)
    )
    return head + pixels + directory + bytes(4)
