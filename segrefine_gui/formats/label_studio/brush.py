"""Label Studio's code for brush masks: a stream of bits over the pixels' colours.

It is that of rle-pack (https://github.com/thi-ng/umbrella/tree/develop/packages/rle-pack): 32 bits
for how many words there are, 5 for the bits of a word less one, four times 4 for the bits of a
count less one. Then follow blocks: a bit that says whether one word is repeated, two for which of
the four sizes the count has, the count less one, and the word or that many words. The words are
red, green, blue and alpha of each pixel, row by row; alpha alone says what is in the mask.

`label_studio_sdk.converter.brush` does the same bit by bit in Python and reserves memory for as
many words as a file claims; its package needs pandas, nltk and lxml and pins OpenCV.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segrefine_gui.domain.boxes import Box
from segrefine_gui.domain.errors import MaskError
from segrefine_gui.domain.masks import BoolMask, Rle

MAX_PIXELS = (1 << 30) - 1
"""Most pixels whose words can be counted in 32 bits."""

MAX_BLOCKS = 8_000_000
"""Most blocks that are read: some seconds. Ragged masks of large photos have a hundredth."""

_SIZES = (3, 4, 8, 16)
"""Bits of a count as Label Studio itself writes them."""

_WORD = 8
_LONGEST = 1 << _SIZES[-1]
_HEADER_BITS = 53
_SPARE = 16
"""Zero bytes behind the stream, so that eight bytes can be taken anywhere in it."""


def encode_brush(mask: Rle) -> bytes:
    """The code of a mask, every channel being 255 inside of it and 0 elsewhere.

    Args:
        mask: of at most `MAX_PIXELS` pixels.
    """
    box = mask.box
    band = mask.decode(Box(0, box.y0, mask.width, box.y1)).ravel()
    padded = np.concatenate(([False], band, [False])).view(np.int8)
    edges = np.flatnonzero(np.diff(padded)) + box.y0 * mask.width
    lengths = np.diff(edges, prepend=0, append=mask.height * mask.width) * 4
    words = np.arange(len(lengths)) % 2 * 255
    lengths, words = lengths[lengths > 0], words[lengths > 0]

    which = np.searchsorted([1 << size for size in _SIZES[:-1]], lengths)
    pieces = -(-lengths // _LONGEST)
    counts = np.repeat(np.minimum(lengths, _LONGEST), pieces)
    last = np.cumsum(pieces) - 1
    counts[last] = lengths - (pieces - 1) * _LONGEST
    which, words = np.repeat(which, pieces), np.repeat(words, pieces)
    bits = np.array(_SIZES)[which]
    blocks = (((4 + which) << bits) + counts - 1 << _WORD) + words

    head = [(4 * mask.height * mask.width, 32), (_WORD - 1, 5), *((size - 1, 4) for size in _SIZES)]
    values = np.concatenate(([value for value, _ in head], blocks))
    return _packed(values, np.concatenate(([size for _, size in head], bits + 3 + _WORD)))


def decode_brush(code: bytes, height: int, width: int) -> BoolMask:
    """The mask of a code: every pixel whose alpha is above 0, as Label Studio's own exports do.

    Args:
        code: the bytes of a file; may be anything.
        height: rows of the image.
        width: columns of the image.

    Returns:
        bool (height, width).

    Raises:
        MaskError: it is damaged or for another number of pixels.
    """
    total_bits = 8 * len(code)
    words = 4 * height * width
    data = code + bytes(_SPARE)
    head = int.from_bytes(data[:7], "big") >> (56 - _HEADER_BITS)
    if total_bits < _HEADER_BITS:
        raise MaskError("The brush mask is cut short.")
    if head >> 21 != words:
        raise MaskError(
            f"The brush mask has {head >> 21:,} values, but {width}x{height} pixels need {words:,}."
        )
    word_bits = (head >> 16 & 31) + 1
    sizes = [(head >> shift & 15) + 1 for shift in (12, 8, 4, 0)]
    mask = np.zeros(height * width, dtype=np.bool_)
    done, at, blocks = 0, _HEADER_BITS, 0
    while done < words:
        blocks += 1
        if at >= total_bits:
            raise MaskError("The brush mask is cut short.")
        if blocks > MAX_BLOCKS:
            raise MaskError("The brush mask is in more pieces than any brush makes.")
        # At most 7 bits before, 3 + 16 of the count and 32 of a word.
        part = int.from_bytes(data[at >> 3 : (at >> 3) + 8], "big") << (at & 7)
        size = sizes[part >> 61 & 3]
        count = (part >> (61 - size) & (1 << size) - 1) + 1
        end = min(done + count, words)
        repeated = part >> 63 & 1
        at += 3 + size
        if repeated:
            if part >> (61 - size - word_bits) & (1 << word_bits) - 1:
                mask[done // 4 : end // 4] = True  # the words of alpha from done to before end
            at += word_bits
        else:
            if at + (end - done) * word_bits > total_bits:
                raise MaskError("The brush mask is cut short.")
            is_set = _words_above_0(data, at, end - done, word_bits)
            mask[done // 4 : end // 4] = is_set[3 - done % 4 :: 4]
            at += count * word_bits
        done = end
    return np.reshape(mask, (height, width))


def _packed(values: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]) -> bytes:
    """Values as bits, each in its own size, with at least one zero bit behind them."""
    ends = np.cumsum(sizes)
    of = np.repeat(np.arange(len(values)), sizes)
    shifts = ends[of] - 1 - np.arange(int(ends[-1]))
    bits = (values[of] >> shifts & 1).astype(np.uint8)
    return np.packbits(np.append(bits, 0)).tobytes()


def _words_above_0(data: bytes, at: int, count: int, word_bits: int) -> npt.NDArray[np.bool_]:
    """Whether each of `count` words from bit `at` on is above 0."""
    size = count * word_bits
    whole = np.frombuffer(data, np.uint8, count=(at % 8 + size + 7) // 8, offset=at // 8)
    bits = np.unpackbits(whole)[at % 8 : at % 8 + size]
    return np.asarray(bits.reshape(count, word_bits).max(axis=1) > 0)
