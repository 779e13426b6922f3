"""Makes the built-in refiner's model: `python -m training.refiner`.

Trains from the checkpoint on if there is one, writes the ONNX file and prints what belongs in
its card, `resources/models/README.md`.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import platform
import sys
import time
from pathlib import Path

import torch

from segrefine_gui.domain.errors import SegRefineError
from training.export import export
from training.loop import TrainingSettings, train
from training.validate import SCENES, load_refiner, validate

_MODEL = Path(__file__).parents[1] / "resources" / "models" / "refiner.onnx"


def main() -> None:
    """Parse the command line, train, export, measure and print."""
    defaults = TrainingSettings()
    parser = argparse.ArgumentParser(prog="python -m training.refiner", description=__doc__)
    parser.add_argument("--out", type=Path, default=_MODEL, help="the .onnx file to write")
    parser.add_argument(
        "--checkpoint", type=Path, default=Path("refiner.pt"), help="file to resume from"
    )
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--steps", type=int, default=defaults.steps, help="of the region's part")
    parser.add_argument("--edge-steps", type=int, default=defaults.edge_steps)
    parser.add_argument("--workers", type=int, default=defaults.workers)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--scenes", type=int, default=SCENES, help="how many to validate on")
    parser.add_argument("--data", type=Path, help="folder of sets of real photos to measure on")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = TrainingSettings(
        seed=chosen.seed,
        steps=chosen.steps,
        edge_steps=chosen.edge_steps,
        workers=chosen.workers,
    )
    started = time.perf_counter()
    network = train(settings, chosen.checkpoint, chosen.device)
    minutes = (time.perf_counter() - started) / 60
    difference = export(network, chosen.out)
    print(f"\n- Settings: {settings}")
    print(f"- Weights: {sum(weight.numel() for weight in network.parameters()):,}")
    print(f"- Hardware: {_hardware(chosen.device)}; torch {torch.__version__}")
    print(f"- Time: {minutes:.0f} minutes from where the checkpoint was")
    print(f"- File: {chosen.out.stat().st_size:,} bytes, SHA-256 {_sha256(chosen.out)}")
    print(f"- Largest difference of a logit to torch's: {difference:.1e}\n")
    try:
        print(validate(load_refiner(chosen.out), chosen.scenes, chosen.data))
    except SegRefineError as error:
        sys.exit(error.sentence)


def _hardware(device: str) -> str:
    if device.startswith("cuda"):
        return str(torch.cuda.get_device_name(device))
    return f"{os.cpu_count()} cores, {platform.machine()}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
