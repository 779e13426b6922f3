"""A Detectron2 network at work: what it is given, and what is read from its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.head_masks import HeadMask
from segrefine_gui.engines.base import RgbImage
from segrefine_gui.engines.detectron2.blueprint import Blueprint, categories, check_format
from segrefine_gui.engines.torch_base.segmenter import Found, Wanted, head_masks
from segrefine_gui.engines.torch_base.segmenter_parameters import SegmenterSettings

INSTANCES, PANOPTIC = "instances", "panoptic"
"""Which objects are taken: those of the instance head, which may overlap, or the things of the
panoptic answer, where each pixel belongs to one."""

_PASTED_BYTES = 1 << 26
"""Masks over the whole image that are made at once, 1 byte a pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What the network says of one image.

    Attributes:
        instances: Detectron2's `Instances`, in the size of the network's input.
        semantic: scores of the panoptic model's classes, in that size, too; None without.
        size: (height, width) of the network's input.
    """

    instances: Any
    semantic: Any
    size: tuple[int, int]


class Detectron2Network:
    """A network of Detectron2; see `torch_segmenter.InstanceNetwork`.

    Args:
        network: ready for inference.
        blueprint: what it was built from.
        settings: what a person chose.
        things: `INSTANCES` or `PANOPTIC`.

    Raises:
        EngineError: it wants images in another form than RGB or BGR, has no panoptic answer, or
            the names of its classes do not fit it.
    """

    title = "Detectron2"

    def __init__(
        self, network: Any, blueprint: Blueprint, settings: SegmenterSettings, things: str
    ) -> None:
        from detectron2.data import transforms
        from detectron2.modeling.meta_arch import GeneralizedRCNN, PanopticFPN

        image_format = blueprint.input_format or getattr(network, "input_format", None) or "BGR"
        check_format(blueprint.path, image_format)
        if things == PANOPTIC and not isinstance(network, PanopticFPN):
            raise EngineError(
                f"The model of {blueprint.path} has no panoptic answer: choose {INSTANCES}, or a "
                "model of COCO-PanopticSegmentation."
            )
        self.categories: Mapping[int, tuple[str, int]] = categories(
            blueprint, getattr(getattr(network, "roi_heads", None), "num_classes", None)
        )
        self._network = network
        self._panoptic = things == PANOPTIC
        # What a network of another's makes of an image is taken as it is.
        own = (GeneralizedRCNN.inference, PanopticFPN.inference)
        self._has_regions = getattr(type(network), "inference", None) in own
        self._wants_bgr = image_format == "BGR"
        short_side, longest_side = settings.resized(blueprint.short_side, blueprint.longest_side)
        self._resize = transforms.ResizeShortestEdge([short_side] * 2, longest_side)

    def infer(self, images: Sequence[RgbImage]) -> list[_Answer]:
        """See `torch_segmenter.InstanceNetwork.infer`."""
        from detectron2.modeling.meta_arch import GeneralizedRCNN

        inputs = [self._prepared(image) for image in images]
        sizes = [tuple(each["image"].shape[-2:]) for each in inputs]
        if self._panoptic:
            instances, semantics = self._network.inference(inputs, do_postprocess=False)
        elif self._has_regions:
            # Of a panoptic model, too, without the work of its other half.
            instances = GeneralizedRCNN.inference(self._network, inputs, do_postprocess=False)
            semantics = [None] * len(inputs)
        else:
            instances = [each["instances"] for each in self._network(inputs)]
            semantics = [None] * len(inputs)
        return [_Answer(*each) for each in zip(instances, semantics, sizes, strict=True)]

    def objects(self, answer: _Answer, height: int, width: int, wanted: Wanted) -> Iterator[Found]:
        """See `torch_segmenter.InstanceNetwork.objects`."""
        if self._panoptic:
            yield from self._things(answer, height, width, wanted)
            return
        found = answer.instances
        numbers, scores = found.pred_classes.tolist(), found.scores.tolist()
        kept = [at for at, each in enumerate(zip(numbers, scores, strict=True)) if wanted(*each)]
        step = max(1, _PASTED_BYTES // (height * width))
        for start in range(0, len(kept), step):
            part = found[kept[start : start + step]]
            if self._has_regions:
                part = _over_image(part, height, width)
            yield from _rows(part, part.pred_masks)

    def _things(self, answer: _Answer, height: int, width: int, wanted: Wanted) -> Iterator[Found]:
        """The things of the panoptic answer, put together as `PanopticFPN.inference` does it."""
        from detectron2.modeling.meta_arch.panoptic_fpn import (
            combine_semantic_and_instance_outputs,
        )
        from detectron2.modeling.postprocessing import sem_seg_postprocess

        semantic = sem_seg_postprocess(answer.semantic, answer.size, height, width).argmax(dim=0)
        found = _over_image(answer.instances, height, width)
        segments, infos = combine_semantic_and_instance_outputs(
            found,
            semantic,
            self._network.combine_overlap_thresh,
            self._network.combine_stuff_area_thresh,
            self._network.combine_instances_score_thresh,
        )
        for info in infos:
            if info["isthing"] and wanted(info["category_id"], info["score"]):
                yield from _rows(found[[info["instance_id"]]], (segments == info["id"])[None])

    def _prepared(self, image: RgbImage) -> dict[str, Any]:
        """What `DefaultPredictor` makes of an image, from RGB instead of BGR."""
        import torch

        pixels = image[:, :, ::-1] if self._wants_bgr else image
        resized = self._resize.get_transform(pixels).apply_image(pixels)
        planes = np.ascontiguousarray(resized.astype(np.float32).transpose(2, 0, 1))
        height, width = image.shape[:2]
        return {"image": torch.from_numpy(planes), "height": height, "width": width}


def _over_image(instances: Any, height: int, width: int) -> Any:
    """Detections in the size of the image, each mask pasted over all of it, its head's kept."""
    from detectron2.modeling.postprocessing import detector_postprocess

    # A copy: it is scaled in place, and the same answer may be asked for again.
    kept = type(instances)(instances.image_size, **instances.get_fields())
    kept.pred_boxes = instances.pred_boxes.clone()
    kept.head_masks = instances.pred_masks
    return detector_postprocess(kept, height, width)


def _rows(instances: Any, masks: Any) -> Iterator[Found]:
    """Detections in the size of the image with their masks, bool (n, h, w) on any device."""
    heads: Sequence[HeadMask | None] = [None] * len(instances)
    if instances.has("head_masks"):
        heads = head_masks(instances.pred_boxes.tensor, instances.head_masks[:, 0])
    yield from map(
        Found,
        instances.pred_classes.tolist(),
        instances.scores.tolist(),
        masks.cpu().numpy(),
        heads,
    )
