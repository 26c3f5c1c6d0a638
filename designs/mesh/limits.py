"""One table of limits: what each process can make, and who says so. A lab overrides any row for its machine."""

from collections.abc import Mapping
from dataclasses import dataclass

SOURCES = {
    "slicer": "PrusaSlicer and Cura: a wall narrower than one extruded line is left out; two lines make a wall",
    "hubs-printing": "Protolabs Network (Hubs): design rules for 3D printing",
    "hubs-cnc": "Protolabs Network (Hubs): design guide for CNC machining",
    "prusa": "Prusa Knowledge Base: modelling with 3D printing in mind",
    "formlabs": "Formlabs: design guide for stereolithography",
    "own": "Partage's rule of thumb",
    "machine": "the machine's own settings",
}


@dataclass(frozen=True)
class Limit:
    """One row: `value` in `unit` (mm, mm2, mm3, share, degrees, or nozzles: widths of the nozzle).

    A key's end says what crossing it means: `_fails` an error, `_care` a warning, `_note` good to know; other keys
    are settings of a check.
    """

    key: str
    value: float
    unit: str
    source: str


def _table(*rows: tuple[str, float, str, str]) -> dict[str, Limit]:
    return {row[0]: Limit(*row) for row in rows}


_SHARES = (
    ("hole_share", 0.05, "share", "own"),
    ("thin_share", 0.005, "share", "own"),
    ("thin_most", 100.0, "mm2", "own"),
    ("thin_fails_share", 0.02, "share", "own"),
)

LIMITS: dict[str, dict[str, Limit]] = {
    "fdm": _table(
        *_SHARES,
        ("wall_fails", 1.0, "nozzles", "slicer"),
        ("wall_care", 2.0, "nozzles", "slicer"),
        ("gap_care", 0.5, "nozzles", "own"),
        ("gap_note", 0.5, "mm", "hubs-printing"),
        ("hole_care", 1.0, "mm", "own"),
        ("hole_note", 2.0, "mm", "hubs-printing"),
        ("pin_care", 2.0, "mm", "hubs-printing"),
        ("pin_note", 3.0, "mm", "hubs-printing"),
        ("detail_note", 1.0, "mm2", "own"),
        ("overhang_degrees", 45.0, "degrees", "prusa"),
        ("overhang_care", 0.05, "share", "own"),
        ("bridge_note", 10.0, "mm", "hubs-printing"),
        ("bridge_care", 30.0, "mm", "own"),
        ("contact_most", 25.0, "mm2", "own"),
        ("contact_care", 0.1, "share", "own"),
        ("tip_care", 10.0, "degrees", "own"),
        ("trapped_note", 1.0, "mm3", "own"),
        ("saved_note", 0.3, "share", "own"),
        ("saved_least", 500.0, "mm3", "own"),
    ),
    "sla": _table(
        *_SHARES,
        ("wall_fails", 0.2, "mm", "hubs-printing"),
        ("wall_care", 0.5, "mm", "hubs-printing"),
        ("wall_note", 1.0, "mm", "hubs-printing"),
        ("gap_care", 0.2, "mm", "own"),
        ("gap_note", 0.5, "mm", "hubs-printing"),
        ("hole_care", 0.5, "mm", "hubs-printing"),
        ("pin_care", 0.5, "mm", "hubs-printing"),
        ("trapped_care", 1.0, "mm3", "formlabs"),
        ("cup_care", 1000.0, "mm3", "own"),
    ),
    "sls": _table(
        *_SHARES,
        ("wall_fails", 0.4, "mm", "own"),
        ("wall_care", 0.7, "mm", "hubs-printing"),
        ("gap_care", 0.1, "mm", "hubs-printing"),
        ("gap_note", 0.3, "mm", "hubs-printing"),
        ("hole_care", 1.5, "mm", "hubs-printing"),
        ("pin_care", 0.8, "mm", "hubs-printing"),
        ("trapped_care", 1.0, "mm3", "hubs-printing"),
    ),
    "laser": _table(
        *_SHARES,
        ("wall_fails", 0.4, "mm", "own"),
        ("wall_care", 1.0, "mm", "own"),
        ("gap_care", 0.2, "mm", "own"),
        ("hole_care", 0.5, "mm", "own"),
        ("sheet_share", 0.1, "share", "own"),
        ("twice_care", 1.0, "mm", "own"),
        ("flat_share", 0.02, "share", "own"),
    ),
    "cnc": _table(
        *_SHARES,
        ("wall_fails", 0.5, "mm", "hubs-cnc"),
        ("wall_care", 1.5, "mm", "hubs-cnc"),
        ("gap_care", 3.175, "mm", "own"),
        ("hole_care", 2.5, "mm", "hubs-cnc"),
        ("trapped_fails", 1.0, "mm3", "own"),
    ),
}
"""By process. FDM and wood or plastic; a laser's kerf is taken as 0.2 mm, a desktop mill's cutter as 1/8 inch."""


def resolved(process: str, nozzle_mm: float, overrides: Mapping[str, float]) -> dict[str, Limit]:
    """The rows of a process with lengths in mm; an overridden value is in mm too and says that it is the machine's.

    Raises KeyError for a process or an overridden key that the table does not have.
    """
    rows = LIMITS[process]
    if unknown := set(overrides) - set(rows):
        raise KeyError(f"{process} has no limit {min(unknown)!r}")
    found = {}
    for key, row in rows.items():
        unit = "mm" if row.unit == "nozzles" else row.unit
        if key in overrides:
            found[key] = Limit(key, float(overrides[key]), unit, "machine")
        else:
            found[key] = Limit(key, row.value * (nozzle_mm if row.unit == "nozzles" else 1.0), unit, row.source)
    return found
