"""Addresses of labs."""

from django.urls import path

from fablab.views import labs, labs_settings

urlpatterns = [
    path("labs/", labs.labs, name="labs"),
    path("labs/<slug:lab>/", labs.lab, name="lab"),
    path("labs/<slug:lab>/settings/", labs_settings.about, name="settings"),
]
