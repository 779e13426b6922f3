"""How the machine does while a job runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a job uses at one moment.

    Attributes:
        device: what its engine runs on, in words: "CPU", or a GPU's name.
        process_bytes: memory of the whole program that is in RAM.
        device_bytes: memory that the program holds on the GPU; None on a CPU.
        device_total: memory that the GPU has; None on a CPU.
    """

    device: str
    process_bytes: int
    device_bytes: int | None = None
    device_total: int | None = None
