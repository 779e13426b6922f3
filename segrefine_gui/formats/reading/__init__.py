"""Reading mask files: what several formats need."""
