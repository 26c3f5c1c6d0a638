"""What fablab tells the apps below it, once, at the start."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.actions import delete_account
from designs import personal, told
from designs.actions import collect_garbage
from designs.actions.deliveries import deliver
from designs.demo import load
from designs.discovery import brought
from designs.discovery.brought import Kind
from fablab import indexing, search_places
from fablab.actions import machines, occupy, runs
from fablab.actions.close import machine_down
from fablab.actions.keep_bookings import keep_bookings
from fablab.actions.leave_labs import keep_labs_run, leave_labs
from fablab.actions.make_request import began, ended, forget_contacts, give_way, remind_to_collect
from fablab.actions.quote_request import expire_quotes
from fablab.actions.runs import Follower
from fablab.actions.send_notice import send_notice
from fablab.actions.slice import run_slice
from fablab.actions.trainings import remind
from fablab.actions.webhooks import sweep_lab_deliveries
from fablab.demo import load_lab
from fablab.models import LabDelivery, NoticeMail, RequestPart, Slice
from fablab.personal import rows_of
from fablab.told import OfLabs
from jobs import worker
from search import registry


def register() -> None:
    """The queues, the sweeps, the search, and what becomes of a person's requests when they leave."""
    worker.register(Slice, run_slice)
    worker.register(NoticeMail, send_notice)
    worker.beside(Follower())
    worker.every(timedelta(minutes=1), keep_bookings)
    worker.every(timedelta(minutes=1), expire_quotes)
    worker.every(timedelta(hours=1), remind_to_collect)
    worker.every_day(forget_contacts)
    occupy.DISPLACED.append(give_way)
    runs.STARTED.append(began)
    runs.ENDED.append(ended)
    worker.every_day(remind)
    load.AFTER.append(load_lab)
    registry.register("lab", indexing.labs, indexing.every_lab)
    brought.register("labs", Kind(_("Labs"), "lab", "fablab/_lab.html", indexing.found))
    search_places.register()
    told.register(OfLabs())
    machines.DOWN.append(machine_down)
    delete_account.BEFORE.insert(0, keep_labs_run)
    delete_account.BEFORE.append(leave_labs)
    personal.MORE.append(rows_of)
    worker.register(LabDelivery, deliver)
    worker.every_day(sweep_lab_deliveries)
    collect_garbage.NAMES += [(Slice, ["gcode"]), (RequestPart, ["sha256"])]
