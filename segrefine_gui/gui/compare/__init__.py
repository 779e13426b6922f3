"""The views that compare a coarse mask with its refinement."""
