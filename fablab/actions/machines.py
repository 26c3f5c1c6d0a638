"""Machines of a lab: add, change, say how they are, keep their log."""

from collections.abc import Callable
from itertools import count
from typing import IO, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.mesh import limits
from fablab.actions.pictures import picture_from
from fablab.actions.webhooks import tell_of_machine
from fablab.models import Lab, Machine, MaintenanceEntry, Stock

State = Machine.State
PAGES = frozenset({"new", "catalogue", "calendar", "trainings"})
"""Addresses beside machines that none of them may have."""
DOWN: list[Callable[[Machine, User | None], object]] = []
"""What follows in the same transaction when a machine can no longer be used: (machine, who said so)."""


def add_machine(lab: Lab, *, by: User | None, **facts: Any) -> Machine:
    """A new machine under an address made of its name. `facts` are the model's fields."""
    with transaction.atomic():
        Lab.objects.select_for_update().get(pk=lab.pk)
        machine = Machine.objects.create(lab=lab, slug=_free_slug(lab, facts["name"]), **facts)
        _log(machine, MaintenanceEntry.Kind.STATE, by, _("Added"))
    return machine


def change_machine(machine: Machine, **facts: Any) -> Machine:
    """Change what is said of it. Its state changes by `set_state`, its address stays.

    Limits that its process does not know are dropped.
    """
    for name, value in facts.items():
        setattr(machine, name, value)
    known = limits.LIMITS.get(machine.kernel_process, {})
    machine.overrides = {key: value for key, value in machine.overrides.items() if key in known}
    machine.save(update_fields=[*facts, "overrides", "updated_at"])
    return machine


def set_state(machine: Machine, state: str, *, by: User | None, text: str = "") -> None:
    """Say how a machine is, with a line in its log. Nothing happens where it is so already and nothing is said.

    A retired machine has nothing loaded. Raises RefusedError for a state that there is not.
    """
    if state not in State.values:
        raise RefusedError(_("There is no such state."), "invalid")
    with transaction.atomic():
        locked = Machine.objects.select_for_update().get(pk=machine.pk)
        before = locked.state
        if before == state and not text:
            return
        locked.state = state
        locked.save(update_fields=["state", "updated_at"])
        kind = MaintenanceEntry.Kind.FAULT if state == State.BROKEN else MaintenanceEntry.Kind.STATE
        _log(locked, kind, by, text)
        if before != state:
            tell_of_machine(locked, before=before, by=by, text=text)
        if state == State.RETIRED:
            Stock.objects.filter(machine=locked).update(machine=None)
        if _works(before) and not _works(state):
            for follow in DOWN:
                follow(locked, by)
    machine.state = state


def write_log(machine: Machine, kind: str, *, by: User | None, text: str) -> MaintenanceEntry:
    """A line of what was done or found. Raises RefusedError for nothing said."""
    if not text.strip():
        raise RefusedError(_("Say what was done or found."), "invalid")
    with transaction.atomic():
        return _log(Machine.objects.get(pk=machine.pk), kind, by, text)


def count_run(machine: Machine, *, seconds: float, jobs: int = 1) -> None:
    """A job ran for so long."""
    Machine.objects.filter(pk=machine.pk).update(
        hours_run=F("hours_run") + max(seconds, 0.0) / 3600, jobs_run=F("jobs_run") + jobs
    )
    machine.refresh_from_db(fields=["hours_run", "jobs_run"])


def set_counters(machine: Machine, *, hours: float, jobs: int, by: User | None) -> None:
    """Say what its own counter shows, with a line in the log."""
    with transaction.atomic():
        locked = Machine.objects.select_for_update().get(pk=machine.pk)
        before = _("Counters were %(hours)s h and %(jobs)s jobs") % {
            "hours": f"{locked.hours_run:.1f}",
            "jobs": locked.jobs_run,
        }
        locked.hours_run, locked.jobs_run = hours, jobs
        locked.save(update_fields=["hours_run", "jobs_run", "updated_at"])
        _log(locked, MaintenanceEntry.Kind.NOTE, by, before)
    machine.hours_run, machine.jobs_run = hours, jobs


def set_photo(machine: Machine, file: IO[bytes] | None, *, size: int = 0) -> None:
    """Keep a photo as WebP, or none. `size` in bytes. Raises RefusedError for what is no picture."""
    new = picture_from(file, size) if file else None
    old = machine.photo.name
    machine.photo = new or ""
    machine.save(update_fields=["photo", "updated_at"])
    if old:
        machine.photo.storage.delete(old)


def _works(state: str) -> bool:
    return state in Machine.WORKING


def _log(machine: Machine, kind: str, by: User | None, text: str) -> MaintenanceEntry:
    return MaintenanceEntry.objects.create(
        machine=machine,
        kind=kind,
        text=text[:5000],
        by=by,
        at=timezone.now(),
        hours_run=machine.hours_run,
        state=machine.state,
    )


def _free_slug(lab: Lab, name: str) -> str:
    """An address that no machine of the lab has, made of a name."""
    base = slugify(name)[:50] or "machine"
    taken = {*PAGES, *lab.machines.filter(slug__startswith=base).values_list("slug", flat=True)}
    return next(slug for n in count(1) if (slug := base if n == 1 else f"{base}-{n}") not in taken)
