"""The home page: what this is, and what people have shared."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designs.models import Project
from designs.views.cards import cards

SHOWN = 12


def home(request: HttpRequest) -> HttpResponse:
    """The newest designs, without signing in."""
    projects = list(Project.objects.listed_for(request.user).exclude(head="").with_card()[:SHOWN])
    return render(request, "designs/home.html", {"cards": cards(projects)})
