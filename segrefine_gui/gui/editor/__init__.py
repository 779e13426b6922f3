"""The editor: a person paints what refining could not, and goes on with the review."""
