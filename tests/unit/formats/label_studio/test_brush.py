from __future__ import annotations

import re
import time
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.formats.label_studio.brush import decode_brush, encode_brush

MASKS = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40).flatmap(
    lambda shape: hnp.arrays(np.bool_, shape, fill=st.booleans())
)


def bits_of(*pieces: tuple[int, int]) -> bytes:
    """Pairs of a value and its size in bits, as a stream."""
    text = "".join(f"{value:0{size}b}" for value, size in pieces)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def head(words: int, word_bits: int = 8, sizes: tuple[int, ...] = (3, 4, 8, 16)) -> list:
    return [(words, 32), (word_bits - 1, 5), *((size - 1, 4) for size in sizes)]


@given(MASKS)
def test_every_mask_comes_back(mask):
    np.testing.assert_array_equal(decode_brush(encode_brush(encode_mask(mask)), *mask.shape), mask)


@pytest.mark.parametrize("shape", [(1, 70_000), (300, 700), (513, 129)])
def test_long_runs_come_back(shape):
    for mask in (np.ones(shape, dtype=bool), np.arange(shape[0] * shape[1]).reshape(shape) > 9):
        code = encode_brush(encode_mask(mask))
        np.testing.assert_array_equal(decode_brush(code, *shape), mask)


@pytest.mark.readers
@given(MASKS)
def test_label_studio_s_own_code_says_the_same(mask):
    brush = pytest.importorskip("label_studio_sdk.converter.brush")
    code = encode_brush(encode_mask(mask))
    assert list(code) == brush.mask2rle(mask.astype(np.uint8) * 255)
    values = np.asarray(brush.decode_rle(list(code))).reshape(*mask.shape, 4)
    np.testing.assert_array_equal(values[..., 3] > 0, mask)


@st.composite
def streams(draw):
    """A stream of blocks of both kinds with words and counts of any size, and its words."""
    word_bits = draw(st.integers(1, 32))
    sizes = tuple(draw(st.integers(1, 8)) for _ in range(4))
    pixels = draw(st.integers(1, 60))
    words: list[int] = []
    pieces: list[tuple[int, int]] = []
    word = st.integers(0, 2**word_bits - 1) | st.sampled_from([0, 2**word_bits - 1])
    while len(words) < 4 * pixels:
        which = draw(st.integers(0, 3))
        count = draw(st.integers(1, min(2 ** sizes[which], 4 * pixels - len(words))))
        repeated = draw(st.booleans())
        pieces += [(int(repeated), 1), (which, 2), (count - 1, sizes[which])]
        block = [draw(word)] if repeated else draw(st.lists(word, min_size=count, max_size=count))
        pieces += [(value, word_bits) for value in block]
        words += block * count if repeated else block
    return bits_of(*head(4 * pixels, word_bits, sizes), *pieces), words


@given(streams())
def test_every_kind_of_block_is_read(stream):
    code, words = stream
    expected = np.array(words, dtype=np.int64).reshape(-1, 4)[:, 3] > 0
    np.testing.assert_array_equal(decode_brush(code, 1, len(expected))[0], expected)


def test_only_alpha_counts():
    colours = [255, 255, 255, 0, 0, 0, 0, 1]
    code = bits_of(*head(8), (0, 1), (0, 2), (7, 3), *((value, 8) for value in colours))
    assert decode_brush(code, 1, 2).tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (b"", "The brush mask is cut short."),
        (b"\0" * 6, "The brush mask is cut short."),
        (bits_of(*head(2**32 - 1)), "has 4,294,967,295 values, but 3x2 pixels need 24."),
        (bits_of(*head(0)), "has 0 values, but 3x2 pixels need 24."),
        (bits_of(*head(24)), "The brush mask is cut short."),
        (bits_of(*head(24), (0, 1), (3, 2), (23, 16)), "The brush mask is cut short."),
        (bits_of(*head(24), (0, 1), (3, 2), (65535, 16)), "The brush mask is cut short."),
    ],
)
def test_damaged_code_says_why(code, sentence):
    with pytest.raises(MaskError, match=re.escape(sentence)):
        decode_brush(code, 2, 3)


@given(st.binary(max_size=60), st.integers(1, 30))
def test_any_bytes_are_a_mask_or_a_sentence(code, width):
    for start in (code, bits_of(*head(4 * width)) + code):
        with suppress(MaskError):
            assert decode_brush(start, 1, width).shape == (1, width)


def test_a_claim_of_many_pixels_takes_no_memory():
    code = bits_of(*head(2**32 - 4), (1, 1), (3, 2), (65535, 16), (255, 8))
    tracemalloc.start()
    with pytest.raises(MaskError):
        decode_brush(code, 100, 100)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_code_in_countless_pieces_is_refused(monkeypatch):
    monkeypatch.setattr("segrefine_gui.formats.label_studio.brush.MAX_BLOCKS", 30)
    mask = np.arange(80).reshape(8, 10) % 2 == 1
    with pytest.raises(MaskError, match="in more pieces than any brush makes"):
        decode_brush(encode_brush(encode_mask(mask)), 8, 10)


def test_a_ragged_mask_of_a_large_photo_is_fast():
    mask = np.random.default_rng(0).random((3000, 4000)) < 0.01
    started = time.process_time()
    code = encode_brush(encode_mask(mask))
    np.testing.assert_array_equal(decode_brush(code, *mask.shape), mask)
    assert time.process_time() - started < 10
