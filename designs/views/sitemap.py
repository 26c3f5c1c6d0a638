"""The list of public pages for search engines."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from designs.models import Project


class Projects(Sitemap):  # type: ignore[type-arg]
    """Public projects that have content."""

    limit = 10_000

    def items(self) -> QuerySet[Project]:
        """Newest first."""
        listed = Project.objects.listed_for(AnonymousUser())
        return listed.exclude(head="").select_related("namespace").order_by("pk")

    def lastmod(self, project: Project) -> datetime:
        """The last commit."""
        return project.updated_at


def sitemap(request: HttpRequest) -> HttpResponse:
    """sitemap.xml, in pages of ten thousand by `?p=`."""
    return sitemaps.sitemap(request, sitemaps={"projects": Projects()})
