"""Notifications of projects as the notifications page shows them."""

from django.utils import timezone

from accounts.models import User
from designs import words_events
from designs.models import Notification
from designs.models.notification import NotificationQuerySet
from designs.told import Told


class OfProjects:
    """What the person may no longer see is not there, and no longer counts as unread."""

    def count(self, user: User, *, all_of_them: bool) -> int:
        """Of what the person may see now; the rest is marked as read."""
        readable = Notification.objects.readable_by(user)
        mine = Notification.objects.filter(user=user).unread()
        mine.exclude(pk__in=readable.unread().values("pk")).update(read_at=timezone.now())
        return (readable if all_of_them else readable.unread()).count()

    def unread(self, user: User) -> int:
        """Counted to a hundred."""
        return Notification.objects.filter(user=user).unread().order_by()[:100].count()

    def rows(self, user: User, *, all_of_them: bool, most: int) -> list[Told]:
        """The newest."""
        rows: NotificationQuerySet = Notification.objects.readable_by(user)
        if not all_of_them:
            rows = rows.unread()
        rows = rows.select_related("event__actor", "event__issue", "event__project__namespace")
        return [_row(told) for told in rows.order_by("-pk")[:most]]

    def read(self, user: User, key: str) -> str | None:
        """By its number."""
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        rows = Notification.objects.readable_by(user).filter(pk=int(key))
        told = rows.select_related("event__issue", "event__project__namespace").first()
        if told is None:
            return None
        rows.unread().update(read_at=timezone.now())
        return words_events.place(told.event)

    def read_all(self, user: User) -> None:
        """Mark all as read."""
        Notification.objects.filter(user=user).unread().update(read_at=timezone.now())


def _row(told: Notification) -> Told:
    event = told.event
    return Told(
        key=str(told.pk),
        subject=words_events.subject(event),
        said=words_events.deed(event),
        at=event.at,
        is_read=told.read_at is not None,
        url=words_events.place(event),
        place=str(event.project),
        place_url=event.project.get_absolute_url(),
        actor=event.actor,
        why=str(told.get_reason_display()),
    )
