"""The report says what happened, shows examples, and needs nothing but itself."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.masks import a_mask_file
from support.queues import disk, make_queue
from support.triage import PlainTriage

from segrefine_gui.domain.assessment import Assessment, Reason
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.recalibration import Recalibration
from segrefine_gui.domain.records import Basis, Decision
from segrefine_gui.services.assess import assess_refinements
from segrefine_gui.services.import_masks import import_masks
from segrefine_gui.services.matching import ImageMatcher
from segrefine_gui.services.report import Group, Outcome, Report, make_report
from segrefine_gui.services.report_page import render
from segrefine_gui.storage import image_io
from segrefine_gui.storage.base import DecisionRecord, ImageReader
from segrefine_gui.storage.project import Project

HOSTILE = '"><script>alert(1)</script>&amp;'
START = datetime(2026, 1, 2, tzinfo=timezone.utc)


class Page(HTMLParser):
    """What a browser would find: tags with their attributes, closed in order, and the text."""

    VOID = ("meta", "img", "br")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


def reported(project: Project, reader: ImageReader = image_io) -> Report:
    return make_report(project, reader, CancelToken())


@pytest.fixture
def queue(tmp_path: Path, image_folder: Path):
    """40 instances, 36 refined; decided: 10 whole, 5 in part, 15 coarse, 2 dropped."""
    with Project.open(make_queue(tmp_path / "q.segrefine", image_folder, 40, refined=36)) as made:
        part = made.instance(1).coarse
        kinds = [(Decision.REFINED, None)] * 10 + [(Decision.REFINED, part)] * 5
        kinds += [(Decision.COARSE, None)] * 15 + [(Decision.DROPPED, None)] * 2
        made.set_decisions(
            {
                number + 1: DecisionRecord(
                    decision,
                    number + 1,
                    seconds=2.0 if number < 20 else 8.0,
                    reviewer="ann" if number % 3 else HOSTILE,
                    decided_at=START + timedelta(seconds=number),
                    left_out=left_out,
                )
                for number, (decision, left_out) in enumerate(kinds)
            },
            "decide",
        )
        reason = Reason("neighbour", f"grows into a neighbour {HOSTILE}", 1.0)
        made.set_assessment(3, Assessment(0.99, (reason,), (), {}, "m"))
        yield made


def test_the_counts_are_those_of_the_project(queue: Project) -> None:
    report = reported(queue)
    assert (report.images, report.project) == (2, "q.segrefine")
    assert report.overall.counts == {
        Outcome.WHOLE: 10,
        Outcome.PARTS: 5,
        Outcome.COARSE: 15,
        Outcome.DROPPED: 2,
        Outcome.PENDING: 8,
    }
    assert report.overall.acceptance == 0.5
    assert {group.name: group.total for group in report.categories} == {
        "cat": 14,
        "dog": 13,
        "bird": 13,
    }
    assert [group.name for group in report.sizes] == [
        "small, below 32² pixels",
        "medium, below 96² pixels",
    ]
    assert sum(group.total for group in report.sizes) == 40
    assert [group.counts for group in report.reasons] == [{Outcome.WHOLE: 1}]
    assert len(report.risks) == 20
    assert sum(group.total for group in report.risks) == 36
    assert report.risks[-1].counts == {Outcome.WHOLE: 1}


def test_risks_are_held_against_what_people_spent_time_on(queue: Project) -> None:
    found = reported(queue).calibration
    assert found is not None
    # 15 coarse and 5 with changes left out of 30; the dropped ones say nothing.
    assert (found.instances, found.harm) == (30, pytest.approx(20 / 30))
    assert found.quality.auroc == pytest.approx((9 * 20) / (10 * 20))
    queue.set_recalibration(Recalibration(1.0, 2.0))
    again = reported(queue).calibration
    assert again is not None
    assert again.quality.auroc == pytest.approx(found.quality.auroc)
    assert again.reliability[0].risk > found.reliability[0].risk


@pytest.fixture
def edited(queue: Project) -> Project:
    """The same, but the first two of those in part and the first pending one are edited."""
    masks = {11: Basis.REFINED, 12: Basis.COARSE, 33: Basis.COARSE}
    for instance_id, based_on in masks.items():
        record = DecisionRecord(
            Decision.EDITED,
            instance_id,
            seconds=5.0,
            reviewer="ann",
            edited=encode_mask(disk(40)),
            based_on=based_on,
        )
        queue.set_decisions({instance_id: record}, "decide")
    return queue


def test_an_edit_is_an_outcome_of_its_own_and_no_acceptance(edited: Project) -> None:
    report = reported(edited)
    assert report.overall.counts == {
        Outcome.WHOLE: 10,
        Outcome.PARTS: 3,
        Outcome.EDITED: 3,
        Outcome.COARSE: 15,
        Outcome.DROPPED: 2,
        Outcome.PENDING: 7,
    }
    assert (report.overall.judged, report.overall.acceptance) == (31, pytest.approx(13 / 31))
    assert report.calibration is not None
    assert (report.calibration.instances, report.calibration.harm) == (31, pytest.approx(21 / 31))


def test_an_edited_instance_is_shown_as_it_was_edited(edited: Project) -> None:
    report = reported(edited)
    found = report.examples["Edited"]
    assert [example.decision for example in found] == [Decision.EDITED] * 3
    picture = cv2.imdecode(np.frombuffer(found[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
    hsv, half = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV), picture.shape[1] // 2
    green = (abs(hsv[..., 0].astype(int) - 82) < 6) & (hsv[..., 1] > 150) & (hsv[..., 2] > 100)
    assert np.count_nonzero(green[:, half:]) > 100 > np.count_nonzero(green[:, :half])
    html = render(report)
    page = Page(html)
    assert "edited" in page.text
    assert 'class="edited"' in html


def test_the_pace_is_that_of_the_decisions(queue: Project) -> None:
    report = reported(queue)
    assert [(pace.reviewer, pace.decisions) for pace in report.paces] == [
        ("ann", 21),
        (HOSTILE, 11),
    ]
    assert sum(pace.minutes for pace in report.paces) == pytest.approx((20 * 2 + 12 * 8) / 60)
    assert len(report.pace_curve) == 10
    assert report.pace_curve == sorted(report.pace_curve)
    assert (report.pace_curve[0], report.pace_curve[-1]) == (2.0, 8.0)


def test_the_page_loads_nothing_and_believes_no_name(queue: Project) -> None:
    html = render(reported(queue))
    page = Page(html)
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert all(
        attrs["src"].startswith("data:image/jpeg") for tag, attrs in page.tags if tag == "img"
    )
    assert not re.search(r"https?:|url\(|@import", html)
    assert "<script" not in html
    assert HOSTILE in page.text
    policies = [attrs for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs]
    assert policies[0]["content"].startswith("default-src 'none'")
    assert "prefers-color-scheme: dark" in html
    for heading in ("category", "size", "reason", "Risk and decisions", "Pace", "Riskiest"):
        assert heading in page.text


def test_the_examples_are_pictures_of_both_masks(queue: Project, disk_image: np.ndarray) -> None:
    report = reported(queue)
    assert {title: len(found) for title, found in report.examples.items()} == {
        "Accepted": 6,
        "Edited": 0,
        "Kept coarse": 6,
        "Riskiest": 6,
    }
    riskiest = report.examples["Riskiest"]
    assert riskiest[0].title == "bird #2 of one.png"
    assert [example.risk for example in riskiest] == sorted(
        (example.risk for example in riskiest), reverse=True
    )
    picture = cv2.imdecode(np.frombuffer(riskiest[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[:2] == (riskiest[0].height, riskiest[0].width)
    hue = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    half = picture.shape[1] // 2
    blue = (abs(hue[..., 0].astype(int) - 101) < 6) & (hue[..., 1] > 100) & (hue[..., 2] > 150)
    assert np.count_nonzero(blue[:, half:]) > 100 > np.count_nonzero(blue[:, :half])
    embedded = re.findall(r"base64,([^\"]+)", render(report))
    assert base64.b64decode(embedded[0]) == report.examples["Accepted"][0].jpeg


def test_a_photo_that_is_gone_is_said_and_the_rest_is_shown(queue: Project) -> None:
    queue.images()[0].path.unlink()
    report = reported(queue)
    assert report.examples["Accepted"] == []
    assert {skipped.subject for skipped in report.skipped} == {"one.png"}
    assert "Accepted" not in re.findall(r"<h2>(.*?)</h2>", render(report))


def test_a_project_without_anything_is_a_page_too(project: Project) -> None:
    report = reported(project)
    assert report.calibration is None
    page = Page(render(report))
    assert "no instances" in page.text


def test_before_any_decision_there_is_nothing_to_hold_risks_against(
    imported: Project, image_folder: Path
) -> None:
    assert assess_refinements(imported, PlainTriage(), image_io, CancelToken()).assessed == 0
    report = reported(imported)
    assert (report.risks, report.calibration, report.paces) == ([], None, [])
    assert report.overall == Group("all instances", {Outcome.PENDING: 3})
    Page(render(report))


def test_many_categories_are_cut_to_the_largest(
    project: Project, image_folder: Path, coarse_mask: np.ndarray
) -> None:
    masks = a_mask_file(["one.png"] * 40, coarse_mask)
    for number, entry in enumerate(masks.masks):
        object.__setattr__(entry, "category", f"category {number:02}")
        object.__setattr__(entry, "category_id", number)
    files = image_io.find_images([image_folder])
    matcher = ImageMatcher(files, [image_folder])
    import_masks(project, masks, "origin", files, matcher, image_io, CancelToken())
    report = reported(project)
    assert len(report.categories) == 30
    assert report.categories[0].name == "category 00"


def test_cancelling_stops_between_instances(queue: Project) -> None:
    cancel = CancelToken()
    steps = []

    def stop(step) -> None:
        steps.append(step)
        cancel.cancel()

    with pytest.raises(Cancelled):
        make_report(queue, image_io, cancel, stop)
    assert len(steps) == 1
