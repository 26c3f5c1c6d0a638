"""Parts of several requests on one bed, as few beds as a simple rule finds. Pure; lengths in mm.

Shelves: the deepest parts first, in rows from the front; a part may be turned by a quarter. Parts keep a distance from
each other and from the edge, so that nozzles and hands have room.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

SPACING_MM = 5.0
EDGE_MM = 5.0
FIT_MM = 0.001
MOST_ITEMS = 500


@dataclass(frozen=True)
class Item:
    """One part: whose it is, its name, and its box as it lies."""

    owner: Hashable
    name: str
    width: float
    depth: float
    height: float = 0.0


@dataclass(frozen=True)
class Placed:
    """A part on a bed: the corner nearest to the front left, and whether it was turned by a quarter."""

    item: Item
    x: float
    y: float
    is_turned: bool = False

    @property
    def width(self) -> float:
        """Along the front of the bed."""
        return self.item.depth if self.is_turned else self.item.width

    @property
    def depth(self) -> float:
        """Away from the front."""
        return self.item.width if self.is_turned else self.item.depth


@dataclass
class _Shelf:
    y: float
    depth: float
    x: float


@dataclass
class Plate:
    """One bed and what lies on it."""

    width: float
    depth: float
    placed: list[Placed] = field(default_factory=list)

    @property
    def owners(self) -> list[Hashable]:
        """Whose parts lie here, each once, in order."""
        return list(dict.fromkeys(one.item.owner for one in self.placed))

    @property
    def share(self) -> float:
        """How much of the bed is covered, from 0 to 1."""
        return sum(one.width * one.depth for one in self.placed) / (self.width * self.depth)


def pack(
    items: Iterable[Item],
    bed: Sequence[float],
    *,
    spacing: float = SPACING_MM,
    edge: float = EDGE_MM,
) -> tuple[list[Plate], list[Item]]:
    """Beds with everything that fits one, and the items that fit none. `bed` is width, depth and height (0: any).

    Raises ValueError for more than 500 items, and for a bed or distances that are no lengths.
    """
    items = list(items)
    width, depth, height = bed
    if len(items) > MOST_ITEMS or not (width > 0 and depth > 0) or spacing < 0 or edge < 0:
        raise ValueError("no bed, or too many items")
    room = (width - 2 * edge, depth - 2 * edge)
    fitting: list[Item] = []
    left: list[Item] = []
    for item in items:
        (fitting if _fits(item, room, height) else left).append(item)
    fitting.sort(key=lambda one: (-min(one.width, one.depth), -max(one.width, one.depth), str(one.name)))
    beds: list[tuple[Plate, list[_Shelf]]] = []
    for item in fitting:
        if not any(_put(item, plate, shelves, room, spacing, edge) for plate, shelves in beds):
            plate, shelves = Plate(width, depth), list[_Shelf]()
            beds.append((plate, shelves))
            _put(item, plate, shelves, room, spacing, edge)
    return [plate for plate, _shelves in beds], left


def _fits(item: Item, room: tuple[float, float], height: float) -> bool:
    if not (item.width > 0 and item.depth > 0) or (height and item.height > height + FIT_MM):
        return False
    return any(w <= room[0] + FIT_MM and d <= room[1] + FIT_MM for w, d in _ways(item))


def _ways(item: Item) -> tuple[tuple[float, float], tuple[float, float]]:
    """Width and depth: lying flat along the front first, which wastes the least of a shelf."""
    long, short = max(item.width, item.depth), min(item.width, item.depth)
    return (long, short), (short, long)


def _put(
    item: Item, plate: Plate, shelves: list[_Shelf], room: tuple[float, float], spacing: float, edge: float
) -> bool:
    for shelf in shelves:
        for w, d in _ways(item):
            if d <= shelf.depth + FIT_MM and shelf.x + w <= room[0] + FIT_MM:
                plate.placed.append(_placed(item, shelf.x + edge, shelf.y + edge, w))
                shelf.x += w + spacing
                return True
    y = shelves[-1].y + shelves[-1].depth + spacing if shelves else 0.0
    for w, d in _ways(item):
        if w <= room[0] + FIT_MM and y + d <= room[1] + FIT_MM:
            shelves.append(_Shelf(y, d, w + spacing))
            plate.placed.append(_placed(item, edge, y + edge, w))
            return True
    return False


def _placed(item: Item, x: float, y: float, width: float) -> Placed:
    return Placed(item, x, y, is_turned=width != item.width)
