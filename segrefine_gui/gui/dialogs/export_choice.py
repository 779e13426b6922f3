"""What a person chose to export, and how a project remembers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from segrefine_gui.domain.cancellation import CancelToken
from segrefine_gui.formats.base import ExportReport
from segrefine_gui.services.export import ExportOptions
from segrefine_gui.services.export_json import options_from_json, options_to_json
from segrefine_gui.services.export_loss import SampledLoss
from segrefine_gui.services.steps import OnStep


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export, and where to.

    Attributes:
        format: name of the format.
        folder: where to write.
        options: what, and how.
    """

    format: str
    folder: Path
    options: ExportOptions = field(default_factory=ExportOptions)


@dataclass(frozen=True, slots=True)
class ExportTrials:
    """Tells what would come of an export; called in a thread.

    Attributes:
        sample: what the format makes of some of the masks.
        dry_run: all that the export would do.
    """

    sample: Callable[[ExportChoice, CancelToken, OnStep], SampledLoss]
    dry_run: Callable[[ExportChoice, CancelToken, OnStep], ExportReport]


def choice_to_json(choice: ExportChoice) -> dict[str, object]:
    """Plain JSON values."""
    return {
        "format": choice.format,
        "folder": str(choice.folder),
        "options": options_to_json(choice.options),
    }


def choice_from_json(values: Mapping[str, object], folder: Path) -> ExportChoice:
    """What `choice_to_json` made; what is damaged keeps its default.

    Args:
        values: as they were kept.
        folder: where to write instead, where the one that was kept is not there: the project may
            come from another computer.
    """
    format_name, kept, options = (values.get(key) for key in ("format", "folder", "options"))
    return ExportChoice(
        format_name if isinstance(format_name, str) else "",
        _folder(kept) or folder,
        options_from_json(options if isinstance(options, dict) else {}),
    )


def with_feather(choice: ExportChoice, feather: float) -> ExportChoice:
    """The choice with a soft edge of mattes, which the project keeps apart from all else."""
    writing = replace(choice.options.writing, feather=feather)
    return replace(choice, options=replace(choice.options, writing=writing))


def _folder(kept: object) -> Path | None:
    try:
        folder = Path(kept) if isinstance(kept, str) else None
        return folder if folder is not None and folder.is_absolute() and folder.is_dir() else None
    except (OSError, ValueError):
        return None
