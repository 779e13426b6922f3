"""COCO files as other programs write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from segrefine_gui.domain.masks import encode_mask

WIDTH, HEIGHT = 160, 120


def write_coco(
    path: Path, images: dict[int, str], masks: list[tuple[int, int, np.ndarray]]
) -> None:
    """Write masks, (annotation id, image id, bool mask), of images by their ids."""
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": key, "file_name": name, "width": WIDTH, "height": HEIGHT}
                    for key, name in images.items()
                ],
                "categories": [{"id": 7, "name": "disk"}],
                "annotations": [
                    {
                        "id": annotation_id,
                        "image_id": image_id,
                        "category_id": 7,
                        "segmentation": encode_mask(mask).to_coco(),
                        "area": int(mask.sum()),
                        "bbox": encode_mask(mask).box.to_xywh(),
                        "iscrowd": 0,
                    }
                    for annotation_id, image_id, mask in masks
                ],
            }
        )
    )
