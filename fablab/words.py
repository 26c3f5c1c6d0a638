"""What people are told: the words of every notice, in the language that is active."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.numbers import format_currency
from django.utils.functional import Promise
from django.utils.translation import get_language, to_locale

from fablab import words_booking, words_labs, words_machines, words_requests
from fablab.models import Notice
from fablab.moments import moment_words

NOTICES: dict[str, tuple[Promise, Promise]] = {
    **words_labs.NOTICES,
    **words_machines.NOTICES,
    **words_booking.NOTICES,
    **words_requests.NOTICES,
}


class _Said(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def subject(notice: Notice) -> str:
    """What a notice is about, in a few words."""
    return _filled(notice, 0)


def sentence(notice: Notice) -> str:
    """What happened."""
    return _filled(notice, 1)


def money_words(cents: int, currency: str) -> str:
    """An amount as the reader's language writes it."""
    return format_currency(cents / 100, currency, locale=to_locale(get_language() or "en"))


def _filled(notice: Notice, part: int) -> str:
    words = NOTICES.get(notice.kind)
    return " ".join((str(words[part]) % _values(notice)).split()) if words else notice.kind


def _values(notice: Notice) -> Mapping[str, Any]:
    """The notice's values; amounts (`total_cents`) and moments (`until_at`) in the reader's language."""
    values = _Said(notice.params)
    if "total_cents" in values:
        values["total"] = money_words(values["total_cents"], values.get("currency") or "EUR")
    if "until_at" in values and notice.lab:
        values["until"] = moment_words(datetime.fromisoformat(values["until_at"]), notice.lab)
    return values
