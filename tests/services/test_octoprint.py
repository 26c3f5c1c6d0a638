"""A real OctoPrint prints what was sliced: started, followed, paused, lost and found again."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from designs import sealed
from designs.actions.errors import RefusedError
from fablab.actions import runs
from fablab.actions.printer_links import set_link
from fablab.actions.runs import follow, start_run, steer
from fablab.models import Attempt, PrinterLink, PrintRequest, Run, Slice
from fablab.printers import Doing, door
from jobs.models import State
from storage import blobs
from tests.fablab.factories import make_lab, make_machine
from tests.factories import make_user
from tests.octoprint import OctoPrintServer

pytestmark = [pytest.mark.service("octoprint"), pytest.mark.django_db(transaction=True)]
PATIENCE = 90


@pytest.fixture(scope="module")
def octoprint(tmp_path_factory):
    server = OctoPrintServer(tmp_path_factory.mktemp("octoprint"))
    yield server.start()
    server.stop()


@pytest.fixture
def ada():
    return make_user()


@pytest.fixture
def machine(ada, octoprint, settings):
    settings.PRINTER_HOSTS = [f"127.0.0.1:{octoprint.port}"]
    found = make_machine(make_lab(manager=ada))
    set_link(found, by=ada, kind="octoprint", url=octoprint.url, key=octoprint.key)
    return found


@pytest.fixture
def attempt(ada, machine):
    request = PrintRequest.objects.create(lab=machine.lab, requester=ada, state="scheduled")
    now = timezone.now()
    return Attempt.objects.create(request=request, number=1, machine=machine, starts=now, ends=now + timedelta(hours=1))


def program(tmp_path, lines):
    path = tmp_path / "part.gcode"
    path.write_text("M110 N0\nG28\n" + "".join(f"G1 X{n % 90} Y{n % 80} E{n / 100:.2f} F9000\n" for n in range(lines)))
    return Slice.objects.create(
        digest=path.name + str(lines), plate=[], settings={}, state=State.DONE, gcode=blobs.put(path), result={}
    )


def until(run, *states):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        follow(run)
        run.refresh_from_db()
        if run.state in states:
            return run
        time.sleep(0.5)
    raise AssertionError(f"{run.state} {run.error} {run.progress}")


def test_a_program_is_sent_started_followed_and_ends(ada, attempt, tmp_path):
    ended = []
    runs.ENDED.append(ended.append)
    try:
        run = start_run(attempt, program(tmp_path, 60), by=ada, bed_is_clear=True)
        until(run, Run.State.PRINTING)
        done = until(run, Run.State.DONE)
    finally:
        runs.ENDED.remove(ended.append)
    assert done.progress == 1.0
    assert done.ended_at is not None
    assert [one.pk for one in ended] == [run.pk]


def test_what_prints_is_paused_goes_on_and_is_cancelled(ada, attempt, octoprint, tmp_path):
    run = start_run(attempt, program(tmp_path, 4000), by=ada, bed_is_clear=True)
    until(run, Run.State.PRINTING)
    steer(run, "pause", by=ada)
    until(run, Run.State.PAUSED)
    steer(run, "resume", by=ada)
    until(run, Run.State.PRINTING)
    steer(run, "cancel", by=ada)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED
    host = door("octoprint", octoprint.url, octoprint.key)
    end = time.monotonic() + PATIENCE
    while host.status().doing != Doing.IDLE and time.monotonic() < end:
        time.sleep(0.5)
    assert host.status().doing == Doing.IDLE


def test_a_host_that_is_lost_is_said_so_and_what_it_did_not_end_has_failed_when_it_is_back(
    ada, attempt, octoprint, tmp_path
):
    run = start_run(attempt, program(tmp_path, 4000), by=ada, bed_is_clear=True)
    until(run, Run.State.PRINTING)
    octoprint.stop()
    assert until(run, Run.State.LOST).error
    octoprint.start()
    assert until(run, Run.State.FAILED).ended_at is not None


def test_a_second_program_waits_until_the_bed_is_said_to_be_clear_and_the_machine_idle(ada, attempt, tmp_path):
    sliced = program(tmp_path, 4000)
    with pytest.raises(RefusedError, match="bed"):
        start_run(attempt, sliced, by=ada, bed_is_clear=False)
    run = start_run(attempt, sliced, by=ada, bed_is_clear=True)
    with pytest.raises(RefusedError):
        start_run(attempt, sliced, by=ada, bed_is_clear=True)
    until(run, Run.State.PRINTING)
    steer(run, "cancel", by=ada)


def test_a_wrong_key_is_not_kept_and_the_right_one_lies_sealed(ada, machine, octoprint):
    with pytest.raises(RefusedError, match="key"):
        set_link(machine, by=ada, kind="octoprint", url=octoprint.url, key="WRONG")
    link = PrinterLink.objects.get()
    assert octoprint.key not in link.key
    assert sealed.unseal(link.key) == octoprint.key
    assert "OctoPrint 1." in link.status["about"]


def test_an_address_that_the_administrator_does_not_name_is_not_asked(ada, machine, octoprint, settings):
    settings.PRINTER_HOSTS = []
    with pytest.raises(RefusedError, match="PARTAGE_PRINTER_HOSTS"):
        set_link(machine, by=ada, kind="octoprint", url=octoprint.url, key=octoprint.key)
