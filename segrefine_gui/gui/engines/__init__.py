"""Choosing an engine with its device, model and parameters."""
