"""Samples and the training loop, run for real on tiny scenes."""

import dataclasses
import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from training.loop import TrainingSettings, learning_rate, train  # noqa: E402
from training.loss import refiner_loss  # noqa: E402
from training.network import RefinerNetwork  # noqa: E402
from training.samples import MASKS_PER_SCENE, Scenes, to_batch  # noqa: E402

pytestmark = pytest.mark.engines

SIDE = 64
TINY = TrainingSettings(
    edge_steps=0, scenes=1, side=SIDE, workers=0, warm_up=20, checkpoint_every=2
)


@pytest.fixture(scope="module")
def held_out():
    """Scenes of a seed that no test trains on."""
    scenes = Scenes(seed=1, count=16, side=SIDE)
    return to_batch([scenes[index] for index in range(len(scenes))])


def loss_of(network, batch) -> float:
    with torch.inference_mode():
        logits = network.eval()(batch.inputs)
        loss = refiner_loss(logits, batch.truth, batch.coarse, batch.distance, batch.band)
    return float(loss)


def test_a_sample_depends_on_its_seed_and_number_alone():
    first, later = Scenes(7, 2, side=SIDE), Scenes(7, 1, first=1, side=SIDE)

    np.testing.assert_array_equal(first[1], later[0])
    assert (first[0] != first[1]).any()
    assert (first[0] != Scenes(8, 1, side=SIDE)[0]).any()
    with pytest.raises(IndexError):
        first[2]


def test_a_batch_has_inputs_and_targets_in_their_ranges(held_out):
    count = 16 * MASKS_PER_SCENE
    assert held_out.inputs.shape == (count, 9, SIDE, SIDE)
    assert held_out.inputs.dtype == torch.float32
    assert held_out.inputs.abs().max() <= 1
    for target in (held_out.truth, held_out.coarse, held_out.distance, held_out.band):
        assert target.shape == (count, 1, SIDE, SIDE)
    for binary in (held_out.truth, held_out.coarse, held_out.band):
        assert set(binary.unique().tolist()) == {0.0, 1.0}
    assert held_out.distance.min() >= 0
    # Channel 3 is the coarse mask, and the band lies where the signed distance is not at its end.
    assert torch.equal(held_out.inputs[:, 3:4], 2 * held_out.coarse - 1)
    assert torch.equal(held_out.inputs[:, 4:5].abs() < 1, held_out.band == 1)


def test_an_untrained_network_gives_the_coarse_mask(held_out):
    with torch.inference_mode():
        logits = RefinerNetwork().eval()(held_out.inputs)

    assert torch.equal(logits > 0, held_out.coarse == 1)


def test_the_learning_rate_rises_and_then_falls_to_a_hundredth():
    settings = TrainingSettings(warm_up=10, learning_rate=1.0)
    rates = [learning_rate(settings, step, 100) for step in range(101)]

    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.505)
    assert rates[100] == pytest.approx(0.01)
    assert all(earlier > later for earlier, later in itertools.pairwise(rates[10:]))


def test_a_resumed_training_gives_the_weights_of_one_that_went_through(tmp_path):
    # Up to the end of the rise, the learning rate does not depend on how many steps there are.
    whole = train(dataclasses.replace(TINY, steps=3, edge_steps=2), tmp_path / "whole.pt")
    train(dataclasses.replace(TINY, steps=2), tmp_path / "half.pt")
    half = train(dataclasses.replace(TINY, steps=3), tmp_path / "half.pt")
    resumed = train(dataclasses.replace(TINY, steps=3, edge_steps=2), tmp_path / "half.pt")

    for name, weights in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], weights, rtol=0, atol=1e-6)
    torch.testing.assert_close(half.region.state_dict(), whole.region.state_dict())
    assert not torch.equal(half.edge.head.weight, whole.edge.head.weight)


def test_a_finished_training_is_taken_from_its_checkpoint(tmp_path):
    settings = dataclasses.replace(TINY, steps=1)
    first = train(settings, tmp_path / "refiner.pt")
    again = train(settings, tmp_path / "refiner.pt")

    assert torch.equal(first.region.head.weight, again.region.head.weight)


def test_scenes_made_by_another_process_give_the_same_weights(tmp_path):
    here, elsewhere = (
        train(dataclasses.replace(TINY, steps=1, workers=workers), tmp_path / f"{workers}.pt")
        for workers in (0, 1)
    )

    torch.testing.assert_close(elsewhere.state_dict(), here.state_dict(), rtol=0, atol=1e-6)


def test_a_checkpoint_of_another_seed_is_refused(tmp_path):
    train(dataclasses.replace(TINY, steps=1), tmp_path / "refiner.pt")

    with pytest.raises(ValueError, match="was made with"):
        train(dataclasses.replace(TINY, steps=2, seed=5), tmp_path / "refiner.pt")


def test_two_hundred_steps_lower_the_loss_on_scenes_they_never_saw(tmp_path, held_out):
    before = loss_of(RefinerNetwork(), held_out)
    settings = dataclasses.replace(TINY, steps=200, checkpoint_every=200)

    after = loss_of(train(settings, tmp_path / "refiner.pt"), held_out)

    assert after < 0.9 * before
