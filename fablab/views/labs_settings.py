"""What managers say of their lab, a page for each section."""

from django.http import HttpRequest, HttpResponse

from fablab.models import Lab
from fablab.views.page import lab_page, show


@lab_page("manage")
def about(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Name, story, address, contact."""
    return show(request, lab, "fablab/settings_about.html", {}, tab="settings")
