"""Addresses of what surrounds a request: the board, tracking, labels, receipts, and how good estimates were."""

from django.urls import path, re_path

from fablab.views import machine_accuracy, request_papers, requests_board

urlpatterns = [
    path("labs/<slug:lab>/requests/", requests_board.board, name="board"),
    re_path(r"^requests/track/(?P<secret>[A-Za-z0-9_-]{20,40})/$", request_papers.track, name="track"),
    path("requests/<str:ref>/labels/", request_papers.request_labels, name="request_labels"),
    path("requests/<str:ref>/receipt.pdf", request_papers.request_receipt, name="receipt"),
    path(
        "labs/<slug:lab>/machines/<slug:machine>/accuracy/", machine_accuracy.machine_accuracy, name="machine_accuracy"
    ),
]
