"""SegRefine: turn coarse segmentation masks into masks you trust."""

__version__ = "0.1.0"
