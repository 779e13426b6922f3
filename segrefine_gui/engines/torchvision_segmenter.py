"""torchvision's Mask R-CNN v2 as a segmenter: COCO's 80 categories, one `pip install` away."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError, WeightsError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines import checkpoints, weights
from segrefine_gui.engines.base import (
    Detection,
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    ignore_progress,
)
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter

_MASK_CUT = 0.5
"""torchvision's masks are probabilities; its documentation cuts them here."""


@dataclass(frozen=True, slots=True)
class TorchvisionSettings:
    """The network's own parameters.

    Attributes:
        min_size: shorter side to which an image is resized, in pixels.
        max_size: longest side after that, in pixels.
        most_detections: objects kept of one image, those of the highest score.
    """

    min_size: int = 800
    max_size: int = 1333
    most_detections: int = 100


class TorchvisionSegmenter:
    """A loaded Mask R-CNN."""

    def __init__(self, network: Any, categories: list[str], threshold: float, run: EngineRun):
        self.run = run
        self._network = network
        self._categories = categories
        self._threshold = threshold

    def segment(
        self, image: RgbImage, cancel: CancelToken, progress: Progress = ignore_progress
    ) -> list[Detection]:
        """See `base.Segmenter.segment`."""
        import torch

        cancel.raise_if_cancelled()
        try:
            with torch.inference_mode():
                pixels = torch.from_numpy(np.ascontiguousarray(image)).to(self.run.device)
                found = self._network([pixels.permute(2, 0, 1).float() / 255])[0]
                keep = found["scores"] >= self._threshold
                ids = found["labels"][keep].tolist()
                scores = found["scores"][keep].tolist()
                masks = found["masks"][keep, 0]
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise EngineError(
                "The GPU ran out of memory in torchvision's Mask R-CNN: close what else uses it, "
                "or choose the device cpu.",
                str(error),
            ) from error
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                "torchvision's Mask R-CNN failed on this image.", str(error)
            ) from error
        detections = []
        for number, (category_id, score, soft) in enumerate(zip(ids, scores, masks, strict=True)):
            cancel.raise_if_cancelled()
            mask = encode_mask((soft >= _MASK_CUT).cpu().numpy())
            detections.append(Detection(mask, self._categories[category_id], category_id, score))
            progress((number + 1) / len(ids))
        progress(1.0)
        return detections


class TorchvisionFactory:
    """Registers torchvision's Mask R-CNN v2.

    Args:
        settings: the network's parameters.
    """

    name = "torchvision"
    kind: EngineKind = "segmenter"
    summary = "Mask R-CNN v2 of torchvision, COCO's 80 categories"

    def __init__(self, settings: TorchvisionSettings | None = None) -> None:
        self._settings = settings or TorchvisionSettings()

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return ()

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

    def load(self, options: EngineOptions) -> TorchvisionSegmenter:
        """See `base.EngineFactory.load`."""
        if options.model is not None:
            raise EngineError(
                f"The segmenter torchvision has one model only: leave out {options.model!r}."
            )
        status = self.status(options)
        if not status.version:
            raise EngineError(status.problem)
        path, weights_hash = weights.require(weights.TORCHVISION, options)
        device = choose_device(options.device)
        try:
            from torchvision.models import detection
        except ImportError as error:
            raise EngineError(
                "torchvision could not be imported: install it again with "
                '`pip install "segrefine-gui[engines]"`.',
                str(error),
            ) from error
        network = detection.maskrcnn_resnet50_fpn_v2(
            weights=None,
            weights_backbone=None,  # its default would be downloaded
            min_size=self._settings.min_size,
            max_size=self._settings.max_size,
            box_score_thresh=options.score_threshold,
            box_detections_per_img=self._settings.most_detections,
        )
        try:
            network.load_state_dict(dict(checkpoints.read_torch(path)))
        except (RuntimeError, TypeError, AttributeError) as error:
            raise WeightsError(
                f"The weights file {path} is not one of torchvision's Mask R-CNN v2.", str(error)
            ) from error
        run = EngineRun(
            engine=self.name,
            version=status.version,
            parameters={**asdict(self._settings), "score_threshold": options.score_threshold},
            weights_hash=weights_hash,
            device=device,
        )
        meta = detection.MaskRCNN_ResNet50_FPN_V2_Weights.DEFAULT.meta
        return TorchvisionSegmenter(
            network.eval().to(device), meta["categories"], options.score_threshold, run
        )
