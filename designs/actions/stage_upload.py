"""Stage uploads: each file arrives alone, with its own progress; one commit takes them all, or none."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.errors import RefusedError
from designs.models import StagedUpload
from storage import names

KEEP = timedelta(days=1)


def stage_upload(user: User, file: "UploadedFile[Any]", path: str) -> StagedUpload:
    """Keep one whole file for a later commit. Raises RefusedError on a bad name or size."""
    try:
        path = names.check_path(path)
    except names.NameRefusedError as error:
        raise RefusedError(str(error), "bad-name") from error
    if (file.size or 0) > settings.MAX_FILE:
        raise RefusedError(
            _("%(path)s is larger than the limit of %(limit)d MiB.") % {"path": path, "limit": settings.MAX_FILE >> 20},
            "too-large",
        )
    staged = StagedUpload(user=user, path=path, size=file.size or 0)
    part = staged.file.with_suffix(".part")
    try:
        with part.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        part.replace(staged.file)
    finally:
        part.unlink(missing_ok=True)
    staged.save()
    return staged


def staged_uploads(user: User, tokens: Sequence[str]) -> list[StagedUpload]:
    """The person's own staged files, in the order of the tokens. Raises RefusedError when one is gone."""
    rows = {str(row.token): row for row in StagedUpload.objects.filter(user=user, token__in=tokens)}
    if any(token not in rows or not rows[token].file.exists() for token in tokens):
        raise RefusedError(_("An upload has expired. Please choose the files again."), "expired")
    return [rows[token] for token in tokens]


def discard_uploads(uploads: Sequence[StagedUpload]) -> None:
    """Forget staged files once their commit is made."""
    for upload in uploads:
        upload.file.unlink(missing_ok=True)
    StagedUpload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()


def sweep_uploads() -> None:
    """Remove what was staged and never committed, and the temporary files of dead requests."""
    limit = timezone.now() - KEEP
    discard_uploads(list(StagedUpload.objects.filter(created_at__lt=limit)))
    for stray in settings.UPLOADS_DIR.glob("*"):
        if stray.is_file() and stray.stat().st_mtime < limit.timestamp():
            stray.unlink(missing_ok=True)
