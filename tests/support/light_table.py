"""Instances to look at, and what a person sees of them."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from segrefine_gui.domain.boxes import Box, image_box
from segrefine_gui.domain.masks import BoolMask, encode_mask
from segrefine_gui.domain.soft_masks import SoftMask
from segrefine_gui.gui.canvas.pyramid import ImagePyramid
from segrefine_gui.gui.compare.comparison import Comparison
from segrefine_gui.gui.scene import Scene

GREY = 128


def shown(widget: QWidget) -> npt.NDArray[np.int64]:
    """What a person sees: (height, width, 3) of RGB, in device pixels."""
    grabbed = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    size = (grabbed.height(), grabbed.width(), 4)
    return np.frombuffer(grabbed.constBits(), np.uint8).reshape(size)[..., :3].astype(np.int64)


def grey_image(width: int, height: int) -> ImagePyramid:
    """A photo of nothing."""
    return ImagePyramid.build(np.full((height, width, 3), GREY, np.uint8))


def compared(coarse: BoolMask, refined: BoolMask, region: Box | None = None) -> Comparison:
    """The comparison of two masks of a whole image; the refiner saw `region`."""
    height, width = coarse.shape
    region = region or image_box(width, height)
    soft = np.where(refined, 255, 0).astype(np.uint8)[region.slices]
    return Comparison.build(encode_mask(coarse), SoftMask(region, soft), 128)


def scene_of(
    comparison: Comparison, width: int, height: int, instance_id: int = 1, image=None
) -> Scene:
    """An instance that has been refined, in a grey photo."""
    return Scene(
        instance_id,
        image or grey_image(width, height),
        "",
        comparison.coarse,
        comparison,
        "grabcut",
        comparison.region,
    )
