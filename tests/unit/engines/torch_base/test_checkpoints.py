"""Weights files are pickles: the honest ones are read, the hostile ones run nothing."""

import collections
import os
import pickle

import numpy as np
import pytest

from segrefine_gui.domain.errors import TrustError, WeightsError
from segrefine_gui.engines.torch_base.checkpoints import read_pickle, read_torch


class Payload:
    """Leaves a file behind when it is unpickled by the ordinary unpickler."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


ARRAYS = {
    "weight": np.arange(12, dtype=np.float32).reshape(3, 4),
    "view": np.arange(12, dtype=np.float32).reshape(3, 4).T[1:],
    "half": np.float16([1.5, 2.5]),
    "count": np.int64(7),
    "empty": np.zeros((0, 3)),
    "nested": collections.OrderedDict(a=[1, 2.5, None, True], b=("text", b"bytes")),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_plain_containers_are_read_in_every_protocol(tmp_path, protocol):
    path = tmp_path / "zoo.pkl"
    path.write_bytes(pickle.dumps(ARRAYS, protocol=protocol))
    content = read_pickle(path)
    assert content.keys() == ARRAYS.keys()
    for key in ("weight", "view", "half", "empty"):
        assert content[key].dtype == ARRAYS[key].dtype
        assert np.array_equal(content[key], ARRAYS[key])
    assert content["count"] == 7
    assert content["nested"] == ARRAYS["nested"]


def test_files_of_older_numpy_are_read(tmp_path):
    new = pickle.dumps({"weight": np.arange(3.0)}, protocol=2)
    old = new.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    path = tmp_path / "old.pkl"
    path.write_bytes(old)
    assert np.array_equal(read_pickle(path)["weight"], np.arange(3.0))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_hostile_pickle_is_refused_and_runs_nothing(tmp_path, protocol):
    trace = tmp_path / "was_here"
    path = tmp_path / "hostile.pkl"
    path.write_bytes(pickle.dumps({"model": {"weight": Payload(trace)}}, protocol=protocol))
    with pytest.raises(TrustError, match=r"mkdir.*refused") as refused:
        read_pickle(path)
    assert str(path) in refused.value.sentence
    assert not trace.exists()
    pickle.loads(path.read_bytes())
    assert trace.exists(), "the payload is real"


def test_a_trusted_pickle_may_run_what_it_asks_for(tmp_path):
    trace = tmp_path / "was_here"
    path = tmp_path / "own.pkl"
    path.write_bytes(pickle.dumps({"model": {"weight": Payload(trace)}}))
    assert read_pickle(path, trusted=True) == {"model": {"weight": None}}
    assert trace.exists()
    path.write_bytes(pickle.dumps([Payload(tmp_path / "again")]))
    with pytest.raises(WeightsError, match="damaged or not a weights file"):
        read_pickle(path, trusted=True)


def test_other_codecs_than_latin1_are_refused(tmp_path):
    path = tmp_path / "codec.pkl"
    path.write_bytes(b"c_codecs\nencode\n(Vx\nVrot13\ntR.")
    with pytest.raises(TrustError, match="rot13"):
        read_pickle(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>sign in</html>",
        b"\x80\x04]",
        pickle.dumps(ARRAYS)[:-30],
        pickle.dumps([1]),
        pickle.dumps({1: 2}),
    ],
)
def test_what_is_no_weights_pickle_is_one_sentence(tmp_path, content):
    path = tmp_path / "damaged.pkl"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="damaged or not a weights file") as damaged:
        read_pickle(path)
    assert str(path) in damaged.value.sentence


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(WeightsError, match="cannot be read"):
        read_pickle(tmp_path / "gone.pkl")


def test_torch_files_are_read_as_tensors_only(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    path = tmp_path / "weights.pth"
    torch.save({"weight": torch.arange(6.0).reshape(2, 3)}, path)
    assert torch.equal(read_torch(path)["weight"], torch.arange(6.0).reshape(2, 3))

    trace = tmp_path / "was_here"
    torch.save({"weight": Payload(trace)}, path)
    with pytest.raises(WeightsError, match="damaged or not a weights file"):
        read_torch(path)
    assert not trace.exists()


def test_damaged_torch_files_are_one_sentence(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    whole = tmp_path / "whole.pth"
    torch.save({"weight": torch.zeros(100, 100)}, whole)
    path = tmp_path / "damaged.pth"
    cut = whole.read_bytes()
    for content in (b"", b"<html>sign in</html>", cut[:-200], cut[: len(cut) // 2]):
        path.write_bytes(content)
        with pytest.raises(WeightsError, match="damaged or not a weights file"):
            read_torch(path)
    torch.save(torch.zeros(3), path)
    with pytest.raises(WeightsError, match="damaged or not a weights file"):
        read_torch(path)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_torch(tmp_path / "gone.pth")
