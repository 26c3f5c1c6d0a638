"""The mail of a notification: in the person's language, with a link that ends mail of its kind."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_str

from accounts.models import User
from designs import discussions, words_events
from designs.actions.notify import mail_kind, wants_mail
from designs.models import Comment, Event, Notification, NotificationMail

SALT = "partage.unsubscribe"
LONGEST = 20_000
_WITH_TEXT = {Event.Kind.ISSUE_OPENED, Event.Kind.CONTRIBUTION_OPENED}


def send(job: NotificationMail) -> Callable[[], None]:
    """Send it, unless it was read on the site, refused, hidden, or may no longer be seen. For jobs.worker.

    Raises what the mail server raises, so that the worker tries again later.
    """
    rows = Notification.objects.select_related("user", "event__project__namespace", "event__issue", "event__actor")
    told = rows.get(pk=job.notification_id)
    allowed = Notification.objects.readable_by(told.user).unread().filter(pk=told.pk).exists()
    unsaid = told.event.kind == Event.Kind.COMMENT and not _text(told.event)
    if allowed and not unsaid and told.user.is_active and wants_mail(told):
        message(told).send()
    return lambda: None


def message(told: Notification) -> EmailMultiAlternatives:
    """The mail as text and HTML, with the headers that let programs thread it and end it."""
    event, user = told.event, told.user
    host = urlsplit(settings.SITE_URL).hostname
    with translation.override(user.language or settings.LANGUAGE_CODE):
        leave = settings.SITE_URL + reverse("designs:unsubscribe", args=[unsubscribe_token(user, mail_kind(told))])
        text = _text(event)
        context = {
            "told": told,
            "event": event,
            "actor": event.actor.title if event.actor else settings.SITE_NAME,
            "deed": words_events.deed(event),
            "subject": words_events.subject(event),
            "url": settings.SITE_URL + words_events.place(event),
            "text": text,
            "html": _absolute(discussions.rendered(event.project, [text])[0]) if text else "",
            "leave": leave,
            "site_name": settings.SITE_NAME,
        }
        mail = EmailMultiAlternatives(
            subject=force_str(f"[{event.project}] {words_events.subject(event)}").replace("\n", " ")[:200],
            body=render_to_string("designs/mail/notification.txt", context),
            to=[user.email],
            headers={
                "Message-ID": f"<notification-{told.pk}@{host}>",
                "List-Id": f"{event.project} <{event.project.slug}.{event.project.namespace.handle}.{host}>",
                "List-Unsubscribe": f"<{leave}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
                **_thread(event, str(host)),
            },
        )
        mail.attach_alternative(render_to_string("designs/mail/notification.html", context), "text/html")
    return mail


def unsubscribe_token(user: User, kind: str) -> str:
    """What the link of a mail carries: who, and which kind of mail is to end."""
    return signing.dumps([user.pk, kind], salt=SALT)


def read_token(token: str) -> tuple[User, str] | None:
    """Who wants to end which kind of mail; None for a token that is not ours."""
    try:
        pk, kind = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk).first()
    return (user, str(kind)) if user else None


def _thread(event: Event, host: str) -> dict[str, str]:
    if not event.issue_id:
        return {}
    thread = f"<issue-{event.issue_id}@{host}>"
    return {"In-Reply-To": thread, "References": thread}


def _text(event: Event) -> str:
    if event.kind == Event.Kind.COMMENT:
        comment = Comment.objects.filter(pk=event.payload.get("comment"), hidden_at=None).first()
        return comment.text[:LONGEST] if comment else ""
    return event.issue.text[:LONGEST] if event.issue and event.kind in _WITH_TEXT else ""


def _absolute(html: str) -> str:
    """Addresses of the site's own made whole, as a mail has no site around it."""
    for name in ("href", "src"):
        html = html.replace(f'{name}="/', f'{name}="{settings.SITE_URL}/')
    return html
