"""Detectron2 as a segmenter: a model of its zoo, or a configuration and weights of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.domain.errors import EngineError
from segrefine_gui.domain.masks import encode_mask
from segrefine_gui.domain.records import EngineRun
from segrefine_gui.engines import weights
from segrefine_gui.engines.base import (
    Detection,
    EngineKind,
    EngineOptions,
    EngineStatus,
    Progress,
    RgbImage,
    ignore_progress,
)
from segrefine_gui.engines.detectron2_zoo import (
    DEFAULT_MODEL,
    NOT_INSTALLED,
    config_file,
    zoo_weights,
)
from segrefine_gui.engines.devices import choose_device
from segrefine_gui.engines.installed import version_of
from segrefine_gui.engines.parameters import Parameter
from segrefine_gui.engines.weights import WeightsFile


class Detectron2Segmenter:
    """A loaded Detectron2 network."""

    def __init__(self, network: Any, config: Any, run: EngineRun) -> None:
        from detectron2.data import transforms

        self.run = run
        self._network = network
        self._wants_bgr = config.INPUT.FORMAT == "BGR"
        self._threshold = float(config.MODEL.ROI_HEADS.SCORE_THRESH_TEST)
        self._resize = transforms.ResizeShortestEdge(
            [config.INPUT.MIN_SIZE_TEST] * 2, config.INPUT.MAX_SIZE_TEST
        )
        self._categories = _categories(config)

    def segment(
        self, image: RgbImage, cancel: CancelToken, progress: Progress = ignore_progress
    ) -> list[Detection]:
        """See `base.Segmenter.segment`."""
        import torch

        cancel.raise_if_cancelled()
        try:
            with torch.inference_mode():
                found = self._network([self._prepared(image)])[0]["instances"]
                found = found[found.scores >= self._threshold]
                numbers = found.pred_classes.tolist()
                scores = found.scores.tolist()
                masks = found.pred_masks
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise EngineError(
                "The GPU ran out of memory in Detectron2: close what else uses it, "
                "or choose the device cpu.",
                str(error),
            ) from error
        except (RuntimeError, ValueError, AttributeError, AssertionError) as error:
            raise EngineError("Detectron2 failed on this image.", str(error)) from error
        detections = []
        for done, (number, score, mask) in enumerate(zip(numbers, scores, masks, strict=True)):
            cancel.raise_if_cancelled()
            name, source_id = self._categories.get(number, (f"class {number}", number))
            detections.append(Detection(encode_mask(mask.cpu().numpy()), name, source_id, score))
            progress((done + 1) / len(numbers))
        progress(1.0)
        return detections

    def _prepared(self, image: RgbImage) -> dict[str, Any]:
        """What `DefaultPredictor` makes of an image, from RGB instead of BGR."""
        import torch

        pixels = image[:, :, ::-1] if self._wants_bgr else image
        resized = self._resize.get_transform(pixels).apply_image(pixels)
        planes = np.ascontiguousarray(resized.astype(np.float32).transpose(2, 0, 1))
        height, width = image.shape[:2]
        return {"image": torch.from_numpy(planes), "height": height, "width": width}


class Detectron2Factory:
    """Registers Detectron2."""

    name = "detectron2"
    kind: EngineKind = "segmenter"
    summary = "Detectron2: any Mask R-CNN of its zoo, or your own configuration and weights"

    def parameters(self, options: EngineOptions) -> tuple[Parameter, ...]:  # noqa: ARG002
        """See `base.EngineFactory.parameters`."""
        return ()

    def status(self, options: EngineOptions) -> EngineStatus:
        """See `base.EngineFactory.status`."""
        version = version_of("detectron2", "detectron2")
        if not version or not version_of("torch", "torch"):
            return EngineStatus(
                usable=False, problem=NOT_INSTALLED, weights_found=options.weights is not None
            )
        try:
            published = _published(options)
        except EngineError as error:
            return EngineStatus(False, error.sentence, version, weights_found=False)
        return weights.status(published, options, version)

    def load(self, options: EngineOptions) -> Detectron2Segmenter:
        """See `base.EngineFactory.load`."""
        version = version_of("detectron2", "detectron2")
        if not version:
            raise EngineError(NOT_INSTALLED)
        path, weights_hash = weights.require(_published(options), options)
        model = options.model or DEFAULT_MODEL
        device = choose_device(options.device)
        try:
            from segrefine_gui.engines.detectron2_model import build_network, read_config

            config = read_config(config_file(model), device, options.score_threshold)
            network = build_network(config, path)
        except ImportError as error:
            raise EngineError(
                "Detectron2 could not be imported: build it again for the torch that is installed, "
                "as https://detectron2.readthedocs.io/tutorials/install.html says.",
                str(error),
            ) from error
        run = EngineRun(
            engine=self.name,
            version=version,
            parameters={"model": model, "score_threshold": options.score_threshold},
            weights_hash=weights_hash,
            device=device,
        )
        return Detectron2Segmenter(network, config, run)


def _published(options: EngineOptions) -> WeightsFile:
    """The weights that belong to the model of `options`.

    Raises:
        EngineError: no such model; or one without published weights, and none were given.
    """
    model = options.model or DEFAULT_MODEL
    config_file(model)
    published = zoo_weights(model)
    if published is None:
        if options.weights is None:
            raise EngineError(
                f"Detectron2 publishes no weights for {model}: choose its weights file as well."
            )
        return weights.DETECTRON2  # stands for the person's own file, which is looked at first
    return published


def _categories(config: Any) -> dict[int, tuple[str, int]]:
    """Class number of the network -> (name, number in the data set), where Detectron2 knows."""
    from detectron2.data import MetadataCatalog

    if not config.DATASETS.TEST:
        return {}
    metadata = MetadataCatalog.get(config.DATASETS.TEST[0])
    names = metadata.get("thing_classes", [])
    if len(names) != config.MODEL.ROI_HEADS.NUM_CLASSES:
        return {}
    source_ids = metadata.get("thing_dataset_id_to_contiguous_id", {})
    source_id_of = {number: source_id for source_id, number in source_ids.items()}
    return {number: (name, source_id_of.get(number, number)) for number, name in enumerate(names)}
