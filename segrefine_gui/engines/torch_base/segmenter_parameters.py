"""The settings that every segmenter on torch offers, and what they come to."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import EngineOptions
from segrefine_gui.engines.parameters import Parameter, ParameterValue, checked

GPU_BATCH = 4
"""Images at once on a GPU where a person says nothing."""


def segmenter_parameters(categories: Sequence[str]) -> tuple[Parameter, ...]:
    """The settings that go with any instance segmentation network.

    Args:
        categories: names to offer; empty where they are not known before the network is built.
    """
    return (
        Parameter(
            "classes", "names", (), "Categories to keep",
            "Only objects of these categories become instances; none named keeps all.",
            choices=tuple(categories),
        ),
        Parameter(
            "longest_side", "whole", 0, "Longest side",
            "Images are resized to this for the network, larger finds smaller objects and takes "
            "more time and memory; 0 for what it was trained with.",
            low=0, high=8192, unit="px",
        ),
        Parameter(
            "detections_per_image", "whole", 0, "Detections per image",
            "At most so many objects of each image are kept, the surest; 0 for the model's own "
            "number.",
            low=0, high=10_000,
        ),
        Parameter(
            "batch", "whole", 0, "Images at once",
            "More use a GPU better and take more memory, fewer are taken where it runs out; "
            f"0 for {GPU_BATCH} on a GPU and 1 on the CPU.",
            low=0, high=256,
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SegmenterSettings:
    """What a person chose, in force.

    Attributes:
        threshold: detections below this score are left out, 0..1.
        classes: names of the categories to keep; empty for all.
        longest_side: of the network's input, in pixels; 0 for the model's own.
        detections: at most so many of an image; 0 for the model's own number.
        batch: images at once, at least 1.
        recorded: all of it as the JSON values that a run records.
    """

    threshold: float
    classes: tuple[str, ...]
    longest_side: int
    detections: int
    batch: int
    recorded: Mapping[str, object]

    @classmethod
    def read(
        cls, parameters: Sequence[Parameter], options: EngineOptions, engine: str, device: str
    ) -> SegmenterSettings:
        """The settings of `options`, checked.

        Args:
            parameters: what the engine offers, `segmenter_parameters` among it.
            options: what a person chose.
            engine: its name, for the sentences.
            device: "cpu" or "cuda:N".

        Raises:
            EngineError: a value is not one of the parameter it is for.
        """
        values = checked(parameters, options.parameters, engine)
        classes = values["classes"]
        assert isinstance(classes, tuple)
        return cls(
            options.score_threshold,
            classes,
            _whole(values["longest_side"]),
            _whole(values["detections_per_image"]),
            _whole(values["batch"]) or (1 if device == "cpu" else GPU_BATCH),
            {
                "score_threshold": options.score_threshold,
                **{
                    name: list(value) if isinstance(value, tuple) else value
                    for name, value in values.items()
                },
            },
        )

    def resized(self, short_side: int, longest_side: int) -> tuple[int, int]:
        """The sides to resize to, from those that the model was made with, in their proportion.

        Args:
            short_side: what the shorter side becomes where the longer one allows it, in pixels.
            longest_side: what the longer side is at most, in pixels.
        """
        if not self.longest_side:
            return short_side, longest_side
        scaled = round(short_side * self.longest_side / longest_side)
        return scaled or self.longest_side, self.longest_side


def _whole(value: ParameterValue) -> int:
    assert isinstance(value, int)
    return value


def check_classes(wanted: Iterable[str], known: Sequence[str]) -> None:
    """Raise `EngineError` where a network has no category of a name that a person wants."""
    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise EngineError(f"The model has no category {name!r}.{hint}")
