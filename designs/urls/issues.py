"""Issues, labels, what people watch, like and collect."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
