"""Numbers, sizes and addresses as people read them."""

from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from designs import licences, told, words
from designs.forms import PROCESSES
from designs.models import Project
from designs.results import Result

register = template.Library()


@register.simple_tag
def place(name: str, project: Project, *rest: Any) -> str:
    """The address of a page of a project; the last argument may be a path in parts: `ref`, `path`."""
    args: list[Any] = [project.namespace.handle, project.slug]
    if name in {"tree", "blob", "raw", "edit", "history"}:
        args.append("/".join(str(part) for part in rest if part))
    else:
        args += rest
    return reverse(f"designs:{name}", args=args)


@register.simple_tag
def ago(when: Any) -> SafeString:
    """A moment, in the visitor's words where scripts run, in the server's where not."""
    return format_html(
        '<relative-time datetime="{}">{}</relative-time>',
        when.isoformat(),
        _("%(time)s ago") % {"time": timesince(when, depth=1)},
    )


@register.simple_tag
def unread(user: Any) -> int:
    """How many notifications the person has not read, counted to a hundred; nobody else asks the database."""
    if not getattr(user, "is_authenticated", False):
        return 0
    return told.unread(user)


@register.filter
def size(value: int | None) -> str:
    """Bytes."""
    return filesizeformat(value or 0)


@register.filter
def duration(seconds: float) -> str:
    """A time in minutes or hours."""
    return words.values.duration(seconds)


@register.filter
def count(value: int) -> str:
    """A number with its thousands told apart."""
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def is_open(spdx: str) -> bool:
    """Whether a licence is an open one."""
    return licences.is_open(spdx)


@register.filter
def licence_name(spdx: str) -> str:
    """A licence's name for people."""
    return licences.LICENCES[spdx].name if spdx in licences.LICENCES else spdx


@register.filter
def process_name(process: str) -> str:
    """A process in the visitor's language."""
    return str(dict(PROCESSES).get(process, process))


@register.filter
def grade_words(result: Result) -> str:
    """The verdict on a file in two words."""
    return words.grade(str(result.verdict.grade), result.profile.process) if result.verdict else ""
