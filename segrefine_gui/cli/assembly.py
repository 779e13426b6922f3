"""Puts the concrete things together that the jobs and the window work with."""

from __future__ import annotations

from segrefine_gui.cli.console import warn
from segrefine_gui.domain.errors import WeightsError
from segrefine_gui.domain.resources import resources_folder
from segrefine_gui.engines.devices import measure_vitals
from segrefine_gui.engines.opinions import opinion_on
from segrefine_gui.engines.registry import EngineRegistry
from segrefine_gui.formats.registry import FormatRegistry
from segrefine_gui.services.tools import Tools
from segrefine_gui.storage import image_io
from segrefine_gui.storage.project import Project
from segrefine_gui.triage.base import Triage
from segrefine_gui.triage.risk import load_triage


def assemble() -> Tools:
    """All tools; nothing heavy is imported before a job needs it."""
    return Tools(
        open_project=Project.open,
        make_project=Project.open_or_create,
        images=image_io,
        engines=EngineRegistry.discover(),
        formats=FormatRegistry.discover(),
        triage=_triage(),
        measure=measure_vitals,
    )


def _triage() -> Triage | None:
    """The risk models; None, which is said, where they cannot be read: all else works on."""
    try:
        return load_triage(resources_folder() / "models", opinion_on)
    except WeightsError as error:
        warn(f"No risks are estimated. {error.sentence}")
        return None
