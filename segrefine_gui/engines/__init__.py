"""Engines: what makes coarse masks (segmenters) and soft masks (refiners). One file an engine."""
