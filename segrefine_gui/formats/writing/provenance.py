"""How an instance's mask came to be, for the fields that formats leave to their users."""

from __future__ import annotations

from collections.abc import Mapping

from segrefine_gui.formats.base import ExportRecord

KEY = "segrefine"
"""Under this key exports keep what is ours; imports read the source id there and drop the rest."""


def provenance_of(record: ExportRecord) -> dict[str, object]:
    """The decision and the refinement behind a mask as JSON; what is not known is left out.

    The keys are those of the decision tables, which have all of them.
    """
    at = record.decided_at
    fields: dict[str, object] = {
        "source_id": record.instance.source_id,
        "decision": record.decision.value,
        "refiner": record.refiner or None,
        "refiner_version": record.refiner_version or None,
        "weights_hash": record.weights_hash or None,
        "risk": None if record.risk is None else float(f"{record.risk:.6g}"),
        "reviewer": record.reviewer or None,
        "decided_at": None if at is None else at.isoformat(timespec="seconds"),
        "left_out": record.left_out,
        "based_on": None if record.based_on is None else record.based_on.value,
    }
    return {key: value for key, value in fields.items() if value is not None}


def source_id_in(fields: Mapping[str, object]) -> object:
    """The source id that an export of ours left in an object; None where it is not one of ours."""
    kept = fields.get(KEY)
    return kept.get("source_id") if isinstance(kept, Mapping) else None
