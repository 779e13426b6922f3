from __future__ import annotations

import csv
import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.records import Basis
from segrefine_gui.formats.decisions import DecisionsWriter

MASK = np.ones((4, 5), dtype=bool)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_one_row_for_each_instance_written_or_not(tmp_path, make_record, write):
    records = [
        make_record(
            MASK,
            3,
            score=0.1 + 0.2,
            refiner="cascadepsp",
            risk=1 / 3,
            seconds=12.5,
            reviewer="Žofie",
            left_out=1234567,
            based_on=Basis.REFINED,
            refiner_version="0.6",
            weights_hash="sha256:1f",
            decided_at=datetime(2026, 11, 25, 12, 30, tzinfo=timezone.utc),
        ),
        make_record(None, 4, image='sub/写真, "two".jpg', category="a\nb"),
    ]
    report = write(DecisionsWriter, records, tmp_path)
    assert (report.written, report.listed) == (1, 2)
    header = (tmp_path / "decisions.csv").read_bytes().split(b"\r\n")[0]
    assert header == (
        b"source_id,image,category,score,refiner,risk,decision,seconds,reviewer,left_out,based_on,"
        b"refiner_version,weights_hash,decided_at"
    )
    assert rows(tmp_path) == [
        {
            "source_id": "3",
            "image": "photo.jpg",
            "category": "cat",
            "score": "0.3",
            "refiner": "cascadepsp",
            "risk": "0.333333",
            "decision": "coarse",
            "seconds": "12.5",
            "reviewer": "Žofie",
            "left_out": "1234567",
            "based_on": "refined",
            "refiner_version": "0.6",
            "weights_hash": "sha256:1f",
            "decided_at": "2026-11-25T12:30:00+00:00",
        },
        {
            "source_id": "4",
            "image": 'sub/写真, "two".jpg',
            "category": "a\nb",
            "score": "",
            "refiner": "",
            "risk": "",
            "decision": "dropped",
            "seconds": "0",
            "reviewer": "",
            "left_out": "",
            "based_on": "",
            "refiner_version": "",
            "weights_hash": "",
            "decided_at": "",
        },
    ]


def test_json_says_the_same(tmp_path, make_record, write):
    records = [make_record(MASK, 3, score=0.5, left_out=7), make_record(None, 4, image="=写真.jpg")]
    write(DecisionsWriter, records, tmp_path)
    first, second = json.loads((tmp_path / "decisions.json").read_text(encoding="utf-8"))
    assert list(first) == list(rows(tmp_path)[0])
    assert (first["source_id"], first["score"], first["left_out"]) == (3, 0.5, 7)
    assert (second["image"], second["score"], second["decision"]) == ("=写真.jpg", None, "dropped")


def test_no_instances_are_a_header(tmp_path, write):
    assert write(DecisionsWriter, [], tmp_path).written == 0
    assert rows(tmp_path) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_names_do_not_run_as_formulas(tmp_path, make_record, write, start):
    hostile = f"{start}HYPERLINK(0)"
    record = make_record(MASK, -1, image=hostile, category=hostile, reviewer=hostile)
    write(DecisionsWriter, [record], tmp_path)
    (row,) = rows(tmp_path)
    assert {row["image"], row["category"], row["reviewer"]} == {f"'{hostile}"}
    assert row["source_id"] == "-1"


def test_names_that_are_no_text(tmp_path, make_record, write):
    write(DecisionsWriter, [make_record(MASK, image="a\udcff.jpg")], tmp_path)
    assert rows(tmp_path)[0]["image"] == "a?.jpg"


def test_a_cancelled_export_leaves_the_old_table_whole(tmp_path, make_record, write):
    write(DecisionsWriter, [make_record(MASK)], tmp_path)
    before = (tmp_path / "decisions.csv").read_bytes()
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        write(DecisionsWriter, [make_record(MASK)] * 3, tmp_path, cancel=cancel)
    assert (tmp_path / "decisions.csv").read_bytes() == before
    assert (tmp_path / "decisions.json").exists()
