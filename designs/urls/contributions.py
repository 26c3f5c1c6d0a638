"""Contributions: offer, discuss, merge."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
