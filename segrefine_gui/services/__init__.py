"""Use cases: segment, import, refine, review, export, evaluate. No Qt, no concrete engine."""
