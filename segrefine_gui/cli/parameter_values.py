"""Values of engines' parameters on the command line: `--set refiner.NAME=VALUE`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from segrefine_gui.domain.errors import EngineError
from segrefine_gui.engines.base import (
    EngineCatalog,
    EngineKind,
    EngineOptions,
    parameters_of,
)
from segrefine_gui.engines.parameters import Parameter

_ON = frozenset({"on", "true", "yes", "1"})
_OFF = frozenset({"off", "false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One `OWNER.NAME=VALUE` as it was typed; the owner is a kind of engine or an engine."""

    owner: str
    name: str
    text: str

    @property
    def typed(self) -> str:
        """What was typed before the value."""
        return f"{self.owner}.{self.name}"


def read_settings(texts: Iterable[str]) -> list[Setting]:
    """Read what was typed.

    Raises:
        EngineError: something is no `OWNER.NAME=VALUE`.
    """
    settings = []
    for text in texts:
        key, equals, value = text.partition("=")
        owner, dot, name = key.strip().rpartition(".")
        if not (equals and dot and owner and name):
            raise EngineError(
                f"{text!r} sets nothing: write refiner.NAME=VALUE, segmenter.NAME=VALUE or "
                "ENGINE.NAME=VALUE."
            )
        settings.append(Setting(owner.strip(), name.strip(), value.strip()))
    return settings


Asked = tuple[str, EngineOptions]
"""A name as `EngineCatalog.choose` takes it, and what the engine is to be loaded with."""


def with_settings(
    engines: EngineCatalog, settings: Sequence[Setting], asked: Mapping[EngineKind, Sequence[Asked]]
) -> dict[EngineKind, list[Asked]]:
    """The same engines, with what was set for them among their options.

    What is set for a kind goes to all engines of the kind that have such a parameter; of two
    values of one parameter the later one counts.

    Args:
        engines: the engines there are.
        settings: all that was typed.
        asked: the engines that will run.

    Raises:
        EngineError: something is set for what does not run or has no such parameter, with the
            nearest one; a value does not fit its parameter; or there is no such engine.
    """
    if not settings:
        return {kind: list(each) for kind, each in asked.items()}
    offered: dict[str, dict[str, Parameter]] = {}
    chosen: dict[EngineKind, list[tuple[str, EngineOptions, dict[str, Parameter]]]] = {}
    for kind, wanted in asked.items():
        for name, options in wanted:
            factory = engines.choose(kind, name, options)
            known = {each.name: each for each in parameters_of(factory, options)}
            chosen.setdefault(kind, []).append((factory.name, options, known))
            for owner in (kind, factory.name):
                offered.setdefault(owner, {}).update(known)
    for setting in settings:
        _refuse_unknown(setting, offered)
    return {
        kind: [
            (name, replace(options, parameters=_values(settings, kind, name, known)))
            for name, options, known in wanted
        ]
        for kind, wanted in chosen.items()
    }


def _values(
    settings: Sequence[Setting], kind: EngineKind, engine: str, known: Mapping[str, Parameter]
) -> dict[str, object]:
    return {
        setting.name: _typed(known[setting.name], setting.text)
        for setting in settings
        if setting.owner in (kind, engine) and setting.name in known
    }


def _refuse_unknown(setting: Setting, offered: Mapping[str, Mapping[str, Parameter]]) -> None:
    if setting.owner not in offered:
        raise EngineError(
            f"No {setting.owner} runs here, so {setting.typed} sets nothing."
            f"{_hint(setting.owner, offered)}"
        )
    if setting.name not in offered[setting.owner]:
        raise EngineError(
            f"There is no parameter {setting.typed}.{_hint(setting.name, offered[setting.owner])} "
            "See `segrefine engines --parameters`."
        )


def takes(parameter: Parameter) -> str:
    """What values a parameter takes, in a few words."""
    if parameter.kind == "switch":
        return "on, off"
    if parameter.kind == "choice":
        return ", ".join(parameter.choices)
    if parameter.kind == "names":
        return "names,with,commas"
    if parameter.kind == "text":
        return "text"
    noun = "whole" if parameter.kind == "whole" else "number"
    if abs(parameter.low) == abs(parameter.high) == float("inf"):
        span = ""
    else:
        span = f" {parameter.low:g} to {parameter.high:g}"
    return f"{noun}{span}{f' {parameter.unit}' if parameter.unit else ''}"


def shown(parameter: Parameter) -> str:
    """The default of a parameter as it would be typed."""
    default = parameter.default
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, tuple):
        return ",".join(default) or "all"
    return f"{default:g}" if isinstance(default, float) else str(default) or "–"


def _typed(parameter: Parameter, text: str) -> object:
    """A text as a value of a parameter; raises `EngineError` with what would be one."""
    return parameter.checked(_parsed(parameter, text))


def _parsed(parameter: Parameter, text: str) -> object:
    if parameter.kind == "switch":
        lowered = text.lower()
        return lowered in _ON if lowered in _ON | _OFF else text
    if parameter.kind == "names":
        return tuple(filter(None, (name.strip() for name in text.split(","))))
    if parameter.kind in ("whole", "number"):
        try:
            return int(text) if parameter.kind == "whole" else float(text)
        except ValueError:
            return text
    return text


def _hint(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
