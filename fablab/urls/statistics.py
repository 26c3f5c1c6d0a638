"""Addresses of a lab's numbers."""

from django.urls import path

from fablab.views import statistics

urlpatterns = [
    path("labs/<slug:lab>/statistics/", statistics.statistics, name="statistics"),
    path("labs/<slug:lab>/export/<str:kind>.csv", statistics.export, name="export"),
]
