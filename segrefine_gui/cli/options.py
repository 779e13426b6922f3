"""Arguments and options that several words share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer


def _refuse_nan(value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise typer.BadParameter("nan is no risk.")
    return value


Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Trust = Annotated[
    bool,
    typer.Option(
        "--trust",
        help="The model and weights files named here may run code: only for those you trust.",
    ),
]
ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT", help="A .segrefine file.")]
Gate = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=1.0,
        callback=_refuse_nan,
        help="Decide what is pending by risk: what is riskier than this stays coarse.",
    ),
]
