"""Refining several instances at once, of one image or several, with an engine made for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from segrefine_gui.domain.boxes import Box, context_region
from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import Cancelled, SegRefineError
from segrefine_gui.domain.records import Image, Instance, Refinement
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.engines.base import BatchRefiner, Crop, RgbImage
from segrefine_gui.services.photos import Photo

_log = logging.getLogger(__name__)

_MOST_PIXELS = 50_000_000
"""Of the photos and regions that one round holds in memory; a single one may be larger. Engines may
need some tens of bytes for each."""

Tell = Callable[[float, str], None]
"""Called with how much of the instances in work is done, 1 being one of them, and a text."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a refiner made of one instance.

    Attributes:
        instance: what was refined.
        image: its image.
        pixels: uint8 (h, w, 3) RGB of the whole image.
        refinement: not stored yet (id 0); or one sentence on why there is none.
    """

    instance: Instance
    image: Image
    pixels: RgbImage
    refinement: Refinement | str


def failure(error: Exception, engine: str, subject: str) -> str:
    """What to say of an instance on which an engine failed; what is not for people is logged."""
    if isinstance(error, SegRefineError):
        if error.detail:
            _log.warning("refining %s failed: %s", subject, error.detail)
        return error.sentence
    _log.error("refining %s failed", subject, exc_info=error)
    return f"The refiner {engine} failed on this instance; see the log."


def subject_of(instance: Instance, image: Image) -> str:
    """An instance in words."""
    return f"instance {instance.source_id} of {image.name}"


def refine_in_rounds(
    refiner: BatchRefiner, photos: Iterable[Photo], cancel: CancelToken, tell: Tell
) -> Iterator[Made]:
    """Refine the instances of photos, so many at once as the refiner makes good use of.

    Args:
        refiner: the engine.
        photos: with their instances; those that cannot be used are passed over.
        cancel: asked before each round, and by the engine between its steps.
        tell: told how far a round is beyond the instances that were yielded.

    Yields:
        What was made, as soon as the engine gives it, round by round.
    """
    for members in _rounds(photos, refiner.crops_at_once):
        cancel.raise_if_cancelled()
        yield from _refine_round(refiner, members, cancel, tell)


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    photo: Photo
    pixels: RgbImage
    instance: Instance
    region: Box

    @property
    def crop(self) -> Crop:
        return Crop(self.pixels[self.region.slices], self.instance.coarse.decode(self.region))


def _rounds(photos: Iterable[Photo], most: int) -> Iterator[list[_Member]]:
    members: list[_Member] = []
    held = 0
    for photo in photos:
        if photo.pixels is None:
            continue
        image = photo.image
        new = image.box.area
        for instance in photo.instances:
            region = context_region(instance.coarse.box, image.width, image.height)
            if members and (len(members) == most or held + new + region.area > _MOST_PIXELS):
                yield members
                members, held, new = [], 0, image.box.area
            members.append(_Member(photo, photo.pixels, instance, region))
            held += new + region.area
            new = 0
    if members:
        yield members


def _refine_round(
    refiner: BatchRefiner, members: list[_Member], cancel: CancelToken, tell: Tell
) -> Iterator[Made]:
    crops = [member.crop for member in members]
    waiting = dict(enumerate(members))

    def progress(share: float) -> None:
        first = members[min(waiting, default=-1)]
        made_already = len(members) - len(waiting)
        tell(max(0.0, share * len(members) - made_already), first.photo.image.name)

    def made(index: int, refinement: Refinement | str) -> Made:
        member = waiting.pop(index)
        return Made(member.instance, member.photo.image, member.pixels, refinement)

    engine = refiner.run.engine
    progress(0.0)
    problem: Exception = RuntimeError("the refiner left it out")
    try:
        for outcome in refiner.refine_many(crops, cancel, progress):
            member = members[outcome.index]
            if isinstance(outcome.soft, SegRefineError):
                subject = subject_of(member.instance, member.photo.image)
                yield made(outcome.index, failure(outcome.soft, engine, subject))
                continue
            soft = SoftMask(member.region, outcome.soft)
            run = replace(refiner.run, seconds=outcome.seconds)
            yield made(outcome.index, Refinement(0, member.instance.id, soft, run))
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - an engine may fail in any way; the next round goes on
        problem = error
    for index, member in list(waiting.items()):
        subject = subject_of(member.instance, member.photo.image)
        yield made(index, failure(problem, engine, subject))
