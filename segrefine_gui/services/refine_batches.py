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
    """An instance in a round; `crop` is what went wrong where it could not be cut."""

    photo: Photo
    pixels: RgbImage
    instance: Instance
    region: Box
    crop: Crop | Exception

    def made(self, refinement: Refinement | str) -> Made:
        return Made(self.instance, self.photo.image, self.pixels, refinement)

    def failed(self, error: Exception, engine: str) -> Made:
        return self.made(failure(error, engine, subject_of(self.instance, self.photo.image)))


def _member(photo: Photo, pixels: RgbImage, instance: Instance) -> _Member:
    region, image = Box(0, 0, 0, 0), photo.image
    try:
        region = context_region(instance.coarse.box, image.width, image.height)
        crop = Crop(pixels[region.slices], instance.coarse.decode(region))
    except Exception as error:  # noqa: BLE001 - a damaged mask costs its instance alone
        return _Member(photo, pixels, instance, region, error)
    return _Member(photo, pixels, instance, region, crop)


def _rounds(photos: Iterable[Photo], most: int) -> Iterator[list[_Member]]:
    members: list[_Member] = []
    held = 0
    for photo in photos:
        if photo.pixels is None:
            continue
        new = photo.image.box.area
        for instance in photo.instances:
            member = _member(photo, photo.pixels, instance)
            if members and (len(members) == most or held + new + member.region.area > _MOST_PIXELS):
                yield members
                members, held, new = [], 0, photo.image.box.area
            members.append(member)
            held += new + member.region.area
            new = 0
    if members:
        yield members


def _refine_round(
    refiner: BatchRefiner, members: list[_Member], cancel: CancelToken, tell: Tell
) -> Iterator[Made]:
    engine = refiner.run.engine
    waiting: list[_Member] = []
    crops: list[Crop] = []
    for member in members:
        if isinstance(member.crop, Exception):
            yield member.failed(member.crop, engine)
        else:
            waiting.append(member)
            crops.append(member.crop)
    open_places = dict.fromkeys(range(len(crops)))

    def progress(share: float) -> None:
        first = waiting[min(open_places, default=-1)]
        made_already = len(crops) - len(open_places)
        tell(max(0.0, share * len(crops) - made_already), first.photo.image.name)

    problem: Exception = RuntimeError("the refiner left it out")
    try:
        if crops:
            progress(0.0)
            for outcome in refiner.refine_many(crops, cancel, progress):
                del open_places[outcome.index]
                member = waiting[outcome.index]
                if isinstance(outcome.soft, SegRefineError):
                    yield member.failed(outcome.soft, engine)
                    continue
                soft = SoftMask(member.region, outcome.soft)
                run = replace(refiner.run, seconds=outcome.seconds)
                yield member.made(Refinement(0, member.instance.id, soft, run))
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - it may fail in any way; the next round goes on
        problem = error
    for place in open_places:
        yield waiting[place].failed(problem, engine)
