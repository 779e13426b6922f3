"""Typed errors: one sentence for the person, the detail for the log."""

from __future__ import annotations


class SegRefineError(Exception):
    """Base of every error that a person may read.

    Args:
        sentence: one clear sentence for the person, without a stack trace or a type name.
        detail: what the log should keep besides, for example the library's own message.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class ImageError(SegRefineError):
    """An image file is missing, damaged or not an image."""


class MaskError(SegRefineError):
    """A mask is damaged, empty where it must not be, or of another size than its image."""


class FormatError(SegRefineError):
    """A file is not what its reader expects."""


class ProjectError(SegRefineError):
    """A project file cannot be created, opened, read or written."""


class EngineError(SegRefineError):
    """An engine is not installed, not known, or failed on an input."""


class TrustError(EngineError):
    """A file that was chosen would run code while it is read, and nobody said it is trusted."""


class WeightsError(EngineError):
    """Weights are missing, damaged or could not be fetched."""


class ExportError(SegRefineError):
    """An export could not be written; the files that were there before are whole."""


class Cancelled(Exception):
    """The person cancelled the job; what was finished before stays."""
