"""What managers change of their lab: what it says of itself, its hours, its special days, its tariffs, its photos."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.pictures import picture_from
from fablab.models import Lab, LabPhoto, OpeningHours, SpecialDay, Tariff
from fablab.opening import opening

Hours = tuple[time, time]
MOST_PHOTOS = 30
SAID = timedelta(hours=12)
"""How long "open now" holds where the hours do not change before."""


def change_lab(lab: Lab, **facts: Any) -> Lab:
    """Change fields of the model."""
    for name, value in facts.items():
        setattr(lab, name, value)
    lab.save(update_fields=[*facts, "updated_at"])
    return lab


def set_hours(lab: Lab, week: Mapping[int, Sequence[Hours]], members: Mapping[int, Sequence[Hours]]) -> None:
    """Replace the weekly hours, for everybody and for members. Raises RefusedError where two of a day overlap."""
    rows = [*_rows(lab, week, for_members=False), *_rows(lab, members, for_members=True)]
    starts = [(one.weekday, one.opens) for one in rows]
    if len(set(starts)) != len(starts):
        raise RefusedError(_("Two of these hours begin at the same time of a day."), "overlap")
    with transaction.atomic():
        Lab.objects.select_for_update().get(pk=lab.pk)
        lab.hours.all().delete()
        OpeningHours.objects.bulk_create(rows)
        lab.save(update_fields=["updated_at"])


def add_special_day(lab: Lab, day: date, until: date | None, hours: Sequence[Hours], reason: str) -> int:
    """Say that a day, or each from `day` to `until`, is otherwise: closed where there are no hours. Returns how many.

    What was said of these days before is replaced. Raises RefusedError for over a year, or an end before the start.
    """
    last = until or day
    if last < day:
        raise RefusedError(_("The last day comes before the first."), "invalid")
    if (last - day).days > 366:
        raise RefusedError(_("At most a year at once."), "too-long")
    days = [day + timedelta(days=step) for step in range((last - day).days + 1)]
    spans: Iterable[tuple[time | None, time | None]] = hours or [(None, None)]
    with transaction.atomic():
        lab.special_days.filter(day__in=days).delete()
        SpecialDay.objects.bulk_create(
            SpecialDay(lab=lab, day=one, opens=opens, closes=closes, reason=reason[:120])
            for one in days
            for opens, closes in spans
        )
    return len(days)


def remove_special_days(lab: Lab, first: date, last: date) -> None:
    """Let the days from `first` to `last` be as their weekdays again."""
    lab.special_days.filter(day__range=(first, last)).delete()


def say_open(lab: Lab, *, is_open: bool | None, at: datetime | None = None) -> None:
    """Say that the lab is open or closed just now, until its hours say so too or for 12 hours; None takes it back."""
    now = at or timezone.now()
    lab.says_open, lab.says_until = is_open, None
    if is_open is not None:
        by_hours = opening(lab, now)
        end = now + SAID
        if by_hours.until and by_hours.until > now:
            end = min(end, by_hours.until)
        lab.says_until = end
    lab.save(update_fields=["says_open", "says_until", "updated_at"])


def add_tariff(lab: Lab, *, name: str, percent: int, is_default: bool) -> Tariff:
    """A tariff; the default one replaces the former. Raises RefusedError for a name that there is already."""
    with transaction.atomic():
        Lab.objects.select_for_update().get(pk=lab.pk)
        if lab.tariffs.filter(name__iexact=name).exists():
            raise RefusedError(_("There is a tariff of this name already."), "taken")
        if is_default:
            lab.tariffs.update(is_default=False)
        return Tariff.objects.create(lab=lab, name=name, percent=percent, is_default=is_default)


def set_photo(lab: Lab, file: IO[bytes] | None, *, size: int = 0) -> None:
    """The photo that stands for the lab, or none. `size` in bytes. Raises RefusedError for what is no picture."""
    new = picture_from(file, size) if file else None
    old = lab.photo.name
    lab.photo = new
    lab.save(update_fields=["photo", "updated_at"])
    if old:
        lab.photo.storage.delete(old)


def add_photo(lab: Lab, file: IO[bytes], *, size: int, title: str, by: User) -> LabPhoto:
    """One more photo. `size` in bytes. Raises RefusedError for what is no picture, and for too many."""
    if lab.photos.count() >= MOST_PHOTOS:
        raise RefusedError(_("A lab shows %(most)d photos at the most.") % {"most": MOST_PHOTOS}, "too-many")
    return LabPhoto.objects.create(lab=lab, file=picture_from(file, size), title=title[:120], by=by)


def remove_photo(photo: LabPhoto) -> None:
    """Take a photo away, file and all."""
    photo.file.delete(save=False)
    photo.delete()


def today(lab: Lab) -> date:
    """The day that it is in the lab."""
    return timezone.now().astimezone(ZoneInfo(lab.timezone)).date()


def _rows(lab: Lab, week: Mapping[int, Sequence[Hours]], *, for_members: bool) -> list[OpeningHours]:
    rows = []
    for day, spans in week.items():
        before: time | None = None
        for opens, closes in sorted(spans):
            if before is not None and (opens < before or before == time(0)):
                raise RefusedError(_("Two of these hours of one day overlap."), "overlap")
            before = closes if closes > opens else time(0)
            rows.append(OpeningHours(lab=lab, weekday=day, opens=opens, closes=closes, for_members=for_members))
    return rows
