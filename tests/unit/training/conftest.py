"""What the tests of the training share; making the textures takes seconds, so it is done once."""

from pathlib import Path

import pytest

from training.texture_bank import TextureBank

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def bank() -> TextureBank:
    """The generated textures of seed 0, and the few photographs of the sample set."""
    return TextureBank(0, [ROOT / "resources" / "samples" / "images"])
