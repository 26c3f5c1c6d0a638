"""Equipment from strangers' files, as machines. Knows no model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fablab.okw import terms, values
from fablab.okw.values import UnreadError

MOST_ALIKE = 50


@dataclass
class ReadMachine:
    """A machine as it was read: fields of Machine, what has none, and (field, value) that could not be read."""

    facts: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)


def read_machine(record: Any) -> list[ReadMachine]:
    """One record of Equipment; as many machines as its quantity says. Raises UnreadError where it says nothing."""
    if isinstance(record, str):
        record = {"name": record}
    if not isinstance(record, dict):
        raise UnreadError(values.shown(record))
    read = ReadMachine()
    for name, value in record.items():
        if value in (None, "", [], {}):
            continue
        try:
            _FIELDS.get(terms.fold(str(name)), _keep)(read, str(name), value)
        except UnreadError as wrong:
            read.unread.append((str(name), str(wrong)))
    facts, kept = read.facts, read.kept
    label = f"{facts.get('make', '')} {facts.get('model', '')}".strip()
    words = terms.term(str(kept.get("equipmentType", ""))) or terms.term(str(kept.get("manufacturingProcess", "")))
    facts["name"] = (facts.get("name") or label or words.capitalize())[:80]
    if not facts["name"]:
        raise UnreadError(values.shown(record))
    said = (kept.get("manufacturingProcess", ""), kept.get("equipmentType", ""), facts["name"], label)
    facts["process"] = facts.get("process") or terms.process_of(*(str(one) for one in said)) or "other"
    _shape(read)
    return _alike(read)


def _alike(read: ReadMachine) -> list[ReadMachine]:
    count = read.kept.pop("quantity", 1)
    key = "/".join(terms.term(str(read.facts.get(one, ""))) for one in ("make", "model", "name", "serial"))
    machines = []
    for number in range(1, count + 1):
        name = read.facts["name"] if number == 1 else f"{read.facts['name'][:75]} {number}"
        kept = {**read.kept, "key": f"{key}/{number}"}
        machines.append(ReadMachine({**read.facts, "name": name}, kept, read.unread if number == 1 else []))
    return machines


def _shape(read: ReadMachine) -> None:
    """Sides from the travels; else from a bed, with the height that a volume in mm³ leaves; never from that alone."""
    facts, kept = read.facts, read.kept
    if facts.get("x_mm") and facts.get("y_mm"):
        return
    bed = kept.get("bedSize") or kept.get("workingSurface")
    volume = kept.get("buildVolume")
    try:
        if volume is not None and len(sides := values.sizes(volume)) == 3:
            facts["x_mm"], facts["y_mm"], facts["z_mm"] = sides
            kept.pop("buildVolume")
        elif bed is not None:
            sides = values.sizes(bed)
            facts["x_mm"], facts["y_mm"] = sides[0], sides[1] if len(sides) > 1 else sides[0]
            if len(sides) > 2:
                facts["z_mm"] = sides[2]
            elif volume is not None and not facts.get("z_mm"):
                facts["z_mm"] = round(values.number(volume) / (facts["x_mm"] * facts["y_mm"]), 1)
    except (UnreadError, ZeroDivisionError) as wrong:
        read.unread.append(("buildVolume", str(wrong)))


def _text(column: str, most: int) -> "Handler":
    def read(machine: ReadMachine, name: str, value: Any) -> None:
        machine.facts[column] = values.text(value, most)

    return read


def _length(column: str) -> "Handler":
    def read(machine: ReadMachine, name: str, value: Any) -> None:
        found = values.number(value)
        if not 0 <= found <= 1e6:
            raise UnreadError(values.shown(value))
        machine.facts[column] = found

    return read


def _keep(machine: ReadMachine, name: str, value: Any) -> None:
    if len(str(value)) > 5000:
        raise UnreadError(values.shown(value))
    machine.kept[name[:60]] = value


def _kept_as(known: str) -> "Handler":
    return lambda machine, _name, value: _keep(machine, known, value)


def _quantity(machine: ReadMachine, name: str, value: Any) -> None:
    count = values.number(value)
    if not count.is_integer() or not 1 <= count <= MOST_ALIKE:
        raise UnreadError(values.shown(value))
    machine.kept["quantity"] = int(count)


def _tolerance(machine: ReadMachine, name: str, value: Any) -> None:
    said = values.text(value, 60)
    last = said.lower().replace("iso", "").replace("2768", "").strip(" -:")
    grade = {"fine": "f", "medium": "m", "coarse": "c", "very coarse": "v"}.get(last, last[:1])
    if grade not in {"f", "m", "c", "v"}:
        raise UnreadError(values.shown(value))
    machine.facts["tolerance"] = grade


def _condition(machine: ReadMachine, name: str, value: Any) -> None:
    said = values.text(value, 200)
    state = {
        "broken": "broken",
        "out of order": "broken",
        "not working": "broken",
        "maintenance": "maintenance",
        "under repair": "maintenance",
        "retired": "retired",
    }.get(terms.term(said))
    if state:
        machine.facts["state"] = state
    elif terms.term(said) not in {"ready", "in use", "working"}:
        machine.kept["condition"] = said


def _notes(machine: ReadMachine, name: str, value: Any) -> None:
    machine.facts["description"] = values.paragraphs(value, 5000)


def _manual(machine: ReadMachine, name: str, value: Any) -> None:
    machine.facts["manual_url"] = values.web(value)


Handler = Callable[[ReadMachine, str, Any], None]
_FIELDS: dict[str, Handler] = {
    "name": _text("name", 80),
    "title": _text("name", 80),
    "make": _text("make", 60),
    "brand": _text("make", 60),
    "manufacturer": _text("make", 60),
    "model": _text("model", 80),
    "serialnumber": _text("serial", 80),
    "serial": _text("serial", 80),
    "equipmenttype": _kept_as("equipmentType"),
    "type": _kept_as("equipmentType"),
    "manufacturingprocess": _kept_as("manufacturingProcess"),
    "process": _kept_as("manufacturingProcess"),
    "condition": _condition,
    "notes": _notes,
    "description": _notes,
    "quantity": _quantity,
    "powerrating": _length("power_w"),
    "laserpower": _length("power_w"),
    "toleranceclass": _tolerance,
    "nozzlesize": _length("nozzle_mm"),
    "layerresolution": _length("layer_mm"),
    "xtravel": _length("x_mm"),
    "ytravel": _length("y_mm"),
    "ztravel": _length("z_mm"),
    "bedsize": _kept_as("bedSize"),
    "workingsurface": _kept_as("workingSurface"),
    "buildvolume": _kept_as("buildVolume"),
    "materialsworked": _kept_as("materialsWorked"),
    "manual": _manual,
}
