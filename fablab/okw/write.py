"""A lab and its machines as Open Know-Where v1 says them. What came in and has no column of ours goes out again."""

from typing import Any

from django.conf import settings

from fablab import structured
from fablab.models import Lab, Machine
from fablab.okw import terms

OWN = frozenset({"attribution", "processes"})
"""What we keep among the fields for ourselves."""


def facility(lab: Lab) -> dict[str, Any]:
    """A ManufacturingFacility with its Equipment. E-mail addresses are not told: they are for who is signed in."""
    machines = [one for one in lab.machines.all() if one.state != Machine.State.RETIRED]
    processes = {one.process for one in machines} | set(lab.okw.get("processes", []))
    said = {name: value for name, value in lab.okw.items() if name not in OWN}
    access = said.pop("accessType", "")
    page = settings.SITE_URL + lab.get_absolute_url()
    ours = {
        "name": lab.name,
        "location": _told(
            {
                "address": _told(
                    {
                        "street": lab.street,
                        "city": lab.city,
                        "region": lab.region,
                        "country": lab.country,
                        "postcode": lab.postcode,
                    }
                ),
                "gpsCoordinates": "" if lab.latitude is None else f"{lab.latitude}, {lab.longitude}",
            }
        ),
        "contact": _told(
            {
                "name": lab.name,
                "website": lab.website or page,
                "languages": lab.languages,
                "contact": _told({"landline": lab.phone}),
                "images": [settings.SITE_URL + lab.photo.url] if lab.photo else [],
            }
        ),
        "facilityStatus": "Closed" if lab.standing == Lab.Standing.CLOSED else said.get("facilityStatus", "Active"),
        "openingHours": structured.osm(lab) or said.get("openingHours", ""),
        "description": lab.story or lab.summary,
        "dateFounded": said.get("dateFounded") or str(lab.founded or ""),
        "accessType": access if terms.ACCESS.get(access.lower()) == lab.access else terms.ACCESS_OUT[lab.access],
        "wheelchairAccessibility": said.get("wheelchairAccessibility") or _yes(lab.is_accessible),
        "manufacturingProcesses": sorted({terms.process_address(one) for one in processes} - {""}),
        "equipment": [equipment(one) for one in machines],
        "recordData": _told(
            {
                "dateCreated": lab.created_at.date().isoformat(),
                "lastUpdated": lab.updated_at.date().isoformat(),
                "dateVerified": lab.verified_at.date().isoformat() if lab.verified_at else "",
            }
        ),
        "id": page,
        "summary": lab.summary,
        "kind": lab.kind,
        "timezone": lab.timezone,
    }
    return {**said, **_told(ours)}


def equipment(machine: Machine) -> dict[str, Any]:
    """A machine. `buildVolume` is one number in mm³; the travels say its sides, and the bed is the lesser one."""
    said = {name: value for name, value in machine.okw.items() if name != "key"}
    laser = machine.process == "laser-cutting"
    volume = machine.x_mm * machine.y_mm * machine.z_mm
    ours = {
        "name": machine.name,
        "equipmentType": said.get("equipmentType") or terms.process_address(machine.process),
        "manufacturingProcess": terms.process_address(machine.process) or said.get("manufacturingProcess", ""),
        "make": machine.make,
        "model": machine.model,
        "serialNumber": machine.serial,
        "condition": machine.state.replace("_", " "),
        "notes": machine.description,
        "quantity": 1,
        "powerRating": _number(machine.power_w) if not laser else 0,
        "laserPower": _number(machine.power_w) if laser else 0,
        "toleranceClass": f"ISO 2768-{machine.tolerance}" if machine.tolerance else "",
        "materialsWorked": said.get("materialsWorked") or _materials(machine),
        "bedSize": _number(min(machine.x_mm, machine.y_mm)),
        "buildVolume": round(volume),
        "nozzleSize": _number(machine.nozzle_mm),
        "layerResolution": _number(machine.layer_mm),
        "xTravel": _number(machine.x_mm),
        "yTravel": _number(machine.y_mm),
        "zTravel": _number(machine.z_mm),
        "manual": machine.manual_url,
    }
    told = {name: value for name, value in _told(ours).items() if value != 0}
    return {**said, **told}


def _materials(machine: Machine) -> list[dict[str, str]]:
    loaded = {one.material: one for one in machine.loaded.all()}
    return [
        _told({"materialType": terms.material_address(name), "brand": one.brand})
        for name, one in sorted(loaded.items())
    ]


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _yes(said: bool | None) -> str:
    return {True: "Yes", False: "No"}.get(said, "") if said is not None else ""


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without those that nobody has said."""
    return {name: value for name, value in facts.items() if value not in ("", None, [], {})}
