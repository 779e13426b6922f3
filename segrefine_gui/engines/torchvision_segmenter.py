"""torchvision's Mask R-CNN v2 as a segmenter: COCO's 80 categories, one `pip install` away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines.base import EngineKind, EngineOptions, EngineStatus, RgbImage
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import literal_in, version_of
from segrefine_gui.engines.parameters import Parameter
from segrefine_gui.engines.torch_base import checkpoints
from segrefine_gui.engines.torch_base.segmenter import Found, TorchSegmenter, Wanted, head_masks
from segrefine_gui.engines.torch_base.segmenter_parameters import (
    SegmenterSettings,
    segmenter_parameters,
)
from segrefine_gui.engines.weights import files as weights

_MASK_CUT = 0.5
"""torchvision's masks are probabilities; its documentation cuts them here."""
_SHORT_SIDE, _LONGEST_SIDE = 800, 1333
"""To what it resizes images unless told otherwise, in pixels."""
_DETECTIONS = 100
_BACKGROUND, _UNUSED = "__background__", "N/A"


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """What the network says of one image, as tensors.

    Attributes:
        boxes: float (n, 4), x0, y0, x1, y1 in pixels of the image.
        labels: int (n,).
        scores: float (n,).
        masks: float (n, 1, 28, 28), probabilities over the boxes.
    """

    boxes: Any
    labels: Any
    scores: Any
    masks: Any


class TorchvisionNetwork:
    """A loaded Mask R-CNN; see `torch_segmenter.InstanceNetwork`."""

    title = "torchvision's Mask R-CNN"

    def __init__(self, network: Any, names: Sequence[str], device: str) -> None:
        self._network = network
        self._device = device
        self.categories: Mapping[int, tuple[str, int]] = {
            number: (name, number)
            for number, name in enumerate(names)
            if name not in (_BACKGROUND, _UNUSED)
        }

    def infer(self, images: Sequence[RgbImage]) -> list[_Answer]:
        """The steps of its `forward`, without pasting every mask over its whole image."""
        import torch
        from torchvision.models.detection.transform import resize_boxes

        pixels = [
            torch.from_numpy(np.ascontiguousarray(image)).to(self._device).permute(2, 0, 1) / 255
            for image in images
        ]
        network = self._network
        resized, _ = network.transform(pixels)
        features = network.backbone(resized.tensors)
        proposals, _ = network.rpn(resized, features)
        found, _ = network.roi_heads(features, proposals, resized.image_sizes)
        return [
            _Answer(
                resize_boxes(each["boxes"], size, image.shape[:2]),
                each["labels"],
                each["scores"],
                each["masks"],
            )
            for each, size, image in zip(found, resized.image_sizes, images, strict=True)
        ]

    def objects(self, answer: _Answer, height: int, width: int, wanted: Wanted) -> Iterator[Found]:
        """See `torch_segmenter.InstanceNetwork.objects`."""
        from torchvision.models.detection.roi_heads import paste_masks_in_image

        numbers, scores = answer.labels.tolist(), answer.scores.tolist()
        heads = head_masks(answer.boxes, answer.masks[:, 0])
        for index, (number, score) in enumerate(zip(numbers, scores, strict=True)):
            if not wanted(number, score):
                continue
            part = slice(index, index + 1)
            pasted = paste_masks_in_image(answer.masks[part], answer.boxes[part], (height, width))
            mask = (pasted[0, 0] >= _MASK_CUT).cpu().numpy()
            yield Found(number, score, mask, heads[index])


@cache
def _category_names() -> tuple[str, ...]:
    """COCO's categories as torchvision names them, without importing it; empty where it changed."""
    names = literal_in("torchvision", "models/_meta.py", "_COCO_CATEGORIES")
    return tuple(name for name in names or () if name not in (_BACKGROUND, _UNUSED))


class TorchvisionFactory:
    """Registers torchvision's Mask R-CNN v2."""

    name = "torchvision"
    kind: EngineKind = "segmenter"
    summary = "Mask R-CNN v2 of torchvision, COCO's 80 categories"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return segmenter_parameters(_category_names())

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        version = version_of("torchvision", "torchvision")
        if not version:
            return EngineStatus(
                usable=False,
                problem='torchvision is not installed: run `pip install "segrefine-gui[engines]"`.',
                weights_found=weights.locate(weights.TORCHVISION, options).is_file(),
            )
        return weights.status(weights.TORCHVISION, options, version)

    def load(self, options: EngineOptions) -> TorchSegmenter:
        """See `base.EngineFactory.load`."""
        if options.model is not None:
            raise EngineError(
                f"The segmenter torchvision has one model only: leave out {options.model!r}."
            )
        status = self.status(options)
        if not status.version:
            raise EngineError(status.problem)
        device = choose_device(options.device)
        settings = SegmenterSettings.read(self.parameters(options), options, self.name, device)
        path, weights_hash = weights.require(weights.TORCHVISION, options)
        try:
            from torchvision.models import detection
        except (ImportError, RuntimeError) as error:  # RuntimeError: built for another torch
            raise EngineError(
                "torchvision could not be imported: install it again with "
                '`pip install --force-reinstall "segrefine-gui[engines]"`.',
                str(error),
            ) from error
        short_side, longest_side = settings.resized(_SHORT_SIDE, _LONGEST_SIDE)
        network = detection.maskrcnn_resnet50_fpn_v2(
            weights=None,
            weights_backbone=None,  # its default would be downloaded
            min_size=short_side,
            max_size=longest_side,
            box_score_thresh=options.score_threshold,
            box_detections_per_img=settings.detections or _DETECTIONS,
        )
        try:
            network.load_state_dict(dict(checkpoints.read_torch(path)))
        except (RuntimeError, TypeError, AttributeError) as error:
            raise WeightsError(
                f"The weights file {path} is not one of torchvision's Mask R-CNN v2.", str(error)
            ) from error
        run = EngineRun(self.name, status.version, settings.recorded, weights_hash, device)
        names = detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.meta["categories"]
        network = network.eval().to(device)
        return TorchSegmenter(TorchvisionNetwork(network, names, device), settings, run)
