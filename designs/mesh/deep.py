"""The slow facts, one after another: what one of them costs, by failing, is not the others."""

from collections.abc import Callable, Iterator

import numpy as np

from designs.mesh import details, estimate, geometry, orient, probes, sections, shape, supports
from designs.mesh.details import Details
from designs.mesh.measure import Measured
from designs.mesh.types import Facts, Surface

TURNED = 8
"""So many different objects of a plate are turned to find their best way up."""

MUCH_MORE = 1.5
"""Voids on the grid beyond this share of the closed shells have other walls too: vents too narrow for the grid."""


class Deep:
    """The slow facts of a file, added to its quick ones. `details` is there for the marks once they are measured."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self.facts = measured.facts
        self.details: Details | None = None
        self.outside = _right(measured.whole)

    def steps(self) -> Iterator[Facts]:
        """The facts so far, after each step."""
        steps: dict[str, Callable[[], Facts]] = {
            "walls": self._details,
            "supports": self._supports,
            "orientation": self._orientations,
            "estimate": self._terms,
            "descriptor": self._descriptor,
        }
        for name, step in steps.items():
            try:
                self.facts |= step()
            except MemoryError:
                raise
            except Exception as error:
                self.facts["warnings"] = [*self.facts["warnings"], f"{name}: not measured ({type(error).__name__})"]
            yield self.facts

    def _details(self) -> Facts:
        self.details = details.measure(self.measured.whole)
        return self.details.facts | self._trapped(self.details.facts["trapped_volume_mm3"])

    def _trapped(self, gridded: float | None) -> Facts:
        """Voids counted on a grid give way to the exact volume of closed shells, where these are all that is found."""
        exact = self.facts["cavity_volume_mm3"]
        alone = self.facts["shells"] == self.facts["cavities"] + self.facts["object_count"]
        if exact > 0 and alone and (gridded is None or gridded < MUCH_MORE * exact):
            return {"trapped_volume_mm3": exact}
        return {}

    def _supports(self) -> Facts:
        return {"support_volume_mm3": supports.volume(self.outside, np.eye(3))}

    def _orientations(self) -> Facts:
        """Of a file with one object in the facts; on a plate of each object, the first of a kind."""
        objects: list[Facts] = self.facts["objects"]
        known: dict[tuple[int, float, float], list[Facts]] = {}
        for surface, item in zip(self.measured.objects, objects, strict=False):
            kind = (item["triangles"], round(item["volume_mm3"], 3), round(item["area_mm2"], 3))
            if kind not in known and len(known) < TURNED:
                known[kind] = orient.best(_right(surface), item)
            item["orientations"] = known.get(kind, [])
        return {"orientations": objects[0]["orientations"] if len(objects) == 1 else []}

    def _terms(self) -> Facts:
        scene = self.details.scene if self.details and self.outside is self.measured.whole else None
        return {"print_terms": estimate.terms(self.outside, scene)}

    def _descriptor(self) -> Facts:
        described, scale = shape.descriptor(self.outside)
        return {"descriptor": described, "descriptor_scale_mm": scale}


def _right(surface: Surface) -> Surface:
    """The surface, turned when it is wound inside out: slicers print it so."""
    return geometry.turned(surface) if probes.outward(surface) < 0 else surface


def warm() -> None:
    """Compile and cache every kernel of these measurements."""
    for module in (details, supports, orient, sections, shape):
        module.warm()
