"""API v1 of labs: the same actions as the pages, for programs. config.urls adds the routers to the site's API."""

from fablab.api import bookings, labs, machines, requests, runs, verbs

ROUTERS = (labs.router, machines.router, bookings.router, requests.router, verbs.router, runs.router)
