"""Tiles, batches and what to do without memory: the schedule that refiners share."""
