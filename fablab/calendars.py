"""Bookings as iCalendar (RFC 5545, 5546): feeds under secret addresses, and what mails carry.

Every moment is in UTC, which no reader gets wrong; UIDs stay, SEQUENCE grows with each change.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from fablab import policy
from fablab.models import Booking, CalendarFeed, Closure, Notice, Occupation
from fablab.slots import STANDING, BookingState

BEFORE, AFTER = timedelta(days=60), timedelta(days=400)
STATUS = {BookingState.HELD: "TENTATIVE", BookingState.CANCELLED: "CANCELLED", BookingState.NO_SHOW: "CANCELLED"}
INVITES = {"booking_confirmed", "booking_made_for_you", "booking_moved"}
CANCELS = {"booking_cancelled", "closure_over_booking", "no_show"}
SHOWN = [*STANDING, BookingState.DONE]


def feed(of: CalendarFeed) -> bytes:
    """The calendar behind a secret address, as its owner may see it now."""
    now = timezone.now()
    around = Q(ends__gt=now - BEFORE, starts__lt=now + AFTER)
    bookings = Booking.objects.filter(around, state__in=SHOWN).select_related("machine__lab", "person")
    if of.lab is None and of.machine is None:
        events = [_event(one, knows=True) for one in bookings.filter(person=of.owner)]
        return _calendar(_("My bookings"), events)
    lab = of.lab or of.machine.lab  # type: ignore[union-attr]
    knows = policy.can_operate(of.owner, lab)
    here = bookings.filter(machine=of.machine) if of.machine else bookings.filter(machine__lab=lab)
    events = [_event(one, knows=knows or one.person_id == of.owner_id, at_machine=True) for one in here]
    jobs = Occupation.objects.filter(around, kind=Occupation.Kind.JOB).select_related("machine__lab")
    for job in jobs.filter(machine=of.machine) if of.machine else jobs.filter(machine__lab=lab):
        events.append(
            _plain(f"job-{job.pk}", _("Print job: %(machine)s") % {"machine": job.machine}, job.starts, job.ends)
        )
    closures = Closure.objects.filter(around, lab=lab).select_related("machine")
    for closure in closures.filter(Q(machine=None) | Q(machine=of.machine)) if of.machine else closures:
        what = f"{closure.get_kind_display()}: {closure.machine or lab}"
        words = f"{what} ({closure.reason})" if closure.reason else what
        events.append(_plain(f"closure-{closure.pk}", words, closure.starts, closure.ends))
    return _calendar(f"{of.machine}, {lab}" if of.machine else str(lab), events)


def of_booking(booking: Booking) -> bytes:
    """One booking, to be kept by hand."""
    return _calendar(str(booking.machine), [_event(booking, knows=True)])


def attachment(notice: Notice) -> tuple[str, bytes, str] | None:
    """What the mail of a notice carries: name, content and method; None for notices that say nothing of a time."""
    booking = notice.booking
    if booking is None:
        return None
    if notice.kind == "series_confirmed":
        series = Booking.objects.filter(series=booking.series, state__in=STANDING).select_related(
            "machine__lab", "person"
        )
        return (
            "bookings.ics",
            _calendar(str(booking.machine), [_event(one, knows=True) for one in series], "PUBLISH"),
            "PUBLISH",
        )
    method = "REQUEST" if notice.kind in INVITES else "CANCEL" if notice.kind in CANCELS else ""
    if not method or (method == "REQUEST" and booking.state not in STANDING):
        return None
    event = _event(booking, knows=True)
    organizer = vCalAddress(f"mailto:{booking.machine.lab.email or settings.DEFAULT_FROM_EMAIL}")
    organizer.params["CN"] = vText(booking.machine.lab.name)
    event.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{booking.person.email}")
    attendee.params["CN"] = vText(str(booking.person))
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    event.add("attendee", attendee)
    if method == "CANCEL":
        event["STATUS"] = "CANCELLED"
    return "booking.ics", _calendar(str(booking.machine), [event], method), method


def _calendar(name: str, events: Iterable[Event], method: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//{settings.VERSION}//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    else:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(booking: Booking, *, knows: bool, at_machine: bool = False) -> Event:
    machine, lab = booking.machine, booking.machine.lab
    who = f"{machine}: {booking.person}" if at_machine else f"{machine}, {lab}"
    event = _plain(
        f"booking-{booking.pk}",
        who if knows else _("Booked: %(machine)s") % {"machine": machine},
        booking.starts,
        booking.ends,
        changed=booking.updated_at,
    )
    event.add("sequence", booking.sequence)
    event.add("status", STATUS.get(BookingState(booking.state), "CONFIRMED"))
    event.add(
        "location", ", ".join(part for part in (lab.name, lab.street, f"{lab.postcode} {lab.city}".strip()) if part)
    )
    if knows:
        event.add("description", booking.purpose)
        event.add("url", f"{settings.SITE_URL}/bookings/{booking.pk}/")
    return event


def _plain(key: str, words: str, starts: datetime, ends: datetime, *, changed: datetime | None = None) -> Event:
    event = Event()
    event.add("uid", f"{key}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("summary", words)
    event.add("dtstamp", changed or starts)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    return event
