"""Tell people of an event: who is mentioned, who takes part, who watches; never who did it, nor who may not see it."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from designs import references
from designs.actions.watch import followers
from designs.models import Comment, Event, Notification, NotificationMail, Watch

Reason = Notification.Reason
Kind = Event.Kind
# The kind of event -> the kind of mail that a person may refuse; "" is told on the site alone.
TOLD = {
    Kind.ISSUE_OPENED: "issues",
    Kind.ISSUE_CLOSED: "issues",
    Kind.ISSUE_REOPENED: "issues",
    Kind.COMMENT: "issues",
    Kind.CONTRIBUTION_OPENED: "contributions",
    Kind.CONTRIBUTION_UPDATED: "contributions",
    Kind.CONTRIBUTION_MERGED: "contributions",
    Kind.CONTRIBUTION_CLOSED: "contributions",
    Kind.CONTRIBUTION_REOPENED: "contributions",
    Kind.RELEASE: "releases",
    Kind.FORK: "",
}
ATTEMPTS = 14  # the last some four hours after the first: a mail server may be down for a while
KEPT = timedelta(days=180)
_WITH_TEXT = {Kind.ISSUE_OPENED, Kind.COMMENT, Kind.CONTRIBUTION_OPENED}


def notify(event: Event) -> list[Notification]:
    """Make a row for each person to be told, and one for the worker where it goes by mail. Called by record_event."""
    if event.kind not in TOLD:
        return []
    reasons = _reasons(event)
    reasons.pop(event.actor_id or 0, None)
    people = _who_may_see(event, set(reasons))
    rows = [Notification(user=person, event=event, reason=reasons[person.pk]) for person in people]
    made = Notification.objects.bulk_create(rows)
    mails = [NotificationMail(notification=row, max_attempts=ATTEMPTS) for row in made if wants_mail(row)]
    NotificationMail.objects.bulk_create(mails)
    return made


def sweep_notifications() -> int:
    """Remove what was read and is half a year old. Returns how many."""
    old = Notification.objects.filter(read_at__lt=timezone.now() - KEPT)
    return old.delete()[1].get("designs.Notification", 0)


def mail_kind(notification: Notification) -> str:
    """Which box on the person's page of notifications decides over this mail; "" for none."""
    if notification.reason == Reason.MENTIONED:
        return "mentions"
    return TOLD.get(Kind(notification.event.kind), "")


def wants_mail(notification: Notification) -> bool:
    """Whether it is to go by mail: there is an address, and the person has not refused its kind."""
    kind = mail_kind(notification)
    return bool(kind and notification.user.email and notification.user.notifications.get(kind, True))


def _reasons(event: Event) -> dict[int, Reason]:
    """Person -> why; what is said first below is overruled by what comes after."""
    levels, members = followers(event.project)
    all_of_it = {user for user, level in levels.items() if level == Watch.Level.ALL}
    reasons = dict.fromkeys(all_of_it | (members - levels.keys()), Reason.WATCHING)
    reasons |= dict.fromkeys(_participants(event), Reason.PARTICIPATING)
    reasons |= dict.fromkeys(_mentioned(event), Reason.MENTIONED)
    deaf = {user for user, level in levels.items() if level == Watch.Level.NOTHING}
    return {user: reason for user, reason in reasons.items() if user not in deaf}


def _participants(event: Event) -> set[int]:
    issue = event.issue
    if issue is None:
        return set()
    spoke = set(issue.comments.filter(hidden_at=None).exclude(author=None).values_list("author_id", flat=True))
    called = Notification.objects.filter(event__issue=issue, reason=Reason.MENTIONED)
    return {user for user in {issue.author_id, *spoke, *called.values_list("user_id", flat=True)} if user}


def _mentioned(event: Event) -> set[int]:
    text = _text(event) if event.kind in _WITH_TEXT else ""
    handles = references.mentioned(text) if "@" in text else set()
    return set(User.objects.filter(username__in=handles).values_list("pk", flat=True)) if handles else set()


def _text(event: Event) -> str:
    if event.kind == Kind.COMMENT:
        comment = Comment.objects.filter(pk=event.payload.get("comment")).first()
        return comment.text if comment else ""
    return event.issue.text if event.issue else ""


def _who_may_see(event: Event, users: set[int]) -> list[User]:
    people = User.objects.filter(pk__in=users, is_active=True, deleted_at=None)
    if event.project.is_readable_by_all:
        return list(people)
    namespace = event.project.namespace
    member = Q(pk=namespace.user_id) | Q(memberships__organisation=namespace.organisation_id or 0)
    may = member | Q(collaborations__project=event.project) | Q(is_staff=True)
    return list(people.filter(may).distinct())
