"""The canvas: one image with its masks, drawn fast and exact at any zoom."""
