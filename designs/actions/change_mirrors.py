"""Set up mirrors, ask for one now, remove it: the rows that a worker takes every hour and after each push."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.actions.remotes import remote
from designs.models import Mirror, Project
from jobs.models import State

MOST = 5


def add_mirror(
    project: Project, *, by: User, direction: str, url: str, username: str = "", secret: str = "", prune: bool = False
) -> Mirror:
    """Keep the project the same as a repository elsewhere from now on. Raises RefusedError with a sentence."""
    if project.mirrors.count() >= MOST:
        raise RefusedError(_("A project has %(n)d mirrors at the most.") % {"n": MOST}, "too-many")
    if direction == Mirror.Direction.IN and project.mirrors.filter(direction=direction).exists():
        raise RefusedError(_("What is new comes from one place only: remove the other mirror first."), "too-many")
    checked = remote(url).url
    if urlsplit(checked).netloc == urlsplit(settings.SITE_URL).netloc:
        raise RefusedError(_("That is this site: fork the project instead."), "bad-url")
    row = Mirror(project=project, by=by, direction=direction, url=checked, username=username, prune=prune)
    row.prune = prune and direction == Mirror.Direction.OUT
    row.keep_secret(secret)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise RefusedError(_("There is a mirror of this address already."), "taken") from error
    return row


def queue_mirrors(project: Project) -> None:
    """Send what has been pushed to every mirror soon. To be called in the transaction of the push."""
    _queue(project.mirrors.filter(direction=Mirror.Direction.OUT))


def sync_mirror(row: Mirror) -> None:
    """Do it now instead of at its hour."""
    _queue(Mirror.objects.filter(pk=row.pk))


def _queue(rows: "models.QuerySet[Mirror]") -> None:
    rows.filter(state=State.RUNNING).update(is_asked_again=True)
    rows.exclude(state=State.RUNNING).update(state=State.READY, run_after=timezone.now(), attempts=0)


def revive_mirrors() -> None:
    """Let mirrors whose worker gave up start again; once a day."""
    Mirror.objects.filter(state=State.FAILED).update(state=State.READY, attempts=0, run_after=timezone.now())
