"""Ask for an import, cancel it, try it again: the row that a worker takes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import policy as accounts_policy
from accounts.models import Namespace, User
from designs.actions.create_project import free_slug
from designs.actions.errors import RefusedError
from designs.actions.remotes import remote
from designs.models import Import
from designs.sealed import seal
from jobs.models import State

MOST_AT_ONCE = 3


def request_import(
    namespace: Namespace,
    *,
    by: User,
    source: str,
    name: str,
    licence: str,
    visibility: str,
    slug: str = "",
    url: str = "",
    username: str = "",
    secret: str = "",
    file: "UploadedFile[Any] | None" = None,
) -> Import:
    """Check what can be checked at once and queue the rest. Raises RefusedError with a sentence."""
    if not accounts_policy.can_publish(by, namespace):
        raise RefusedError(_("You may not publish for %(owner)s.") % {"owner": namespace}, "forbidden")
    slug = free_slug(namespace, slug or slugify(name))
    waiting = Import.objects.filter(by=by, state__in=[State.READY, State.RUNNING])
    if waiting.count() >= MOST_AT_ONCE:
        raise RefusedError(
            _("You have %(n)d imports under way: wait for one to end.") % {"n": MOST_AT_ONCE}, "too-many"
        )
    row = Import(
        namespace=namespace,
        by=by,
        source=source,
        name=name,
        slug=slug,
        licence=licence,
        visibility=visibility,
    )
    if source == Import.Source.URL:
        row.url = remote(url).url
        row.username, row.sealed_secret = username, seal(secret)
    else:
        _keep_file(row, file)
    try:
        row.save()
    except BaseException:
        row.upload.unlink(missing_ok=True)
        raise
    return row


def _keep_file(row: Import, file: "UploadedFile[Any] | None") -> None:
    if file is None:
        raise RefusedError(_("Choose a file."), "no-file")
    if (file.size or 0) > settings.MAX_IMPORT:
        raise RefusedError(
            _("The file is larger than the limit of %(limit)d MiB.") % {"limit": settings.MAX_IMPORT >> 20}, "too-large"
        )
    if hasattr(file, "temporary_file_path"):
        row.upload.hardlink_to(Path(file.temporary_file_path()))
        return
    with row.upload.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


def cancel_import(row: Import) -> None:
    """Stop it where it is; one that no worker holds ends at once."""
    with transaction.atomic():
        Import.objects.filter(pk=row.pk).exclude(state__in=[State.DONE, State.FAILED]).update(is_cancelled=True)
        waiting = Import.objects.filter(pk=row.pk, state=State.READY, project=None, is_cancelled=True)
        ended = waiting.update(state=State.DONE, phase=Import.Phase.CANCELLED, sealed_secret="", said="")
    if ended:
        row.upload.unlink(missing_ok=True)


def retry_import(row: Import) -> None:
    """Start one that failed once more. Raises RefusedError when what was sent is gone."""
    if row.source != Import.Source.URL and row.project_id is None and not row.upload.exists():
        raise RefusedError(_("The file that you sent is no longer here: send it again."), "expired")
    Import.objects.filter(pk=row.pk, state=State.FAILED).update(
        state=State.READY, attempts=0, run_after=timezone.now(), said="", error="", phase=Import.Phase.WAITING
    )
