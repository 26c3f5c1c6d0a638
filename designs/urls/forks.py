"""Forks, their network, and whose work a version is."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import forks

urlpatterns = [
    path(f"{AT}/fork/", forks.fork, name="fork"),
    path(f"{AT}/network/", forks.network, name="network"),
    path(f"{AT}/sync/", forks.sync, name="sync_fork"),
    path(f"{AT}/attribution/<path:ref>/", forks.attribution, name="attribution"),
]
