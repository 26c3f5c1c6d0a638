"""The labels of a project: a set to begin with, then made, changed and removed by its writers."""

import re

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from designs.actions.errors import RefusedError
from designs.models import Label, Project

COLOUR = re.compile(r"#[0-9a-f]{6}")
MOST = 100
FIRST = [
    (gettext_noop("does not fit"), "#d1242f"),
    (gettext_noop("breaks"), "#bc4c00"),
    (gettext_noop("hard to print"), "#bf8700"),
    (gettext_noop("documentation"), "#0969da"),
    (gettext_noop("new part"), "#1a7f37"),
    (gettext_noop("good first step"), "#8250df"),
    (gettext_noop("duplicate"), "#6e7781"),
]


def ensure_labels(project: Project) -> None:
    """Give a project that never had an issue its first labels, in the language of who asks."""
    if project.last_issue_number == 0 and not project.labels.exists():
        rows = [Label(project=project, name=_(name), colour=colour) for name, colour in FIRST]
        Label.objects.bulk_create(rows, ignore_conflicts=True)


def save_label(project: Project, *, name: str, colour: str, label: Label | None = None) -> Label:
    """Make a label, or change one. Raises RefusedError for a name that is taken and for what is no colour."""
    name = " ".join(name.split())[:40]
    if not name or not COLOUR.fullmatch(colour.lower()):
        raise RefusedError(_("A label has a name, and a colour such as #1a7f37."), "invalid")
    if label is None and project.labels.count() >= MOST:
        raise RefusedError(_("A project has at most %(n)d labels.") % {"n": MOST}, "invalid")
    label = label or Label(project=project)
    label.name, label.colour = name, colour.lower()
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError as taken:
        raise RefusedError(_("There is a label “%(name)s” already.") % {"name": name}, "taken") from taken
    return label
