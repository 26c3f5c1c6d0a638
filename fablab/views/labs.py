"""The list of labs, and the page of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fablab.models import Lab
from fablab.views.page import lab_page, show


def labs(request: HttpRequest) -> HttpResponse:
    """Labs that meet what is asked."""
    return render(request, "fablab/labs.html", {"labs": Lab.objects.listed()})


@lab_page()
def lab(request: HttpRequest, lab: Lab) -> HttpResponse:
    """What a lab says of itself."""
    return show(request, lab, "fablab/lab.html", {}, tab="overview")
