"""The mail of a notice: in the person's language, with the calendar entry of a booking; a link ends such mail."""

from collections.abc import Callable
from email.mime.text import MIMEText
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from designs.actions.send_notification import unsubscribe_token
from fablab import words
from fablab.calendars import attachment
from fablab.models import Notice, NoticeMail

KIND = "requests"
"""The kind of mail that a person may end, of accounts.forms.KINDS."""


def send_notice(job: NoticeMail) -> Callable[[], None]:
    """Send it, unless it was read on the site or refused meanwhile. For jobs.worker.

    Raises what the mail server raises, so that the worker tries again later.
    """
    notice = Notice.objects.select_related("user", "lab", "booking__machine__lab", "booking__person", "request").get(
        pk=job.notice_id
    )
    user = notice.user
    wants = user.is_active and not user.deleted_at and user.email and user.notifications.get(KIND, True)
    if wants and notice.read_at is None:
        message(notice).send()
    return lambda: None


def message(notice: Notice) -> EmailMultiAlternatives:
    """The mail as text and HTML. What concerns one request or booking is one thread."""
    user = notice.user
    host = urlsplit(settings.SITE_URL).hostname
    with translation.override(user.language or settings.LANGUAGE_CODE):
        leave = settings.SITE_URL + reverse("designs:unsubscribe", args=[unsubscribe_token(user, KIND)])
        context = {
            "subject": words.subject(notice),
            "sentence": words.sentence(notice),
            "url": settings.SITE_URL + notice.url,
            "leave": leave,
            "site_name": settings.SITE_NAME,
        }
        about = f"[{notice.lab.name}] " if notice.lab else ""
        mail = EmailMultiAlternatives(
            subject=f"{about}{context['subject']}".replace("\n", " ")[:200],
            body=render_to_string("fablab/mail/notice.txt", context),
            to=[user.email],
            headers={
                "Message-ID": f"<notice-{notice.pk}@{host}>",
                "List-Unsubscribe": f"<{leave}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
                **_thread(notice, str(host)),
            },
        )
        mail.attach_alternative(render_to_string("fablab/mail/notice.html", context), "text/html")
        if found := attachment(notice):
            name, content, method = found
            part = MIMEText(content.decode(), "calendar", "utf-8")
            part.set_param("method", method)
            part.add_header("Content-Disposition", "attachment", filename=name)
            mail.attach(part)
    return mail


def _thread(notice: Notice, host: str) -> dict[str, str]:
    if notice.request_id:
        thread = f"<request-{notice.request_id}@{host}>"
    elif notice.booking_id:
        thread = f"<booking-{notice.booking_id}@{host}>"
    else:
        return {}
    return {"In-Reply-To": thread, "References": thread}
