"""Addresses of requests."""

from django.urls import path, re_path

from fablab.views import request_acts, request_files, request_new, requests

_ORDER = "requests/<str:ref>"

urlpatterns = [
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", request_new.request_new, name="request_new"),
    path(f"{_ORDER}/", requests.request_page, name="request"),
    path(f"{_ORDER}/act/<slug:verb>/", request_acts.request_act, name="request_act"),
    path(f"{_ORDER}/estimate/", request_acts.request_estimate, name="request_estimate"),
    path(f"{_ORDER}/messages/", requests.request_message, name="request_message"),
    path(f"{_ORDER}/parts/<int:part_id>/file/", request_files.request_part, name="request_part"),
    path(f"{_ORDER}/parts/<int:part_id>/<int:size>.webp", request_files.request_preview, name="request_preview"),
    re_path(
        r"^requests/(?P<ref>\w+)/photos/(?P<kind>messages|attempts)/(?P<row_id>[0-9]{1,18})\.webp$",
        request_files.request_photo, name="request_photo",
    ),
]  # fmt: skip
