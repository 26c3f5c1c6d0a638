"""What designs tells the apps below it, once, at the start."""

from accounts.actions import delete_account
from accounts.models import User
from designs import indexing, pipeline, signals, told
from designs.actions import receive_push
from designs.actions.add_photo import sweep_photos
from designs.actions.change_mirrors import revive_mirrors
from designs.actions.collect_garbage import collect_garbage
from designs.actions.contributions import follow_branch
from designs.actions.deliveries import deliver
from designs.actions.export_mine import run_export, sweep_exports
from designs.actions.leave import leave_lists, leave_projects, leave_transfers
from designs.actions.notify import sweep_notifications
from designs.actions.rebuild import queue_analyses
from designs.actions.receive_push import catch_up
from designs.actions.run_import import run_import, sweep_imports
from designs.actions.run_mirror import run_mirror
from designs.actions.saved_searches import TURN, look_again, send_found, sweep_mails
from designs.actions.send_notification import send
from designs.actions.stage_upload import sweep_uploads
from designs.actions.trash_project import purge_trash
from designs.actions.webhooks import sweep_deliveries
from designs.demo.samples import PASSWORD
from designs.descriptions import describe_all
from designs.models import Analysis, Comparison, Delivery, Export, Import, Mirror, NotificationMail, Repair, SearchMail
from designs.notifications import OfProjects
from jobs import supervisor, worker
from search import drift, registry
from search.indexing import Indexer
from storage import blobs


def register() -> None:
    """The queues, the daily sweeps, the search, and what becomes of projects when a person leaves."""
    worker.register(Import, run_import)
    worker.register(Mirror, run_mirror)
    worker.register(Export, run_export)
    worker.register(Analysis, pipeline.analyse)
    worker.register(Comparison, pipeline.compare)
    worker.register(Repair, pipeline.repair)
    worker.register(NotificationMail, send)
    worker.register(SearchMail, send_found)
    worker.register(Delivery, deliver)
    worker.postpone_when(blobs.is_down)
    worker.at_start(catch_up)
    worker.at_start(queue_analyses)
    worker.every_day(catch_up)
    worker.every_day(purge_trash)
    worker.every_day(collect_garbage)
    worker.every_day(describe_all)
    worker.every_day(sweep_uploads)
    worker.every_day(sweep_imports)
    worker.every_day(sweep_exports)
    worker.every_day(revive_mirrors)
    worker.every_day(sweep_photos)
    worker.every_day(sweep_deliveries)
    worker.every_day(sweep_notifications)
    worker.every_day(sweep_mails)
    worker.every(TURN, look_again)
    receive_push.AFTER.append(follow_branch)
    registry.register("project", indexing.projects, indexing.every_project)
    registry.register("owner", indexing.owners, indexing.every_owner)
    worker.beside(Indexer())
    worker.every_day(drift.mend)
    told.register(OfProjects())
    signals.connect()
    delete_account.BEFORE.append(leave_projects)
    delete_account.BEFORE.append(leave_lists)
    delete_account.BEFORE.append(leave_transfers)
    supervisor.NOTICES.append(_sample_account)


def _sample_account() -> str:
    """How to sign in where the samples are loaded."""
    has_samples = User.objects.filter(username="ada", email="ada@example.org").exists()
    return f"Sample account: ada, password {PASSWORD}" if has_samples else ""
