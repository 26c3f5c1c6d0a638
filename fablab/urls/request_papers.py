"""Addresses of what surrounds a request: the board, tracking, labels, receipts, and how good estimates were."""

from django.urls import path

from fablab.views import machine_accuracy

urlpatterns = [
    path(
        "labs/<slug:lab>/machines/<slug:machine>/accuracy/", machine_accuracy.machine_accuracy, name="machine_accuracy"
    ),
]
