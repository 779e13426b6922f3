"""One file over HTTP that may break off at any byte and be taken up again there."""

from __future__ import annotations

import re
from http import HTTPStatus
from io import BufferedRandom
from pathlib import Path
from typing import TYPE_CHECKING

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.engines.base import Progress

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 10.0
"""How long a server may take to answer the call at all."""
READ_SECONDS = 30.0
"""How long a server may fall silent in the middle."""
_PIECE_BYTES = 1 << 18


def download(url: str, part: Path, progress: Progress, cancel: CancelToken) -> None:
    """Fetch the rest of `url` into `part`, which may hold its first bytes already.

    The transfer is pooch's; the resuming is done here, by a Range header and by looking at what
    the server makes of it before the first byte is written.

    Args:
        url: an http or https address.
        part: the unfinished file; made if it is not there. What arrived stays in it whatever
            happens.
        progress: told the share of the whole file that has arrived, 0..1.
        cancel: asked between pieces.

    Raises:
        WeightsError: no network, an HTTP error, a web page in place of a file; the sentence
            names the address and the folder.
        Cancelled: the person cancelled.
        OSError: `part` cannot be written, for example because the disk is full.
    """
    # requests takes a quarter of a second to import: only a download needs it.
    import pooch
    import requests

    by_hand = (
        f"try again, or download {url} yourself and put it into {part.parent} "
        f"as {part.name.removesuffix('.part')}."
    )
    with part.open("ab+") as file:
        transfer = _Transfer(file, progress, cancel)
        headers = {"Accept-Encoding": "identity"}  # a compressed answer cannot be resumed
        if transfer.arrived:
            headers["Range"] = f"bytes={transfer.arrived}-"
        fetch = pooch.HTTPDownloader(
            chunk_size=_PIECE_BYTES,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            headers=headers,
            hooks={"response": transfer.begin},
        )
        try:
            fetch(url, transfer, None)
        except _AlreadyWhole:
            return
        except _WebPage as error:
            raise WeightsError(
                f"A web page came instead of the file, perhaps a sign-in page: {by_hand}"
            ) from error
        except requests.HTTPError as error:
            status = error.response.status_code
            raise WeightsError(
                f"The server answered {status} ({_phrase(status)}) instead of sending the file: "
                f"{by_hand}",
                str(error),
            ) from error
        except requests.RequestException as error:
            raise WeightsError(
                f"The download broke off or the server could not be reached: {by_hand}",
                f"{type(error).__name__}: {error}",
            ) from error


class _AlreadyWhole(Exception):
    """The part file holds every byte that the server has."""


class _WebPage(Exception):
    """The server answered with HTML."""


class _Transfer:
    """The open part file as pooch writes into it."""

    def __init__(self, file: BufferedRandom, progress: Progress, cancel: CancelToken) -> None:
        self._file = file
        self._progress = progress
        self._cancel = cancel
        self.arrived = file.seek(0, 2)
        self.total = 0

    def begin(self, response: requests.Response, **_: object) -> None:
        """Look at the answer's head and set the file to where its body belongs."""
        status = response.status_code
        if response.is_redirect:
            return
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self.arrived:
            total = response.headers.get("Content-Range", "").removeprefix("bytes */")
            if total == str(self.arrived):
                raise _AlreadyWhole
            # More than the whole file lies there: it is not this file. Begin anew next time.
            self._restart()
            return
        if not response.ok:
            return
        kind = response.headers.get("Content-Type", "")
        if kind.partition(";")[0].strip().lower() == "text/html":
            raise _WebPage
        resumed = re.match(rf"bytes {self.arrived}-", response.headers.get("Content-Range", ""))
        if not (status == HTTPStatus.PARTIAL_CONTENT and resumed):
            self._restart()
        length = response.headers.get("Content-Length", "")
        self.total = self.arrived + int(length) if length.isdecimal() else 0

    def write(self, piece: bytes) -> None:
        self._cancel.raise_if_cancelled()
        self._file.write(piece)
        self.arrived += len(piece)
        if self.total:
            self._progress(min(1.0, self.arrived / self.total))

    def flush(self) -> None:
        self._file.flush()

    def _restart(self) -> None:
        if self.arrived:
            self._file.truncate(0)
            self.arrived = 0


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no known meaning"
