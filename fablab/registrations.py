"""What fablab tells the apps below it, once, at the start."""

from designs.actions import collect_garbage
from fablab.actions.runs import Follower
from fablab.actions.slice import run_slice
from fablab.models import RequestPart, Slice
from jobs import worker


def register() -> None:
    """The queues, the sweeps, the search, and what becomes of a person's requests when they leave."""
    worker.register(Slice, run_slice)
    worker.beside(Follower())
    collect_garbage.NAMES += [(Slice, ["gcode"]), (RequestPart, ["sha256"])]
