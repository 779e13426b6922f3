"""The settings that an engine offers, described so that any form or command line can ask for them.

An engine lists its `Parameter`s; a person's values travel in `EngineOptions.parameters` as plain
JSON values, are checked by `checked` before the engine is built, and are recorded with every run.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from segrefine_gui.domain.errors import EngineError

ParameterKind = Literal["switch", "whole", "number", "choice", "text", "names"]
"""A switch is on or off; `whole` an integer; `names` a list of texts, empty for all there are."""

Settings = TypeVar("Settings")

ParameterValue = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of an engine.

    Attributes:
        name: what it is called in options and records; a Python identifier.
        kind: what values it takes.
        default: the value where a person says nothing.
        label: what a form calls it, a few words.
        help: one sentence on what it does and when to change it.
        low: least value of a whole or other number.
        high: greatest value of a whole or other number.
        choices: the values of a choice, and those to offer for names; in the order to show.
        unit: "px", "s"; empty without one.
    """

    name: str
    kind: ParameterKind
    default: ParameterValue
    label: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    unit: str = ""

    def checked(self, value: object) -> ParameterValue:
        """The value in its own type.

        Raises:
            EngineError: it is none of this parameter's; the sentence says what would be.
        """
        found = self._converted(value)
        if found is None:
            raise EngineError(f"{self.label} must be {self._wanted()}, not {value!r}.")
        return found

    def _converted(self, value: object) -> ParameterValue | None:
        if self.kind == "switch":
            return value if isinstance(value, bool) else None
        if self.kind in ("whole", "number"):
            return self._number(value)
        if self.kind == "names":
            if isinstance(value, Sequence) and not isinstance(value, str):
                return tuple(value) if all(isinstance(item, str) for item in value) else None
            return None
        if not isinstance(value, str):
            return None
        return value if self.kind == "text" or value in self.choices else None

    def _number(self, value: object) -> int | float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not self.low <= value <= self.high:  # NaN is not either
            return None
        if self.kind == "number":
            return float(value)
        return int(value) if value == int(value) else None

    def _wanted(self) -> str:
        if self.kind == "switch":
            return "on or off"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind in ("text", "names"):
            return "a text" if self.kind == "text" else "a list of names"
        noun = "a whole number" if self.kind == "whole" else "a number"
        if math.isinf(self.low) and math.isinf(self.high):
            return noun
        if math.isinf(self.high):
            return f"{noun} of at least {self.low:g}"
        if math.isinf(self.low):
            return f"{noun} of at most {self.high:g}"
        return f"{noun} from {self.low:g} to {self.high:g}"


def checked(
    parameters: Sequence[Parameter], given: Mapping[str, object], engine: str
) -> dict[str, ParameterValue]:
    """Every parameter's value by name: the given one, else the default.

    Args:
        parameters: what the engine offers.
        given: values by name, as from a project file or a command line: not trusted.
        engine: its name, for the sentences.

    Raises:
        EngineError: an unknown name, with the nearest known one; or a value that does not fit.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise EngineError(f"The engine {engine} has no parameter {name!r}.{hint}")
    return {
        name: parameter.checked(given[name]) if name in given else parameter.default
        for name, parameter in known.items()
    }


def chosen(
    kind: type[Settings],
    parameters: Sequence[Parameter],
    given: Mapping[str, object],
    engine: str,
) -> Settings:
    """An engine's own settings class, made of what `checked` gives.

    Args:
        kind: a dataclass whose fields are called as the parameters are.
        parameters: what the engine offers.
        given: values by name, not trusted.
        engine: its name, for the sentences.

    Raises:
        EngineError: as `checked` does.
    """
    values: dict[str, Any] = checked(parameters, given, engine)
    return kind(**values)
