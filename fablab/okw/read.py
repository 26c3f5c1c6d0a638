"""Facilities from strangers' files: what has a column is read, what has none is kept, what cannot be read is named.

Names of fields are taken in camelCase, snake_case or words. Beside Open Know-Where's own classes, the flat records of
fablabs.io and the map of the Internet of Production are understood. Knows no model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from fablab import osm_hours
from fablab.okw import terms, values
from fablab.okw.equipment import ReadMachine, read_machine
from fablab.okw.values import UnreadError

Hours = tuple[time, time]
MOST_MACHINES = 300
MOST_KEPT = 20_000
"""Characters of what is kept of a facility without a column."""


@dataclass
class ReadLab:
    """A facility as it was read. `facts` are fields of Lab, `kept` what has none, `unread` (field, value) pairs.

    `source` names the host or file that it comes from, `source_id` what identifies it there.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    week: dict[int, list[Hours]] | None = None
    machines: list[ReadMachine] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    source: str = ""
    source_id: str = ""


def read_facility(record: Any) -> ReadLab:
    """Read one facility. Raises UnreadError where there is no name: nothing can be done with such a record."""
    if not isinstance(record, dict):
        raise UnreadError(values.shown(record))
    read = ReadLab()
    for name, value in flattened(record).items():
        if value in (None, "", [], {}):
            continue
        try:
            _FIELDS.get(terms.fold(name), _keep)(read, name, value)
        except (UnreadError, RecursionError) as wrong:
            read.unread.append((name, str(wrong)))
    if not read.facts.get("name"):
        raise UnreadError("name")
    point = [axis for axis in ("latitude", "longitude") if axis in read.facts]
    if len(point) == 1:
        read.unread.append((point[0], str(read.facts.pop(point[0]))))
    if not read.source_id:
        read.source_id = "|".join(str(read.facts.get(one, "")) for one in ("name", "city", "country"))[:300]
    return read


def flattened(record: dict[Any, Any]) -> dict[str, Any]:
    """The record without the boxes that the map of the Internet of Production packs it in."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if terms.fold(str(name)) in _BOXES and isinstance(value, dict):
            flat |= {str(one): inner for one, inner in value.items()}
        else:
            flat[str(name)] = value
    return flat


def _text(column: str, most: int) -> "Handler":
    def read(lab: ReadLab, name: str, value: Any) -> None:
        lab.facts.setdefault(column, values.text(value, most))

    return read


def _keep(lab: ReadLab, name: str, value: Any) -> None:
    """What has no column is kept under its name, as long as it is not endless."""
    if len(str(value)) > MOST_KEPT:
        raise UnreadError(values.shown(value))
    lab.kept[name[:60]] = value


def _location(lab: ReadLab, name: str, value: Any) -> None:
    if isinstance(value, str):
        lab.facts.setdefault("street", values.text(value, 160))
        return
    if not isinstance(value, dict):
        raise UnreadError(values.shown(value))
    kept = {}
    for inner, one in value.items():
        if one in (None, "", [], {}):
            continue
        key = terms.fold(str(inner))
        try:
            if key == "address" and isinstance(one, dict):
                _location(lab, f"{name}.{inner}", one)
            elif key in _PLACES:
                _PLACES[key](lab, f"{name}.{inner}", one)
            else:
                kept[str(inner)] = one
        except UnreadError as wrong:
            lab.unread.append((f"{name}.{inner}", str(wrong)))
    if kept:
        lab.kept.setdefault("location", {}).update(kept)


def _number(lab: ReadLab, name: str, value: Any) -> None:
    house = values.text(value, 20)
    street = lab.facts.get("street", "")
    lab.facts["street"] = f"{house} {street}".strip()


def _street(lab: ReadLab, name: str, value: Any) -> None:
    house = lab.facts.get("street", "")
    lab.facts["street"] = f"{house} {values.text(value, 160)}".strip()[:160]


def _gps(lab: ReadLab, name: str, value: Any) -> None:
    if isinstance(value, dict):
        found = {terms.fold(str(key))[:3]: one for key, one in value.items()}
        pair: list[Any] = [found.get("lat"), found.get("lon", found.get("lng"))]
    elif isinstance(value, list):
        pair = value[:2]
    else:
        pair = [*values.text(value, 80).replace(";", ",").split(",")]
    if len(pair) != 2 or None in pair:
        raise UnreadError(values.shown(value))
    lab.facts["latitude"] = values.degrees(pair[0], 90)
    lab.facts["longitude"] = values.degrees(pair[1], 180)


def _latitude(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["latitude"] = values.degrees(value, 90)


def _longitude(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["longitude"] = values.degrees(value, 180)


def _country(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["country"] = values.country(value)


def _contact(lab: ReadLab, name: str, value: Any) -> None:
    """An Agent, an e-mail address or a phone number."""
    if isinstance(value, str):
        _email(lab, name, value) if "@" in value else _text("phone", 40)(lab, name, value)
        return
    if not isinstance(value, dict):
        raise UnreadError(values.shown(value))
    kept = {}
    for inner, one in value.items():
        key = terms.fold(str(inner))
        try:
            if key in {"contact", "contactdetails"} and isinstance(one, dict):
                _contact(lab, f"{name}.{inner}", one)
            elif key in _AGENT and one not in (None, "", [], {}):
                _AGENT[key](lab, f"{name}.{inner}", one)
            elif one not in (None, "", [], {}):
                kept[str(inner)] = one
        except UnreadError as wrong:
            lab.unread.append((f"{name}.{inner}", str(wrong)))
    if kept:
        lab.kept.setdefault("contactAgent", {}).update(kept)


def _email(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["email"] = values.email(value)


def _website(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["website"] = values.web(value)


def _url(lab: ReadLab, name: str, value: Any) -> None:
    """The address of the record where it came from: what identifies it."""
    address = values.web(value)
    lab.source_id = address
    lab.source = (urlsplit(address).hostname or "").removeprefix("www.")
    lab.facts.setdefault("website", address)


def _id(lab: ReadLab, name: str, value: Any) -> None:
    identity = values.text(value, 300)
    lab.source_id = lab.source_id or identity
    if "://" in identity and not lab.source:
        lab.source = (urlsplit(identity).hostname or "").removeprefix("www.")


def _languages(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["languages"] = values.languages(value)


def _hours(lab: ReadLab, name: str, value: Any) -> None:
    """Free text; where it is as OpenStreetMap writes hours, they become ours, else it stands as it is."""
    said = values.paragraphs(value, 2000)
    try:
        lab.week = osm_hours.read(said)
    except ValueError:
        lab.kept["openingHours"] = said


def _access(lab: ReadLab, name: str, value: Any) -> None:
    said = values.text(value, 200)
    ours = terms.ACCESS.get(said.lower().partition("(")[0].strip())
    if not ours:
        raise UnreadError(values.shown(value))
    lab.facts["access"] = ours
    lab.kept["accessType"] = said


def _status(lab: ReadLab, name: str, value: Any) -> None:
    said = values.text(value, 60)
    if terms.term(said) == "closed":
        lab.facts["standing"] = "closed"
    elif terms.term(said) != "active":
        lab.kept["facilityStatus"] = said


def _founded(lab: ReadLab, name: str, value: Any) -> None:
    said = values.text(value, 40)
    if not said[:4].isdigit() or not 1000 <= int(said[:4]) <= 9999:
        raise UnreadError(values.shown(value))
    lab.facts["founded"] = int(said[:4])
    if len(said) > 4:
        lab.kept["dateFounded"] = said


def _wheelchair(lab: ReadLab, name: str, value: Any) -> None:
    lab.facts["is_accessible"] = values.yes(value)
    if lab.facts["is_accessible"] is None:
        lab.kept["wheelchairAccessibility"] = values.text(value, 500)


def _description(lab: ReadLab, name: str, value: Any) -> None:
    said = values.paragraphs(value, 20_000)
    if terms.term(said) in {"fablab", "fab lab", "makerspace", "hackerspace"}:
        lab.facts.setdefault("kind", said)
    else:
        lab.facts["story"] = said


def _processes(lab: ReadLab, name: str, value: Any) -> None:
    listed = value if isinstance(value, list) else values.text(value, 2000).replace(";", ",").split(",")
    known: list[str] = []
    other: list[str] = []
    for one in listed:
        word = values.text(one.get("name", "") if isinstance(one, dict) else one, 200)
        process = terms.process_of(word)
        (known if process else other).append(process or word)
    lab.kept["processes"] = sorted({*known, *lab.kept.get("processes", [])})
    if other:
        lab.kept["otherProcesses"] = other


def _machines(lab: ReadLab, name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise UnreadError(values.shown(value))
    for number, one in enumerate(value[:MOST_MACHINES], 1):
        try:
            machines = read_machine(one)
        except (UnreadError, RecursionError) as wrong:
            lab.unread.append((f"{name} {number}", str(wrong)))
            continue
        lab.machines += machines
        lab.unread += [(f"{name} {number}: {inner}", why) for inner, why in machines[0].unread]
    if len(value) > MOST_MACHINES:
        lab.unread.append((name, f"{len(value)} > {MOST_MACHINES}"))


def _attribution(lab: ReadLab, name: str, value: Any) -> None:
    lab.kept["attribution"] = values.text(value, 300)


def _timezone(lab: ReadLab, name: str, value: Any) -> None:
    said = values.text(value, 64)
    if said not in available_timezones():
        raise UnreadError(values.shown(value))
    lab.facts["timezone"] = said


def _nothing(lab: ReadLab, name: str, value: Any) -> None:
    """What we say anew ourselves."""


Handler = Callable[[ReadLab, str, Any], None]
_BOXES = {"geocoding", "region", "facility", "address", "manufacturingfacility"}
_PLACES: dict[str, Handler] = {
    "number": _number,
    "street": _street,
    "address1": _street,
    "streetaddress": _street,
    "extended": _street,
    "district": _keep,
    "city": _text("city", 80),
    "town": _text("city", 80),
    "citytown": _text("city", 80),
    "locality": _text("city", 80),
    "region": _text("region", 80),
    "stateregion": _text("region", 80),
    "state": _text("region", 80),
    "county": _text("region", 80),
    "country": _country,
    "countrycode": _country,
    "postcode": _text("postcode", 20),
    "postalcode": _text("postcode", 20),
    "zipcode": _text("postcode", 20),
    "zip": _text("postcode", 20),
    "gpscoordinates": _gps,
    "coordinates": _gps,
    "lat": _latitude,
    "latitude": _latitude,
    "lon": _longitude,
    "lng": _longitude,
    "longitude": _longitude,
    "timezone": _timezone,
    **dict.fromkeys(("addressid", "regionid", "geocodingid", "locationid"), _nothing),
}
_AGENT: dict[str, Handler] = {
    "email": _email,
    "landline": _text("phone", 40),
    "phone": _text("phone", 40),
    "mobile": _text("phone", 40),
    "telephone": _text("phone", 40),
    "website": _website,
    "languages": _languages,
    "name": _nothing,
}
_FIELDS: dict[str, Handler] = {
    **_PLACES,
    **{name: one for name, one in _AGENT.items() if name != "name"},
    "name": _text("name", 120),
    "summary": _text("summary", 200),
    "blurb": _text("summary", 200),
    "kind": _text("kind", 40),
    "kindname": _text("kind", 40),
    "type": _text("kind", 40),
    "description": _description,
    "story": _description,
    "location": _location,
    "contact": _contact,
    "url": _url,
    "id": _id,
    "identifier": _id,
    "facilityid": _id,
    "slug": _id,
    "openinghours": _hours,
    "accesstype": _access,
    "access": _access,
    "facilitystatus": _status,
    "status": _status,
    "activitystatus": _status,
    "datefounded": _founded,
    "founded": _founded,
    "wheelchairaccessibility": _wheelchair,
    "manufacturingprocesses": _processes,
    "manufacturingprocess": _processes,
    "processes": _processes,
    "capabilities": _processes,
    "equipment": _machines,
    "machines": _machines,
    "source": _attribution,
    "recorddata": _nothing,
    "attype": _nothing,
}
