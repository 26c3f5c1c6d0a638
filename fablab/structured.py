"""What machines read of a lab: schema.org, its hours for OpenStreetMap, SpaceAPI."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.utils import timezone

from fablab import osm_hours
from fablab.models import Lab
from fablab.opening import opening

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def schema_org(lab: Lab) -> dict[str, Any]:
    """The lab as a LocalBusiness of schema.org (JSON-LD)."""
    return _told(
        {
            "@context": "https://schema.org",
            "@type": "LocalBusiness",
            "@id": _address(lab),
            "url": _address(lab),
            "name": lab.name,
            "description": lab.summary,
            "image": _picture(lab),
            "telephone": lab.phone,
            "sameAs": lab.website,
            "foundingDate": str(lab.founded or ""),
            "knowsLanguage": lab.languages,
            "address": _told(
                {
                    "@type": "PostalAddress",
                    "streetAddress": lab.street,
                    "postalCode": lab.postcode,
                    "addressLocality": lab.city,
                    "addressRegion": lab.region,
                    "addressCountry": lab.country,
                }
            ),
            "geo": {"@type": "GeoCoordinates", "latitude": lab.latitude, "longitude": lab.longitude}
            if lab.latitude is not None and lab.longitude is not None
            else None,
            "openingHoursSpecification": [*_weekly(lab), *_special(lab)],
        }
    )


def osm(lab: Lab, since: date | None = None) -> str:
    """Its hours for everybody and its special days from `since` on, as OpenStreetMap writes them."""
    week: dict[int, list[tuple[time, time]]] = {}
    for one in lab.hours.all():
        if not one.for_members:
            week.setdefault(one.weekday, []).append((one.opens, one.closes))
    days: dict[date, list[tuple[time, time]]] = {}
    for day in lab.special_days.all():
        if since is None or day.day >= since:
            hours = days.setdefault(day.day, [])
            if day.opens and day.closes:
                hours.append((day.opens, day.closes))
    return osm_hours.write(week, sorted(days.items()))


def space_api(lab: Lab, at: datetime) -> dict[str, Any]:
    """The lab by SpaceAPI, versions 14 and 15. Our own words begin with `ext_`, as it asks."""
    now = opening(lab, at)
    state: dict[str, Any] = {"open": now.is_open} if now.is_known else {}
    if now.until:
        state["ext_next_change"] = int(now.until.timestamp())
    if now.since:
        state["lastchange"] = int(now.since.timestamp())
    place = {
        "address": ", ".join(
            part for part in (lab.street, f"{lab.postcode} {lab.city}".strip(), lab.country_name) if part
        ),
        "timezone": lab.timezone,
        "country_code": lab.country,
    }
    point = {} if lab.latitude is None or lab.longitude is None else {"lat": lab.latitude, "lon": lab.longitude}
    return {
        "api_compatibility": ["14", "15"],
        "space": lab.name,
        "logo": _picture(lab) or f"{settings.SITE_URL}/static/img/logo.svg",
        "url": lab.website or _address(lab),
        "location": _told({**place, **point}),
        "state": state,
        "contact": _told({"phone": lab.phone}),
        "links": [{"name": settings.SITE_NAME, "url": _address(lab)}],
        "ext_opening_hours": osm(lab, timezone.localdate()),
    }


def _weekly(lab: Lab) -> Iterator[dict[str, Any]]:
    for one in lab.hours.all():
        if not one.for_members:
            yield {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{DAY_NAMES[one.weekday]}",
                "opens": f"{one.opens:%H:%M}",
                "closes": f"{one.closes:%H:%M}",
            }


def _special(lab: Lab) -> Iterator[dict[str, Any]]:
    today = datetime.now(UTC).date()
    for day in lab.special_days.all():
        if day.day >= today:
            yield {
                "@type": "OpeningHoursSpecification",
                "validFrom": day.day.isoformat(),
                "validThrough": day.day.isoformat(),
                "opens": f"{day.opens or time(0):%H:%M}",
                "closes": f"{day.closes or time(0):%H:%M}",
            }


def _address(lab: Lab) -> str:
    return settings.SITE_URL + lab.get_absolute_url()


def _picture(lab: Lab) -> str:
    return settings.SITE_URL + lab.photo.url if lab.photo else ""


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without those that nobody has said."""
    return {name: value for name, value in facts.items() if value not in ("", None, [], {})}
