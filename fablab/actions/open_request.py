"""Ask a lab to make parts of a version: the draft, and its submission, which pins every content."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from designs import licences, pipeline
from designs.actions.ask_kernel import ask_analyses
from designs.actions.errors import RefusedError
from designs.models import File, Project
from fablab.actions.advance import advance, tell_lab
from fablab.models import Lab, PrintRequest, RequestPart
from fablab.states import Actor, RequestState
from storage import blobs

MOST_PARTS = 100
MOST_OF_ONE = 1000
MOST_OPEN = 50
"""Requests that one person may have under way."""


def open_request(
    lab: Lab,
    project: Project,
    *,
    by: User,
    commit: str,
    tag: str,
    parts: Sequence[tuple[File, int]],
    **facts: Any,
) -> PrintRequest:
    """A draft: which files of which commit, how many of each. `facts` are the model's fields that a requester says.

    The caller has seen to it that `by` may read the project. Raises RefusedError: no parts, too many, a lab that takes
    no requests.
    """
    if not lab.accepts_requests or lab.standing in {Lab.Standing.CLOSED, Lab.Standing.PROPOSED}:
        raise RefusedError(_("%(lab)s takes no requests.") % {"lab": lab}, "no-requests")
    chosen = [(file, count) for file, count in parts if count > 0]
    if not chosen:
        raise RefusedError(_("Choose at least one part."), "no-parts")
    if len(chosen) > MOST_PARTS or max(count for _, count in chosen) > MOST_OF_ONE:
        raise RefusedError(
            _("A request has at most %(parts)d parts, each at most %(times)d times.")
            % {"parts": MOST_PARTS, "times": MOST_OF_ONE},
            "too-many",
        )
    if any(file.project_id != project.pk for file, _ in chosen):
        raise RefusedError(_("These parts are not of one project."), "invalid")
    with transaction.atomic():
        request = PrintRequest.objects.create(
            lab=lab,
            requester=by,
            project=project,
            project_title=project.name,
            licence=project.licence,
            commit=commit,
            tag=tag,
            **facts,
        )
        RequestPart.objects.bulk_create(
            RequestPart(
                request=request, file=file, path=file.path, sha256=file.sha256, oid=file.oid, format=file.format,
                units=file.units, quantity=count,
            )
            for file, count in chosen
        )  # fmt: skip
    return request


def submit(request: PrintRequest, *, by: User, accepts_terms: bool) -> None:
    """Send a draft, or an answered question, to the lab. Contents are kept from now on whatever becomes of the project.

    Raises RefusedError: terms not accepted, content that is gone, too many requests at once; WrongStateError.
    """
    if request.lab.terms and not (accepts_terms or request.terms_accepted_at):
        raise RefusedError(_("Accept the lab’s terms first."), "terms")
    mine = PrintRequest.objects.filter(requester=by, ended_at=None).exclude(state=RequestState.DRAFT)
    if mine.exclude(pk=request.pk).count() >= MOST_OPEN:
        raise RefusedError(_("You have %(n)d requests under way: that is a lot.") % {"n": MOST_OPEN}, "too-many")
    _pin(request)
    is_new = request.state == RequestState.DRAFT
    now = timezone.now()
    with transaction.atomic():
        facts: dict[str, Any] = {}
        if is_new:
            facts = {"submitted_at": now, "number": next_number(request.lab)}
        if accepts_terms:
            facts["terms_accepted_at"] = now
        advance(request, RequestState.SUBMITTED, by=by, actor=_requester(request, by), **facts)
        tell_lab(request, "request_submitted" if is_new else "request_answered", by=by)
    ask_analyses([(part.sha256, part.format, part.units) for part in request.parts.all() if part.format])


def next_number(lab: Lab) -> int:
    """A number that no other request of the lab gets; locked until the caller's transaction ends."""
    Lab.objects.filter(pk=lab.pk).update(last_request_number=F("last_request_number") + 1)
    return Lab.objects.values_list("last_request_number", flat=True).get(pk=lab.pk)


def licence_note(spdx: str) -> str:
    """What a licence that is not open means for who has it made, or nothing."""
    if not spdx or licences.is_open(spdx):
        return ""
    return str(
        _("The licence %(licence)s limits what others may do: a lab that is paid may be a commercial use.")
        % {"licence": spdx}
    )


def _requester(request: PrintRequest, by: User) -> Actor | None:
    return Actor.REQUESTER if request.requester_id == by.pk else None


def _pin(request: PrintRequest) -> None:
    """Keep each content in the store. Raises RefusedError for one that nobody holds any more."""
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR, prefix="pin-") as name:
        for number, part in enumerate(request.parts.all()):
            if blobs.exists(part.sha256):
                continue
            try:
                content = pipeline.fetch(part.sha256, part.format or "bin", Path(name) / str(number))
            except LookupError as gone:
                raise RefusedError(_("%(path)s is not there any more.") % {"path": part.path}, "gone") from gone
            blobs.put(content)
