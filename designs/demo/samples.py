"""The sample projects: who made them, what they say, and their versions."""

from collections.abc import Callable
from dataclasses import dataclass, field

from designs.demo import shapes

PASSWORD = "partage-demo"  # noqa: S105 - the sample account's, printed at the start


@dataclass(frozen=True)
class Version:
    """One commit of a sample: its message, its files, and the release it becomes."""

    message: str
    files: dict[str, Callable[[], bytes]]
    release: str = ""


@dataclass(frozen=True)
class Sample:
    """One sample project."""

    owner: str
    slug: str
    name: str
    summary: str
    licence: str
    tags: tuple[str, ...]
    materials: tuple[str, ...]
    versions: list[Version] = field(default_factory=list)


PEOPLE = {
    "ada": (
        "Ada Lefèvre",
        "Instrument maker in Grenoble. Knobs, boxes and everything with a shaft.",
        "Grenoble",
    ),
    "grace": ("Grace Okoro", "Mechanical engineer, repairs what others throw away.", "Lyon"),
}

_KNOB = """# Widget

A control knob for potentiometers with a 6 mm D shaft.

| Setting | Value |
|---|---|
| Layer | 0.2 mm |
| Walls | 3 |
| Supports | none |

Print it upside down. It is a press fit: if it is loose, scale it by 99 % in X and Y.
"""


def _text(value: str) -> Callable[[], bytes]:
    return value.encode


SAMPLES = [
    Sample(
        "ada",
        "box-with-lid",
        "Box with lid",
        "A parametric electronics box, 80 × 50 × 30 mm, with screw posts and a lid that breathes.",
        "CERN-OHL-S-2.0",
        ("box", "enclosure", "electronics"),
        ("PLA", "PETG"),
        [
            Version(
                "Box and lid",
                {
                    "parts/box.stl": lambda: shapes.stl(shapes.box()),
                    "parts/lid.stl": lambda: shapes.stl(shapes.lid()),
                },
                "v1.0",
            )
        ],
    ),
    Sample(
        "grace",
        "broken-vase",
        "Broken vase",
        "A mesh with holes and turned triangles, to see what the report says.",
        "CC0-1.0",
        ("vase", "broken", "example"),
        ("PLA",),
        [
            Version(
                "A vase that a scanner might have made",
                {"vase.stl": lambda: shapes.stl(shapes.vase(), drop=420, flip=160)},
            )
        ],
    ),
    Sample(
        "grace",
        "shelf-bracket",
        "Shelf bracket",
        "Holds a shelf of 60 mm. Its web of 0.3 mm is thinner than a nozzle.",
        "CC-BY-SA-4.0",
        ("bracket", "furniture"),
        ("PETG",),
        [Version("First bracket", {"bracket.stl": lambda: shapes.stl(shapes.bracket())})],
    ),
    Sample(
        "grace",
        "spur-gear",
        "Spur gear, 24 teeth",
        "Module 2, pressure angle 20 degrees, bore 8 mm, with a hub.",
        "CERN-OHL-P-2.0",
        ("gear", "mechanics", "transmission"),
        ("PLA", "Nylon"),
        [
            Version(
                "Gear of 24 teeth",
                {
                    "gear-24.stl": lambda: shapes.stl(shapes.gear()),
                    "gear-16.stl": lambda: shapes.stl(shapes.gear(teeth=16, thickness=8, bore=5)),
                },
                "v1.0",
            )
        ],
    ),
    Sample(
        "ada",
        "widget",
        "Widget",
        "A control knob for 6 mm D shafts, in its third version.",
        "CERN-OHL-W-2.0",
        ("knob", "audio", "control"),
        ("PLA", "ABS"),
        [
            Version(
                "A plain knob",
                {"knob.stl": lambda: shapes.stl(shapes.knob(1)), "README.md": _text(_KNOB)},
                "v1.0",
            ),
            Version("Eighteen flutes for grip", {"knob.stl": lambda: shapes.stl(shapes.knob(2))}),
            Version("Pointer on top, thicker wall", {"knob.stl": lambda: shapes.stl(shapes.knob(3))}, "v1.1"),
        ],
    ),
]
