"""Page numbers from strangers."""

from django.http import HttpRequest

MOST = 100_000


def page_number(request: HttpRequest) -> int:
    """The `page` that is asked for, from 1; anything odd is the first."""
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() else 1
