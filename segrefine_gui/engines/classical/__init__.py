"""Refiners without a network: GrabCut and the guided filter."""
