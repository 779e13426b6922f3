from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from segrefine_gui.domain.errors import Cancelled, ExportError
from segrefine_gui.formats.writing import atomic
from segrefine_gui.formats.writing.atomic import atomic_file, staged_folder

as_root = hasattr(os, "geteuid") and os.geteuid() == 0
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestAtomicFile:
    def test_replaces_the_old_file_only_at_the_end(self, tmp_path):
        path = tmp_path / "a.json"
        path.write_text("old")
        with atomic_file(path) as stream:
            stream.write(b"new")
            stream.flush()
            assert path.read_text() == "old"
        assert contents(tmp_path) == {"a.json": "new"}

    def test_makes_the_folder(self, tmp_path):
        with atomic_file(tmp_path / "x" / "y" / "a.json") as stream:
            stream.write(b"new")
        assert contents(tmp_path) == {"x/y/a.json": "new"}

    @pytest.mark.parametrize("error", [Cancelled(), KeyboardInterrupt(), RuntimeError("bug")])
    def test_whatever_is_raised_inside_changes_nothing(self, tmp_path, error):
        path = tmp_path / "a.json"
        path.write_text("old")
        with pytest.raises(type(error)), atomic_file(path) as stream:  # noqa: PT012
            stream.write(b"half")
            raise error
        assert contents(tmp_path) == {"a.json": "old"}

    def test_a_name_as_long_as_names_can_be(self, tmp_path):
        with atomic_file(tmp_path / ("n" * 255)) as stream:
            stream.write(b"new")
        assert contents(tmp_path) == {"n" * 255: "new"}

    @needs_linux
    def test_full_disk(self, tmp_path, monkeypatch):
        # /dev/full fails as a full disk does, when buffered bytes are written.
        path = tmp_path / "a.json"
        path.write_text("old")
        real_open = Path.open
        monkeypatch.setattr(
            Path, "open", lambda self, mode="r": real_open(Path("/dev/full"), mode.strip("x") + "w")
        )
        with (
            pytest.raises(ExportError, match="is full; nothing was changed") as caught,
            atomic_file(path) as stream,
        ):
            stream.write(b"new")
        monkeypatch.undo()
        assert str(path) in caught.value.sentence
        assert contents(tmp_path) == {"a.json": "old"}

    @needs_linux
    def test_file_size_limit_of_the_system(self, tmp_path):
        import resource

        path = tmp_path / "a.json"
        path.write_text("old")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
        try:
            with (
                pytest.raises(ExportError, match="larger than the system allows"),
                atomic_file(path) as stream,
            ):
                stream.write(bytes(1 << 20))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert contents(tmp_path) == {"a.json": "old"}

    @pytest.mark.skipif(as_root, reason="permissions do not bind this user")
    def test_folder_that_may_not_be_written(self, tmp_path):
        tmp_path.chmod(0o500)
        try:
            with pytest.raises(ExportError, match="no permission"), atomic_file(tmp_path / "a"):
                pass
        finally:
            tmp_path.chmod(0o700)

    def test_file_where_the_folder_should_be(self, tmp_path):
        (tmp_path / "out").write_text("a file")
        with pytest.raises(ExportError, match=r"out” is a file, not a folder\."):
            atomic_file(tmp_path / "out" / "a.json").__enter__()
        with pytest.raises(ExportError, match="a file, not a folder"):
            atomic_file(tmp_path / "out" / "deeper" / "a.json").__enter__()
        assert contents(tmp_path) == {"out": "a file"}

    def test_folder_where_the_file_should_be(self, tmp_path):
        (tmp_path / "a.json" / "sub").mkdir(parents=True)
        with (
            pytest.raises(ExportError, match=r"a\.json"),
            atomic_file(tmp_path / "a.json") as stream,
        ):
            stream.write(b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["a.json"]

    @pytest.mark.parametrize("number", sorted(atomic._SENTENCES))
    def test_every_known_error_is_one_sentence(self, tmp_path, number):
        with pytest.raises(ExportError) as caught, atomic_file(tmp_path / "a.json"):
            raise OSError(number, os.strerror(number))
        assert caught.value.sentence.count(".") - caught.value.sentence.count("a.json") == 1
        assert "a.json" in caught.value.sentence
        assert os.strerror(number) in caught.value.detail
        assert list(tmp_path.iterdir()) == []


class TestStagedFolder:
    def test_all_files_arrive_and_others_stay(self, tmp_path):
        (tmp_path / "old.txt").write_text("old")
        (tmp_path / "both.txt").write_text("old")
        with staged_folder(tmp_path) as staging:
            (staging / "sub").mkdir()
            (staging / "sub" / "new.txt").write_text("new")
            (staging / "both.txt").write_text("new")
            assert (tmp_path / "both.txt").read_text() == "old"
        assert contents(tmp_path) == {"old.txt": "old", "both.txt": "new", "sub/new.txt": "new"}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["both.txt", "old.txt", "sub"]

    @pytest.mark.parametrize("error", [Cancelled(), RuntimeError("bug")])
    def test_whatever_is_raised_inside_changes_nothing(self, tmp_path, error):
        (tmp_path / "a.txt").write_text("old")
        with pytest.raises(type(error)), staged_folder(tmp_path) as staging:  # noqa: PT012
            (staging / "a.txt").write_text("new")
            raise error
        assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
        assert contents(tmp_path) == {"a.txt": "old"}

    def test_when_one_file_cannot_move_the_others_move_back(self, tmp_path):
        (tmp_path / "a.txt").write_text("old")
        (tmp_path / "z.txt" / "full").mkdir(parents=True)  # in the way of the last one
        with (  # noqa: PT012
            pytest.raises(ExportError, match=r"z\.txt"),
            staged_folder(tmp_path) as staging,
        ):
            (staging / "a.txt").write_text("new")
            (staging / "sub").mkdir()
            (staging / "sub" / "b.txt").write_text("new")
            (staging / "z.txt").write_text("new")
        assert contents(tmp_path) == {"a.txt": "old"}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "z.txt"]

    def test_file_where_the_folder_should_be(self, tmp_path):
        (tmp_path / "out").write_text("a file")
        with pytest.raises(ExportError, match="is a file, not a folder"):
            staged_folder(tmp_path / "out").__enter__()

    def test_full_disk_inside(self, tmp_path):
        with (  # noqa: PT012
            pytest.raises(ExportError, match="is full; nothing was changed"),
            staged_folder(tmp_path / "out") as staging,
        ):
            (staging / "a").write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")
        assert contents(tmp_path) == {}
