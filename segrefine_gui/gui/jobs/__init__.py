"""The running job, and those that wait or have ended."""
