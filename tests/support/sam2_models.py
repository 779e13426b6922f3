"""SAM 2 networks with random weights, small enough to run in tests, as files on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SIDE = 128
"""What the network sees, in pixels of a side."""


def make_model(folder: Path, seed: int = 0) -> Any:
    """Write a network with random weights as `save_pretrained` does; returns the network."""
    import torch
    from transformers import (
        Sam2Config,
        Sam2HieraDetConfig,
        Sam2MaskDecoderConfig,
        Sam2Model,
        Sam2PromptEncoderConfig,
        Sam2VisionConfig,
    )

    backbone = Sam2HieraDetConfig(
        hidden_size=8,
        image_size=[SIDE, SIDE],
        blocks_per_stage=[1, 1, 2, 1],
        embed_dim_per_stage=[8, 16, 32, 64],
        global_attention_blocks=[3],
    )
    configuration = Sam2Config(
        vision_config=Sam2VisionConfig(
            backbone_config=backbone,
            backbone_channel_list=[64, 32, 16, 8],
            backbone_feature_sizes=[[SIDE // step] * 2 for step in (4, 8, 16)],
            fpn_hidden_size=32,
        ),
        prompt_encoder_config=Sam2PromptEncoderConfig(hidden_size=32, image_size=SIDE),
        mask_decoder_config=Sam2MaskDecoderConfig(
            hidden_size=32, mlp_dim=64, num_attention_heads=4, iou_head_hidden_dim=32
        ),
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Sam2Model(configuration).eval()
        # As made, its masks hardly depend on the prompt.
        for name, values in network.named_parameters():
            if "weight" in name and values.dim() > 1:
                torch.nn.init.normal_(values.data, std=0.3)
    network.save_pretrained(folder)
    return network
