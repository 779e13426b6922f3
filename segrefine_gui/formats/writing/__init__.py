"""Writing mask files: what several formats need, and how their files reach the disk."""
