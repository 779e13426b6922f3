"""Weights files: which are known, where they lie, how they are fetched and checked."""
