"""Where a written mask comes from, for formats with room for it; the decision tables always say."""

from __future__ import annotations

from segrefine_gui.formats.base import ExportRecord


def provenance_of(record: ExportRecord) -> dict[str, str | int | float]:
    """What is known of how an instance's mask was made and decided about.

    Returns:
        JSON values by the names that the decision tables have for them; what is not known is not
        there. Numbers have at most six significant digits.
    """
    decided_at, based_on = record.decided_at, record.based_on
    known: dict[str, str | int | float | None] = {
        "source_id": record.instance.source_id,
        "decision": record.decision.value,
        "refiner": record.refiner,
        "refiner_version": record.refiner_version,
        "weights_hash": record.weights_hash,
        "risk": None if record.risk is None else float(f"{record.risk:.6g}"),
        "reviewer": record.reviewer,
        "decided_at": decided_at.isoformat(timespec="seconds") if decided_at else None,
        "left_out": record.left_out,
        "based_on": based_on.value if based_on else None,
    }
    return {key: value for key, value in known.items() if value is not None and value != ""}
