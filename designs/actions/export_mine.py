"""Everything of a person in one ZIP: ask for it, make it, sweep it away after some days."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import IO

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from designs import exports, personal
from designs.models import Export, Project
from jobs.lease import LeaseLostError
from jobs.models import State
from storage import parcels
from storage.zips import Member, stream_zip


def request_export(person: User) -> Export:
    """The export under way, or a new one in the place of earlier ones."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        waiting = Export.objects.filter(by=person, state__in=[State.READY, State.RUNNING]).first()
        if waiting:
            return waiting
        forget_exports(person)
        return Export.objects.create(by=person)


def forget_exports(person: User) -> None:
    """Erase what was packed for a person, once the transaction stands."""
    names = [_name(row) for row in Export.objects.filter(by=person)]
    Export.objects.filter(by=person).delete()
    for name in names:
        transaction.on_commit(partial(parcels.delete, name))


def run_export(row: Export) -> Callable[[], None]:
    """Make the ZIP in a file, then keep it for its days."""
    part = settings.UPLOADS_DIR / f"{row.token.hex}-{row.fence}.export"
    try:
        with translation.override(row.by.language or settings.LANGUAGE_CODE), part.open("wb") as out:
            for piece in stream_zip(_members(row)):
                out.write(piece)
        size = part.stat().st_size
        parcels.put(_name(row), part)
    finally:
        part.unlink(missing_ok=True)
    expires = timezone.now() + timedelta(days=settings.EXPORT_DAYS)
    return lambda: _keep(row, size=size, expires_at=expires)


def _keep(row: Export, **values: object) -> None:
    Export.objects.filter(pk=row.pk).update(**values)


def _name(row: Export) -> str:
    return f"{row.token.hex}.zip"


def open_export(row: Export) -> IO[bytes]:
    """The finished ZIP as a binary file. Raises FileNotFoundError."""
    return parcels.open_parcel(_name(row))


def _members(row: Export) -> Iterator[Member]:
    person = row.by
    yield Member("me/profile.json", _json([personal.profile(person)]))
    for name, rows in personal.rows_of(person):
        yield Member(f"me/{name}.json", _json(rows))
    projects = Project.objects.alive().filter(namespace__user=person).select_related("namespace").order_by("slug")
    total = projects.count()
    for number, project in enumerate(projects):
        mine = Export.objects.filter(pk=row.pk, fence=row.fence, state=State.RUNNING)
        if not mine.update(done=number, total=total):
            raise LeaseLostError
        here = f"projects/{project.slug}/"
        for name, rows in personal.rows_in(project):
            yield Member(f"{here}rows/{name}.json", _json(rows))
        yield from exports.members(project, here)


def _json(rows: Iterable[personal.Row]) -> Iterator[bytes]:
    """A list, one row a line."""
    before = "["
    for row in rows:
        yield f"{before}\n{json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)}".encode()
        before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def sweep_exports() -> None:
    """Remove what was not fetched in its days, and the rows of exports that failed."""
    old = Export.objects.filter(expires_at__lt=timezone.now()) | Export.objects.filter(
        state=State.FAILED, created_at__lt=timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    )
    for row in old:
        parcels.delete(_name(row))
        row.delete()
