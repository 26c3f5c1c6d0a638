"""How much of what may be stored is used, as a bar."""

from django import template

from accounts.models import Namespace
from designs import quota

register = template.Library()
WARN_PERCENT = 80


@register.inclusion_tag("designs/_room.html")
def room(namespace: Namespace, *, only_when_short: bool = False) -> dict[str, object]:
    """Bytes used and allowed; with `only_when_short` nothing is shown before four fifths are used."""
    limit = quota.limit(namespace)
    used = quota.usage(namespace)
    percent = 100 * used // limit if limit else 0
    return {
        "namespace": namespace,
        "used": used,
        "limit": limit,
        "left": max(limit - used, 0),
        "percent": percent,
        "is_short": percent >= WARN_PERCENT,
        "is_full": bool(limit) and used >= limit,
        "is_shown": percent >= WARN_PERCENT or not only_when_short,
    }
