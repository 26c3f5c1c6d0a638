"""Addresses of labs. One file an area; each area brings a list."""

from fablab.urls import booking, labs, machines, request_papers, requests, runs, statistics

app_name = "fablab"
urlpatterns = [
    *labs.urlpatterns,
    *machines.urlpatterns,
    *booking.urlpatterns,
    *request_papers.urlpatterns,
    *requests.urlpatterns,
    *runs.urlpatterns,
    *statistics.urlpatterns,
]
