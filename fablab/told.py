"""What people are told of labs, as the notifications page shows it."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from designs.told import Told
from fablab import words
from fablab.models import Notice

PREFIX = "lab-"


class OfLabs:
    """Notices of one person; they are about the person's own requests, bookings and labs, whoever may see these."""

    def count(self, user: User, *, all_of_them: bool) -> int:
        """Unread, or all."""
        return _of(user, all_of_them=all_of_them).count()

    def unread(self, user: User) -> int:
        """Counted to a hundred."""
        return _of(user, all_of_them=False).order_by()[:100].count()

    def rows(self, user: User, *, all_of_them: bool, most: int) -> list[Told]:
        """The newest."""
        return [_row(notice) for notice in _of(user, all_of_them=all_of_them).select_related("lab")[:most]]

    def read(self, user: User, key: str) -> str | None:
        """By `lab-` and its number."""
        number = key.removeprefix(PREFIX)
        if number == key or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        notice = Notice.objects.filter(user=user, pk=int(number)).first()
        if notice is None:
            return None
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
        return notice.url

    def read_all(self, user: User) -> None:
        """Mark all as read."""
        Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())


def _of(user: User, *, all_of_them: bool) -> QuerySet[Notice]:
    rows = Notice.objects.filter(user=user)
    return (rows if all_of_them else rows.filter(read_at=None)).order_by("-pk")


def _row(notice: Notice) -> Told:
    return Told(
        key=f"{PREFIX}{notice.pk}",
        subject=words.subject(notice),
        said=words.sentence(notice),
        at=notice.at,
        is_read=notice.read_at is not None,
        url=notice.url,
        place=notice.lab.name if notice.lab else "",
        place_url=notice.lab.get_absolute_url() if notice.lab else "",
    )
