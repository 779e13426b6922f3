"""Instances that a person makes and unmakes in the review window."""
