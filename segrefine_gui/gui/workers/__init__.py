"""Threads: a serial lane for the engines and a small pool for reading."""
