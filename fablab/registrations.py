"""What fablab tells the apps below it, once, at the start."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from designs import told
from designs.actions import collect_garbage
from designs.discovery import brought
from designs.discovery.brought import Kind
from fablab import indexing, search_places
from fablab.actions import machines
from fablab.actions.close import machine_down
from fablab.actions.keep_bookings import keep_bookings
from fablab.actions.runs import Follower
from fablab.actions.send_notice import send_notice
from fablab.actions.slice import run_slice
from fablab.actions.trainings import remind
from fablab.models import NoticeMail, RequestPart, Slice
from fablab.told import OfLabs
from jobs import worker
from search import registry


def register() -> None:
    """The queues, the sweeps, the search, and what becomes of a person's requests when they leave."""
    worker.register(Slice, run_slice)
    worker.register(NoticeMail, send_notice)
    worker.beside(Follower())
    worker.every(timedelta(minutes=1), keep_bookings)
    worker.every_day(remind)
    registry.register("lab", indexing.labs, indexing.every_lab)
    brought.register("labs", Kind(_("Labs"), "lab", "fablab/_lab.html", indexing.found))
    search_places.register()
    told.register(OfLabs())
    machines.DOWN.append(machine_down)
    collect_garbage.NAMES += [(Slice, ["gcode"]), (RequestPart, ["sha256"])]
