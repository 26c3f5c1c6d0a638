"""Branches, protected branches, webhooks and feeds."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
