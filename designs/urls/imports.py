"""In and out: imports, mirrors, exports."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
