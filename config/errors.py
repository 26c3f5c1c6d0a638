"""The page for an error of ours: static, so that it works when nothing else does."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def server_error(request: HttpRequest) -> HttpResponse:
    """A plain page without queries."""
    return render(request, "500.html", status=500)
