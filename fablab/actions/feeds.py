"""Secret addresses of calendars: made, renewed, ended."""

from accounts.models import User
from fablab.models import CalendarFeed, Lab, Machine
from fablab.models.booking import new_secret


def feed_of(owner: User, *, lab: Lab | None = None, machine: Machine | None = None) -> CalendarFeed:
    """The owner's feed of a lab, of a machine, or of their own bookings; made where there was none."""
    return CalendarFeed.objects.get_or_create(owner=owner, lab=lab, machine=machine)[0]


def renew_feed(feed: CalendarFeed) -> None:
    """Give it another address; the old one leads nowhere."""
    feed.secret = new_secret()
    feed.save(update_fields=["secret"])


def end_feed(feed: CalendarFeed) -> None:
    """No address any more."""
    feed.delete()
