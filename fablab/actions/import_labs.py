"""Labs from a file: lists such as fablabs.io gives, and Open Know-Where. Safe to run again."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from fablab.actions.change_lab import Hours, change_lab, set_hours
from fablab.actions.machines import add_machine, change_machine
from fablab.actions.propose_lab import add_lab, place
from fablab.models import Lab
from fablab.okw.files import records
from fablab.okw.read import ReadLab, read_facility
from fablab.okw.values import UnreadError


@dataclass
class Report:
    """How many labs were made, changed, and left because their people run them; machines; what was not read."""

    made: int = 0
    changed: int = 0
    left: int = 0
    machines: int = 0
    problems: list[str] = field(default_factory=list)


def import_labs(text: str, *, source: str, is_yaml: bool = False) -> Report:
    """Make or change a lab for each record. `source` names the file, for records that do not say where they are from.

    Labs that their people run are left as they are. A record that cannot be used is skipped and named with its number.
    Raises RefusedError where the whole cannot be read.
    """
    report = Report()
    try:
        for number, record in records(text, is_yaml=is_yaml):
            try:
                if isinstance(record, UnreadError):
                    raise record
                _import(read_facility(record), source, report, number)
            except (UnreadError, ValidationError, RefusedError) as wrong:
                report.problems.append(_skipped(number, wrong))
    except UnreadError as wrong:
        raise RefusedError(_("This file cannot be read: %(why)s") % {"why": wrong}, "invalid") from wrong
    return report


def import_into(lab: Lab, text: str, *, by: User, is_yaml: bool = False) -> Report:
    """Take over what a file by Open Know-Where says of this lab; of several facilities, the one of its name.

    Raises RefusedError where the file cannot be read or speaks of other labs.
    """
    try:
        found = [one for _number, one in records(text, is_yaml=is_yaml)]
        facilities = [read_facility(one) for one in found if not isinstance(one, UnreadError)]
    except UnreadError as wrong:
        raise RefusedError(_("This file cannot be read: %(why)s") % {"why": wrong}, "invalid") from wrong
    named = [one for one in facilities if one.facts["name"].casefold() == lab.name.casefold()]
    chosen = named or (facilities if len(facilities) == 1 else [])
    if not chosen:
        raise RefusedError(_("The file speaks of several labs, and none has the name of yours."), "unknown")
    report = Report(changed=1)
    with transaction.atomic():
        _fill(lab, chosen[0], report, by=by)
    report.problems += _unread(chosen[0])
    return report


def _import(read: ReadLab, source: str, report: Report, number: int) -> None:
    host = (read.source or source)[:300]
    with transaction.atomic():
        lab = Lab.objects.select_for_update().filter(source=host, source_id=read.source_id).first()
        if lab and lab.standing not in {Lab.Standing.PROPOSED, Lab.Standing.CLOSED}:
            report.left += 1
            return
        if lab is None:
            unsaid = {"access": Lab.Access.REQUEST}
            lab = add_lab(name=read.facts["name"], source=host, source_id=read.source_id, **unsaid, **_place_of(read))
            report.made += 1
        else:
            report.changed += 1
        _fill(lab, read, report, by=None)
    report.problems += [_("Record %(number)d: %(what)s") % {"number": number, "what": what} for what in _unread(read)]


def _fill(lab: Lab, read: ReadLab, report: Report, *, by: User | None) -> None:
    facts = dict(read.facts)
    if by is not None:
        facts.pop("standing", None)
    for name, value in facts.items():
        setattr(lab, name, value)
    lab.okw = {**lab.okw, **read.kept}
    place(lab)
    lab.clean_fields(exclude=["slug", "source_id"])
    placed = {name: getattr(lab, name) for name in ("okw", "latitude", "longitude", "timezone")}
    change_lab(lab, **{**facts, **placed})
    if read.week is not None:
        members: dict[int, list[Hours]] = {}
        for one in lab.hours.filter(for_members=True):
            members.setdefault(one.weekday, []).append((one.opens, one.closes))
        set_hours(lab, read.week, members)
    present = {one.okw.get("key"): one for one in lab.machines.all() if one.okw.get("key")}
    for machine in read.machines:
        known = present.get(machine.kept["key"])
        state = machine.facts.pop("state", None)
        if known:
            change_machine(known, **machine.facts, okw=machine.kept)
        else:
            add_machine(lab, by=by, **machine.facts, okw=machine.kept, **({"state": state} if state else {}))
            report.machines += 1


def _place_of(read: ReadLab) -> dict[str, Any]:
    return {name: read.facts[name] for name in ("city", "country", "latitude", "longitude") if name in read.facts}


def _unread(read: ReadLab) -> list[str]:
    return [_("%(field)s: %(value)s is not read") % {"field": name, "value": value} for name, value in read.unread]


def _skipped(number: int, wrong: Exception) -> str:
    why = "; ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)
    return _("Record %(number)d is skipped: %(why)s") % {"number": number, "why": why}
