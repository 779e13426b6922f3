"""The words of SegRefine as values: boxes, masks, decisions, metrics. Imports nothing of ours."""
