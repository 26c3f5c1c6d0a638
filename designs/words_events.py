"""What happened, in a sentence after the name of who did it; what it was about, and where that is."""

from django.urls import reverse
from django.utils.translation import gettext as _

from designs.models import Event

Kind = Event.Kind


def deed(event: Event) -> str:
    """Such as “closed it”."""
    payload = event.payload
    if event.kind == Kind.ISSUE_LABELLED:
        return _labelled(payload.get("added") or [], payload.get("removed") or [])
    if event.kind == Kind.ISSUE_RENAMED:
        return _("renamed it: it was “%(old)s”") % {"old": payload.get("old", "")}
    if event.kind in {Kind.ISSUE_CLOSED, Kind.CONTRIBUTION_CLOSED} and payload.get("commit"):
        return _("closed it by a commit")
    said = {
        Kind.PUSH: _("pushed"),
        Kind.BRANCH_DELETED: _("deleted a branch"),
        Kind.RELEASE: _("published a release"),
        Kind.FORK: _("made a fork"),
        Kind.ISSUE_OPENED: _("opened it"),
        Kind.ISSUE_CLOSED: _("closed it"),
        Kind.ISSUE_REOPENED: _("reopened it"),
        Kind.ISSUE_MENTIONED: _("named it in a commit"),
        Kind.COMMENT: _("commented"),
        Kind.CONTRIBUTION_OPENED: _("offers a contribution"),
        Kind.CONTRIBUTION_UPDATED: _("added commits to it"),
        Kind.CONTRIBUTION_MERGED: _("merged it"),
        Kind.CONTRIBUTION_CLOSED: _("closed it"),
        Kind.CONTRIBUTION_REOPENED: _("reopened it"),
    }
    return said.get(Kind(event.kind), "")


def _labelled(added: list[str], removed: list[str]) -> str:
    parts = []
    if added:
        parts.append(_("labelled it %(labels)s") % {"labels": _quoted(added)})
    if removed:
        parts.append(_("took the label off: %(labels)s") % {"labels": _quoted(removed)})
    return ", ".join(parts)


def _quoted(labels: list[str]) -> str:
    return ", ".join(_("“%(label)s”") % {"label": label} for label in labels)


def subject(event: Event) -> str:
    """What it was about: an issue with its number, a release by its tag, or the project."""
    if event.issue:
        return f"#{event.issue.number} {event.issue.title}"
    return str(event.payload.get("tag") or event.project.name)


def place(event: Event) -> str:
    """The address of the page that shows it, without the site's."""
    project = event.project
    base = project.get_absolute_url()
    if event.issue:
        name = "contributions" if event.issue.kind == "contribution" else "issues"
        said = event.payload.get("comment") if event.kind == Kind.COMMENT else None
        return f"{base}{name}/{event.issue.number}/" + (f"?comment={said}#comment-{said}" if said else "")
    if event.kind == Kind.RELEASE and event.payload.get("tag"):
        return reverse("designs:release", args=[project.namespace.handle, project.slug, event.payload["tag"]])
    return base
