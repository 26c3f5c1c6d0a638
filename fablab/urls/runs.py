"""Addresses of machines' hosts, and of what they run."""

from django.urls import path

from fablab.views import hosts, runs

urlpatterns = [
    path("labs/<slug:lab>/machines/<slug:machine>/host/", hosts.host, name="host"),
    path("labs/<slug:lab>/machines/<slug:machine>/host/remove/", hosts.remove, name="host_remove"),
    path("labs/<slug:lab>/machines/<slug:machine>/live/", hosts.live, name="machine_live"),
    path("requests/<str:ref>/attempts/<int:number>/run/", runs.run, name="run"),
    path("requests/<str:ref>/attempts/<int:number>/program.gcode", runs.program, name="gcode"),
    path("requests/<str:ref>/attempts/<int:number>/run/<str:verb>/", runs.steer, name="run_steer"),
]
