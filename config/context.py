"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The site's name, address and version, for base.html."""
    return {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "site_version": settings.VERSION}
