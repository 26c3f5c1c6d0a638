"""Handles: what people, organisations and addresses may be called."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

PATTERN = re.compile(r"[a-z0-9](?:-?[a-z0-9]){1,38}")
GHOST = re.compile(r"ghost-\d+")
RESERVED = frozenset(
    """
    about accounts admin api assets avatars blog commons deleted-user docs explore feed ghost git health healthz
    help i18n labs ledger legal login logout machines makes media new news organisations partage privacy projects
    readyz requests robots root search security settings signup sitemap static status support system trash user
    users www
    """.split()
)


def validate(handle: str) -> None:
    """Raise ValidationError unless the handle is 2 to 39 lower-case letters, digits and single dashes, unreserved."""
    if len(handle) > 39 or not PATTERN.fullmatch(handle):
        raise ValidationError(
            _("A handle is 2 to 39 lower-case letters, digits and single dashes, such as ada-l."),
            code="bad-handle",
        )
    if handle in RESERVED or GHOST.fullmatch(handle):
        raise ValidationError(_("This handle is reserved."), code="reserved")
