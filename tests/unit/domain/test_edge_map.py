from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.edge_map import EdgeMap

HEIGHT, WIDTH = 300, 560  # more than one piece each way
IMAGE = image_box(WIDTH, HEIGHT)


def blocks(seed: int) -> np.ndarray:
    """Overlapping blocks of all colours, with a little noise."""
    random = np.random.default_rng(seed)
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for _ in range(12):
        x, y = random.integers(0, WIDTH - 40), random.integers(0, HEIGHT - 40)
        image[y : y + 90, x : x + 120] = random.integers(0, 256, 3)
    return image + random.integers(0, 4, image.shape, dtype=np.uint8)


@settings(max_examples=30)
@given(
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)), min_size=2, max_size=8),
)
def test_any_part_is_that_part_of_the_whole(seed: int, corners: list[tuple[int, int]]) -> None:
    image = blocks(seed)
    whole = EdgeMap(image).edges(IMAGE)
    edge_map = EdgeMap(image)
    for (xa, ya), (xb, yb) in pairwise(corners):
        box = Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
        found = edge_map.edges(box)
        np.testing.assert_array_equal(found, whole[box.slices])


def test_an_edge_goes_on_from_piece_to_piece() -> None:
    image = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    image[100:, :, 2] = 160  # in one channel alone
    edges = EdgeMap(image).edges(IMAGE)
    assert edges[98:102].any(axis=0).all()
    edges[98:102] = False
    assert not edges.any()


def test_an_edge_where_two_pieces_meet_is_found() -> None:
    image = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    image[:, 256:] = 160
    edges = EdgeMap(image).edges(IMAGE)
    assert edges[:, 254:258].any(axis=1).all()
    edges[:, 254:258] = False
    assert not edges.any()


def test_contrast_says_what_an_edge_is() -> None:
    image = np.full((60, 80, 3), 100, np.uint8)
    image[30:] = 112
    box = image_box(80, 60)
    assert not EdgeMap(image).edges(box).any()
    assert EdgeMap(image, contrast=8).edges(box).any()
