"""Somebody made it: kept on the design, with a snapshot of the machine that stays true when that is gone."""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string

from accounts.models import User
from designs.actions.add_photo import written_anew
from designs.models import Make, Project, Release


def record_make(
    project: Project,
    *,
    commit: str,
    author: User | None,
    outcome: str,
    parts: Sequence[Mapping[str, Any]],
    photo: tuple[IO[bytes], int] | None = None,
    **facts: Any,
) -> Make:
    """One time that a version was made. `parts` is [{path, sha256, quantity}], `photo` a file and its bytes.

    `facts` are the model's other fields. Raises RefusedError for a photo that is no picture.
    """
    content = written_anew(*photo)[0] if photo else None
    make = Make(
        project=project,
        release=Release.objects.filter(project=project, commit=commit).order_by("pk").first(),
        commit=commit,
        author=author,
        outcome=outcome,
        parts=list(parts),
        **facts,
    )
    if content:
        make.photo.save(f"{get_random_string(24).lower()}.webp", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            make.save()
    except BaseException:
        if content:
            make.photo.delete(save=False)
        raise
    return make
