"""Fetching weights from a real HTTP server that can break off, forget ranges and lie."""

import contextlib
import hashlib
import http.server
import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, WeightsError
from segrefine_gui.engines.weights.fetch import MIRROR_VARIABLE, fetch
from segrefine_gui.engines.weights.files import OFFLINE_VARIABLE, WeightsFile

CONTENT = np.random.default_rng(0).integers(0, 256, 3_000_000, dtype=np.uint8).tobytes()


class Server:
    """Serves one file; its attributes say how well, and what was asked for and sent."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.content_type = "application/octet-stream"
        self.status = 200
        self.knows_ranges = True
        self.break_off_after: int | None = None
        self.ranges: list[str | None] = []
        self.paths: list[str] = []
        self.sent: list[int] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/model"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        if request.path == "/moved":
            request.send_response(302)
            request.send_header("Location", "/model")
            request.send_header("Content-Type", "text/html")
            request.end_headers()
            return
        asked = request.headers.get("Range")
        self.ranges.append(asked)
        self.paths.append(request.path)
        first, status = 0, self.status
        if asked and self.knows_ranges and status == 200:
            first = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
            status = 206 if first < len(self.content) else 416
        body = self.content[first:] if status in (200, 206) else b"no"
        request.send_response(status)
        request.send_header("Content-Type", self.content_type)
        request.send_header("Content-Length", str(len(body)))
        if status == 206:
            last = len(self.content) - 1
            request.send_header("Content-Range", f"bytes {first}-{last}/{len(self.content)}")
        if status == 416:
            request.send_header("Content-Range", f"bytes */{len(self.content)}")
        request.end_headers()
        body = body if self.break_off_after is None else body[: self.break_off_after]
        # Noted first: the client may go on before this thread does.
        self.sent.append(len(body))
        # A client that was cancelled hangs up.
        with contextlib.suppress(OSError):
            request.wfile.write(body)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


def weights_at(url: str, hash: str = "md5:" + hashlib.md5(CONTENT).hexdigest()) -> WeightsFile:
    return WeightsFile("toy", "toy.pth", url, hash, len(CONTENT), "the refiner toy")


def test_fetches_the_whole_file_and_tells_its_progress(server, tmp_path):
    shares: list[float] = []
    path = fetch(weights_at(server.url), tmp_path / "new" / "folder", shares.append)
    assert path == tmp_path / "new" / "folder" / "toy.pth"
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["toy.pth"]
    assert shares == sorted(shares)
    assert len(shares) > 5
    assert shares[-1] == 1.0


@pytest.fixture
def other():
    """A second server, with the file of the first unless it is told otherwise."""
    server = Server()
    yield server
    server.close()


@pytest.mark.parametrize("fault", ["gone", "web page", "other file", "unreachable"])
def test_where_its_makers_fail_a_mirror_gives_it(server, other, tmp_path, fault):
    url = server.url
    if fault == "gone":
        server.status = 404
    elif fault == "web page":
        server.content_type = "text/html"
    elif fault == "other file":
        server.content = b"other weights"
    else:
        url = "http://127.0.0.1:1/model"
    path = fetch(replace(weights_at(url), mirrors=(other.url,)), tmp_path)
    assert path.read_bytes() == CONTENT
    assert other.ranges == [None]
    kept = {"toy.pth", "toy.pth.corrupt"} if fault == "other file" else {"toy.pth"}
    assert {entry.name for entry in tmp_path.iterdir()} == kept


def test_a_mirror_takes_up_what_another_address_broke_off(server, other, tmp_path):
    server.break_off_after = 1_000_000
    path = fetch(replace(weights_at(server.url), mirrors=(other.url,)), tmp_path)
    assert path.read_bytes() == CONTENT
    first = len(CONTENT) - other.sent[0]
    assert 0 < first <= 1_000_000
    assert other.ranges == [f"bytes={first}-"]


@pytest.mark.parametrize("way", ["argument", "variable"])
def test_a_persons_mirror_is_asked_first(server, other, tmp_path, monkeypatch, way):
    folder = other.url.removesuffix("/model") + "/weights/"
    if way == "variable":
        monkeypatch.setenv(MIRROR_VARIABLE, folder)
    mirror = folder if way == "argument" else None
    path = fetch(weights_at(server.url), tmp_path, mirror=mirror)
    assert path.read_bytes() == CONTENT
    assert (server.paths, other.paths) == ([], ["/weights/toy.pth"])
    path.unlink()
    other.status = 503
    assert fetch(weights_at(server.url), tmp_path, mirror=mirror).read_bytes() == CONTENT
    assert server.paths == ["/model"]


def test_what_is_no_address_is_no_mirror(server, tmp_path):
    with pytest.raises(WeightsError, match="'ftp://x' is no http or https address"):
        fetch(weights_at(server.url), tmp_path, mirror="ftp://x")
    assert server.ranges == []


def test_where_nobody_has_it_all_addresses_are_named(server, other, tmp_path):
    server.status, other.status = 404, 503
    with pytest.raises(WeightsError, match="None of these addresses") as nobody:
        fetch(replace(weights_at(server.url), mirrors=(other.url,)), tmp_path)
    for word in (server.url, other.url, f"{tmp_path} as toy.pth"):
        assert word in nobody.value.sentence
    assert "404" in nobody.value.detail
    assert "503" in nobody.value.detail


def test_cancelling_asks_no_mirror(server, other, tmp_path):
    token = CancelToken()
    with pytest.raises(Cancelled):
        fetch(
            replace(weights_at(server.url), mirrors=(other.url,)),
            tmp_path, lambda share: token.cancel(), token,
        )  # fmt: skip
    assert other.ranges == []


def test_a_part_file_of_something_else_is_fetched_again_at_once(server, tmp_path):
    (tmp_path / "toy.pth.part").write_bytes(b"x" * 500_000)
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["bytes=500000-", None]
    assert (tmp_path / "toy.pth.corrupt").stat().st_size == len(CONTENT)


def test_a_good_file_in_the_offline_folder_needs_no_network(server, tmp_path, monkeypatch):
    offline = tmp_path / "offline"
    offline.mkdir()
    monkeypatch.setenv(OFFLINE_VARIABLE, str(offline))
    (offline / "toy.pth").write_bytes(CONTENT)
    assert fetch(weights_at(server.url), tmp_path / "own") == offline / "toy.pth"
    assert server.ranges == []
    assert not (tmp_path / "own").exists()
    (offline / "toy.pth").write_bytes(CONTENT[:-1])
    assert fetch(weights_at(server.url), tmp_path / "own") == tmp_path / "own" / "toy.pth"
    assert [entry.name for entry in offline.iterdir()] == ["toy.pth"]


def test_follows_a_redirect(server, tmp_path):
    path = fetch(weights_at(server.url.replace("/model", "/moved")), tmp_path)
    assert path.read_bytes() == CONTENT


def test_an_interrupted_transfer_is_taken_up_where_it_broke_off(server, tmp_path):
    server.break_off_after = 1_000_000
    with pytest.raises(WeightsError) as broken:
        fetch(weights_at(server.url), tmp_path)
    assert server.url in broken.value.sentence
    assert str(tmp_path) in broken.value.sentence
    part = tmp_path / "toy.pth.part"
    arrived = part.stat().st_size
    assert 0 < arrived <= 1_000_000
    assert not (tmp_path / "toy.pth").exists()

    server.break_off_after = None
    shares: list[float] = []
    path = fetch(weights_at(server.url), tmp_path, shares.append)
    assert path.read_bytes() == CONTENT
    assert not part.exists()
    assert server.ranges == [None, f"bytes={arrived}-"]
    assert server.sent[-1] == len(CONTENT) - arrived
    assert shares[0] > arrived / len(CONTENT)


def test_a_server_without_ranges_sends_everything_again(server, tmp_path):
    server.knows_ranges = False
    (tmp_path / "toy.pth.part").write_bytes(CONTENT[:500_000])
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT
    assert server.sent == [len(CONTENT)]


def test_a_part_file_that_is_whole_needs_no_bytes(server, tmp_path):
    (tmp_path / "toy.pth.part").write_bytes(CONTENT)
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT
    assert server.sent == [2]


def test_a_part_file_longer_than_the_file_is_begun_anew(server, tmp_path):
    (tmp_path / "toy.pth.part").write_bytes(CONTENT + b"more")
    with pytest.raises(WeightsError, match="416"):
        fetch(weights_at(server.url), tmp_path)
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT


def test_a_good_file_is_not_fetched_again(server, tmp_path):
    (tmp_path / "toy.pth").write_bytes(CONTENT)
    assert fetch(weights_at(server.url), tmp_path) == tmp_path / "toy.pth"
    assert server.ranges == []


def test_a_damaged_file_is_kept_aside_and_replaced(server, tmp_path):
    (tmp_path / "toy.pth").write_bytes(b"damaged")
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT
    assert (tmp_path / "toy.pth.corrupt").read_bytes() == b"damaged"


def test_what_has_the_wrong_hash_is_kept_aside_and_named(server, tmp_path):
    server.content = b"other weights"
    with pytest.raises(WeightsError, match=r"toy\.pth\.corrupt") as wrong:
        fetch(weights_at(server.url), tmp_path)
    assert server.url in wrong.value.sentence
    assert (tmp_path / "toy.pth.corrupt").read_bytes() == b"other weights"
    assert not (tmp_path / "toy.pth").exists()
    assert not (tmp_path / "toy.pth.part").exists()


@pytest.mark.parametrize("digits", [6, 8, 64])
def test_the_first_digits_of_a_hash_are_enough(server, tmp_path, digits):
    hash = "sha256:" + hashlib.sha256(CONTENT).hexdigest()[:digits]
    assert fetch(weights_at(server.url, hash), tmp_path).is_file()


@pytest.mark.parametrize(("status", "phrase"), [(404, "Not Found"), (503, "Service Unavailable")])
def test_an_http_error_says_what_to_do_by_hand(server, tmp_path, status, phrase):
    server.status = status
    with pytest.raises(WeightsError, match=f"{status}.*{phrase}") as refused:
        fetch(weights_at(server.url), tmp_path)
    assert server.url in refused.value.sentence
    assert f"{tmp_path} as toy.pth" in refused.value.sentence


def test_a_web_page_is_not_weights_and_leaves_the_part_file_alone(server, tmp_path):
    server.content_type = "text/html; charset=utf-8"
    server.knows_ranges = False
    part = tmp_path / "toy.pth.part"
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(WeightsError, match="web page") as page:
        fetch(weights_at(server.url), tmp_path)
    assert server.url in page.value.sentence
    assert part.read_bytes() == CONTENT[:1000]


def test_no_server_at_all_is_one_sentence(server, tmp_path):
    url = server.url.replace(str(server._http.server_port), "1")
    with pytest.raises(WeightsError, match="could not be reached") as unreachable:
        fetch(weights_at(url), tmp_path)
    assert url in unreachable.value.sentence
    assert str(tmp_path) in unreachable.value.sentence


def test_cancelling_keeps_what_has_arrived(server, tmp_path):
    token = CancelToken()

    def cancel_half_way(share: float) -> None:
        if share > 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        fetch(weights_at(server.url), tmp_path, cancel_half_way, token)
    kept = (tmp_path / "toy.pth.part").read_bytes()
    assert len(CONTENT) / 2 < len(kept) < len(CONTENT)
    assert CONTENT.startswith(kept)
    assert fetch(weights_at(server.url), tmp_path).read_bytes() == CONTENT


def test_a_full_disk_is_noticed_before_the_first_byte(server, tmp_path):
    room = shutil.disk_usage(tmp_path).free
    large = WeightsFile("toy", "toy.pth", server.url, "md5:0", room * 2, "the refiner toy")
    with pytest.raises(WeightsError, match="MB left"):
        fetch(large, tmp_path)
    assert server.ranges == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_disk_that_fills_up_on_the_way_is_one_sentence(server, tmp_path):
    (tmp_path / "toy.pth.part").symlink_to("/dev/full")
    with pytest.raises(WeightsError, match="No space left") as full:
        fetch(weights_at(server.url), tmp_path)
    assert server.url in full.value.sentence


def test_a_folder_that_cannot_be_made_is_one_sentence(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match="could not be written"):
        fetch(weights_at(server.url), tmp_path / "file" / "folder")
