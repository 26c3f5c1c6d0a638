"""What people must have learned before they use a machine: define it, say who has it, remind before it runs out."""

import calendar
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.notify import tell
from fablab.models import Lab, Trained, Training

WEEK = timedelta(days=7)


def add_training(lab: Lab, **facts: Any) -> Training:
    """A new training. Raises RefusedError where the lab has one of that name."""
    if lab.trainings.filter(name__iexact=facts["name"]).exists():
        raise RefusedError(_("The lab has a training of that name."), "taken")
    return Training.objects.create(lab=lab, **facts)


def change_training(training: Training, **facts: Any) -> None:
    """Change what is said of it; who has it keeps their date. Raises RefusedError for another's name."""
    others = Training.objects.filter(lab=training.lab_id, name__iexact=facts["name"]).exclude(pk=training.pk)
    if others.exists():
        raise RefusedError(_("The lab has a training of that name."), "taken")
    for name, value in facts.items():
        setattr(training, name, value)
    training.save(update_fields=list(facts))


def grant(training: Training, user: User, *, by: User, on: date | None = None) -> Trained:
    """This person has it, from `on` (today) for as long as it is valid. Again, it is renewed.

    Raises RefusedError for a day to come.
    """
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise RefusedError(_("That day has not come yet."), "invalid")
    expires = later(on, training.valid_months) if training.valid_months else None
    with transaction.atomic():
        row, is_new = Trained.objects.update_or_create(
            training=training, user=user, defaults={"by": by, "on": on, "expires_on": expires, "is_reminded": False}
        )
        if is_new:
            _tell(row, "trained")
    return row


def revoke(row: Trained) -> None:
    """This person has it no longer, and is told."""
    with transaction.atomic():
        _tell(row, "training_revoked")
        row.delete()


def remind() -> int:
    """Tell those whose training runs out within a week, once. Called every day; returns how many there were."""
    today = timezone.localdate()
    rows = Trained.objects.filter(is_reminded=False, expires_on__range=(today, today + WEEK))
    count = 0
    for row in rows.select_related("training__lab", "user"):
        with transaction.atomic():
            ours = Trained.objects.filter(pk=row.pk, is_reminded=False, expires_on=row.expires_on)
            if ours.update(is_reminded=True):
                _tell(row, "training_expires", on=str(row.expires_on))
                count += 1
    return count


def later(on: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + years, month + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


def _tell(row: Trained, kind: str, **words: str) -> None:
    lab = row.training.lab
    url = reverse("fablab:trainings", args=[lab.slug])
    said: dict[str, Any] = {"training": row.training.name, "lab_name": lab.name, **words}
    tell(row.user, kind, url=url, lab=lab, **said)
