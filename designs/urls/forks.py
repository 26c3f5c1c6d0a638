"""Forks and their network."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
