"""Who may what: each address of labs and each call of their API, for each kind of person, as one table."""

import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.urls import ROUTERS
from designs.models import Analysis, File
from designs.views.raw import SIZES
from fablab.models import (
    Attempt,
    Booking,
    CalendarFeed,
    Claim,
    Closure,
    Lab,
    LabPhoto,
    LabWebhook,
    Member,
    PrinterLink,
    PrintRequest,
    Quote,
    RequestEvent,
    RequestMessage,
    RequestPart,
    Run,
    Slice,
    Staff,
    Strike,
    Trained,
    Training,
    Waiting,
)
from fablab.states import MOVES
from storage import blobs
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import commit, make_project, make_user, picture

PEOPLE = ("stranger", "member", "requester", "other", "operator", "trainer", "manager", "admin")


def rule(stranger, others, **may):
    """Who gets what: the stranger, everybody else, and those that are named."""
    return {"stranger": stranger, **{person: may.get(person, others) for person in PEOPLE[1:]}}


def allowed(others, *people, stranger="sign-in", **more):
    """These people may; the others get `others`."""
    return rule(stranger, others, **dict.fromkeys(people, "ok"), **more)


RULES = {
    "all": rule("ok", "ok"),
    "in": rule("sign-in", "ok"),
    "train": allowed("no", "trainer", "manager"),
    "operate": allowed("no", "operator", "manager"),
    "manage": allowed("no", "manager", "admin"),
    "admin": allowed("no", "admin"),
    "own": allowed("none", "requester", "operator", "manager"),
    "mine": allowed("none", "requester"),
    "lab": allowed("none", "operator", "manager"),
    "work": allowed("none", "operator", "manager", requester="no"),
    "ask": allowed("none", "requester", operator="no", manager="no"),
    "judge": allowed("none", "manager", requester="no", operator="no"),
    "never": rule("never", "never"),
    "vouch": allowed("no", "manager"),
}
for name in ("operate", "manage", "in"):
    RULES[f"{name}-never"] = {who: "never" if got == "ok" else got for who, got in RULES[name].items()}
"""`ok`, `sign-in`, `no` (403, or a step that is not theirs), `none` (404), `never` (405)."""


def outcome(answer):
    """What an answer means for who asked."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    if answer.status_code == 401 or to_sign_in:
        return "sign-in"
    if answer.status_code == 422 and answer["Content-Type"] == "application/problem+json":
        if answer.json().get("errors"):
            return f"bad body {answer.json()['errors']}"
        if answer.json().get("code") == "wrong-state":
            return "no"
    named = {403: "no", 404: "none", 405: "never"}
    return named.get(answer.status_code, "ok" if answer.status_code < 500 else f"error {answer.status_code}")


@pytest.fixture
def world(db):
    """One of everything; returns what the addresses name."""
    people = {name: make_user(f"{name}-1", is_staff=name == "admin") for name in PEOPLE[1:]}
    lab = make_lab(proposed_by=people["manager"], standing=Lab.Standing.VERIFIED)
    for role in ("operator", "trainer", "manager"):
        Staff.objects.create(lab=lab, user=people[role], role=role)
    Member.objects.create(lab=lab, user=people["member"])
    machine, spool = make_machine(lab), make_stock(lab)
    PrinterLink.objects.create(machine=machine, kind="octoprint", url="http://127.0.0.1:9/")
    photo = LabPhoto.objects.create(lab=lab, file=ContentFile(picture().read(), name=f"{uuid.uuid4().hex[:24]}.webp"))
    training = Training.objects.create(lab=lab, name="Fire")
    now = datetime.now(UTC)
    span = {"starts": now + timedelta(hours=1), "ends": now + timedelta(hours=2)}
    mine = people["requester"]
    booking = Booking.objects.create(machine=machine, person=mine, series=uuid.uuid4(), **span)
    missed = Booking.objects.create(machine=machine, person=mine, state="no_show", **span)
    project = make_project(people["manager"])
    revision = commit(project, {"a.stl": b"solid a\nendsolid a\n"})
    file = File.objects.get(project=project, path="a.stl")
    with tempfile.NamedTemporaryFile(suffix=".gcode") as program:
        Path(program.name).write_bytes(b"G28\n")
        sha256 = blobs.put(Path(program.name))
    facts = {"lab": lab, "project": project, "commit": revision.commit, "machine": machine, "submitted_at": now}
    asked = PrintRequest.objects.create(requester=mine, state="ready", number=1, may_forward=True, **facts)
    part = RequestPart.objects.create(request=asked, file=file, path="a.stl", sha256=sha256, format="stl")
    Analysis.objects.filter(sha256=sha256).delete()
    Analysis.objects.create(
        sha256=sha256, format="stl", state="done", facts={}, **dict.fromkeys(set(SIZES.values()), sha256)
    )
    PrintRequest.objects.create(requester=people["other"], state="submitted", number=2, **facts)
    asked.quote = Quote.objects.create(
        request=asked, version=1, machine=machine, state="sent", total_cents=100, expires_at=now + timedelta(days=9)
    )
    asked.receipt_number, asked.due_cents, asked.paid_at = 1, 100, now
    asked.ended_at, asked.reminders = now, 2
    ready = RequestEvent.objects.create(request=asked, before="in_progress", after="ready")
    RequestEvent.objects.filter(pk=ready.pk).update(at=now - timedelta(days=20))
    asked.save()
    sliced = Slice.objects.create(
        machine=machine, digest="d" * 64, plate=[], settings={}, state="done", gcode=sha256, result={"seconds": 60}
    )
    attempt = Attempt.objects.create(request=asked, number=1, machine=machine, slice=sliced, **span)
    Run.objects.create(attempt=attempt, slice=sliced, name="x.gcode")
    message = RequestMessage.objects.create(
        request=asked, author=mine, photo=ContentFile(picture().read(), name=f"{uuid.uuid4().hex[:24]}.webp")
    )
    return {
        "people": people,
        "request": asked,
        "lab": lab.slug,
        "other_lab": make_lab("other").slug,
        "machine": machine.slug,
        "stock_id": spool.pk,
        "booking_id": booking.pk,
        "series": booking.series,
        "strike": Strike.objects.create(lab=lab, person=mine, booking=missed, expires_at=now + timedelta(days=9)).pk,
        "waiting_id": Waiting.objects.create(machine=machine, person=mine, **span).pk,
        "feed": CalendarFeed.objects.create(owner=mine),
        "closure_id": Closure.objects.create(lab=lab, starts=now, ends=now + timedelta(days=1)).pk,
        "claim_id": Claim.objects.create(lab=make_lab("asked", standing="proposed"), user=mine, reason="Mine").pk,
        "webhook_id": LabWebhook.objects.create(lab=lab, url="https://example.org/").pk,
        "training_id": training.pk,
        "row_id": Trained.objects.create(training=training, user=people["member"], on=now.date()).pk,
        "photo": Path(photo.file.name).name,
        "ref": asked.ref,
        "submitted": PrintRequest.objects.create(requester=mine, state="submitted", number=3, **facts).ref,
        "tracking": asked.tracking,
        "part_id": part.pk,
        "message": message.pk,
        "owner": project.namespace.handle,
        "slug": project.slug,
        "training": training.pk,
    }


@pytest.fixture
def clients(world):
    """A browser for each person."""
    browsers = {person: Client(raise_request_exception=False) for person in PEOPLE}
    for person, user in world["people"].items():
        browsers[person].force_login(user)
    return browsers


def ask(clients, call):
    """What each person gets, each as if nobody had asked before."""
    got = {}
    for person, client in clients.items():
        with transaction.atomic():
            got[person] = outcome(call(client))
            transaction.set_rollback(True)
    return got


def pages(resolver=None, inside=False):
    """Every pattern of labs."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from pages(one, inside or one.namespace == "fablab")
        elif isinstance(one, URLPattern) and inside:
            yield one


def calls():
    """(method, path) of every call of the API of labs."""
    for router in ROUTERS:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method.lower(), path


def short(method, path):
    """How the table names a call."""
    for whole, name in SHORT.items():
        path = path.replace(whole, name)
    return f"{method} {path}"


PAGES = {
    "labs": "all:all",
    "labs_points": "all:all",
    "labs_okw": "all:all",
    "lab_new": "in:in",
    "claims": "in:in",
    "claim_decide": "never:admin",
    "lab": "all:all",
    "lab_okw": "all:all",
    "lab_spaceapi": "all:all",
    "lab_claim": "in:in",
    "lab_vouch": "never:vouch",
    "lab_verify": "never:admin",
    "lab_join": "never:in",
    "lab_leave": "never:in",
    "settings": "manage:manage",
    "settings_hours": "manage:manage",
    "settings_people": "manage:manage",
    "settings_members": "manage:manage",
    "settings_photos": "manage:manage",
    "settings_terms": "manage:manage",
    "settings_data": "manage:manage",
    "webhooks": "manage:manage",
    "webhook": "manage:manage",
    "webhook_act": "never:manage",
    "picture": "all:all",
    "machines": "all:never",
    "machine_new": "operate:operate",
    "machine_catalogue": "operate:never",
    "machine": "all:never",
    "machine_edit": "operate:operate",
    "machine_state": "never:operate",
    "machine_log": "operate:never",
    "machine_write": "never:operate",
    "machine_counters": "never:operate",
    "machine_load": "never:operate",
    "machine_limits": "operate:operate",
    "trainings": "all:train",
    "training": "train:train",
    "training_revoke": "never:train",
    "stock": "operate:never",
    "stock_new": "operate:operate",
    "stock_csv": "operate:never",
    "stock_item": "operate:operate",
    "stock_edit": "operate:operate",
    "stock_used_up": "never:operate",
    "machines_for": "all:never",
    "place": "never:all",
    "calendar": "all:in",
    "closures": "operate:operate",
    "closure_remove": "operate-never:operate",
    "strikes": "manage:manage",
    "strike_decide": "manage-never:manage",
    "machine_calendar": "all:in",
    "wait_for": "in-never:in",
    "check_in": "in:in",
    "check_in_poster": "operate:operate",
    "bookings": "in:in",
    "booking": "own:own",
    "booking_move": "never:own",
    "booking_ics": "own:own",
    "booking_act": "never:own",
    "series_cancel": "never:in",
    "wait_leave": "never:mine",
    "strike_appeal": "never:mine",
    "feeds": "in:in",
    "feed_renew": "never:mine",
    "feed": "all:never",
    "board": "operate:never",
    "track": "all:never",
    "request_labels": "lab:never",
    "receipt": "own:never",
    "machine_accuracy": "all:never",
    "requests": "in:never",
    "request_new": "in:in",
    "request": "own:never",
    "request_act": "never:own",
    "request_estimate": "lab:never",
    "request_message": "never:own",
    "request_part": "own:never",
    "request_preview": "own:never",
    "request_photo": "own:never",
    "host": "manage:manage",
    "host_remove": "never:manage",
    "machine_live": "all:never",
    "run": "lab:lab",
    "gcode": "lab:never",
    "run_steer": "never:lab",
    "statistics": "operate:never",
    "export": "operate:never",
}
"""Name of the page: the rule of GET, the rule of POST."""
CALLS = {
    "get /labs": "all",
    "post /labs": "in",
    "get {lab}": "all",
    "patch {lab}": "manage",
    "put {lab}/open": "manage",
    "get {lab}/closures": "operate",
    "post {lab}/closures": "operate",
    "delete {lab}/closures/{closure_id}": "operate",
    "get {lab}/statistics": "operate",
    "get {lab}/machines": "all",
    "post {lab}/machines": "operate",
    "get {machine}": "all",
    "patch {machine}": "operate",
    "post {machine}/state": "operate",
    "get {machine}/log": "operate",
    "post {machine}/log": "operate",
    "get {lab}/stock": "operate",
    "post {lab}/stock": "operate",
    "get {stock}": "operate",
    "patch {stock}": "operate",
    "get {stock}/changes": "operate",
    "post {stock}/changes": "operate",
    "put {stock}/machine": "operate",
    "post {stock}/used-up": "operate",
    "get {machine}/free": "all",
    "post {machine}/bookings": "in",
    "get {lab}/bookings": "operate",
    "get /bookings": "in",
    "get {booking}": "own",
    "patch {booking}": "own",
    "post {booking}/cancel": "own",
    "post {booking}/{verb}": "own",
    "post {machine}/waiting": "in",
    "get /waiting": "in",
    "delete /waiting/{waiting_id}": "mine",
    "post {lab}/requests": "in",
    "get /requests": "in",
    "get {lab}/requests": "operate",
    "get {request}": "own",
    "get {request}/messages": "own",
    "post {request}/messages": "own",
    "post {request}/quotes": "work",
    "patch {request}/quotes/{version}": "work",
    "post {request}/quotes/{version}/send": "work",
    "post {request}/submit": "mine",
    "post {request}/ask": "work",
    "post {request}/answer": "ask",
    "post {request}/reject": "work",
    "post {request}/forward": "work",
    "post {request}/accept": "ask",
    "post {request}/decline": "ask",
    "post {request}/schedule": "work",
    "post {request}/unschedule": "work",
    "post {request}/start": "work",
    "post {request}/fail": "work",
    "post {request}/finish": "work",
    "post {request}/collect": "work",
    "post {request}/abandon": "work",
    "post {request}/dispute": "ask",
    "post {request}/resolve": "judge",
    "post {request}/cancel": "own",
    "get {lab}/runs": "operate",
    "get {attempt}": "work",
    "post {attempt}/slice": "work",
    "post {attempt}/run": "work",
    "post {attempt}/run/{verb}": "work",
}
"""Method and path of the call: its rule. What a step needs, the request is in: who may make it is what is asked."""
SHORT = {
    "/requests/{slug:ref}/attempts/{int:number}": "{attempt}",
    "/requests/{slug:ref}": "{request}",
    "/bookings/{int:booking_id}": "{booking}",
    "/labs/{slug:lab}/machines/{slug:machine}": "{machine}",
    "/labs/{slug:lab}/stock/{int:stock_id}": "{stock}",
    "/labs/{slug:lab}": "{lab}",
    "{int:": "{",
}
SPECIAL = {
    **{name: lambda world: {"pk": world["booking_id"]} for name in ("booking", "booking_move", "booking_ics")},
    "booking_act": lambda world: {"pk": world["booking_id"], "act": "finish"},
    "closure_remove": lambda world: {"pk": world["closure_id"]},
    "strike_decide": lambda world: {"pk": world["strike"]},
    "strike_appeal": lambda world: {"pk": world["strike"]},
    "wait_leave": lambda world: {"pk": world["waiting_id"]},
    "feed_renew": lambda world: {"pk": world["feed"].pk},
    "feed": lambda world: {"secret": world["feed"].secret},
    "picture": lambda world: {"folder": "labs", "name": world["photo"]},
    "track": lambda world: {"secret": world["tracking"]},
    "request_act": lambda world: {"verb": "cancel"},
    "request_photo": lambda world: {"kind": "messages", "row_id": world["message"]},
    "request_preview": lambda world: {"size": 256},
    "run_steer": lambda world: {"number": 1, "verb": "pause"},
    "run": lambda world: {"number": 1},
    "gcode": lambda world: {"number": 1},
    "export": lambda world: {"kind": "requests"},
    "machines_for": lambda world: {"handle": world["owner"]},
    "request_estimate": lambda world: {"ref": world["submitted"]},
    "lab_vouch": lambda world: {"lab": world["other_lab"]},
}
"""What an address names that is called alike in others."""
WHEN = {"starts": "2030-01-07T10:00:00+01:00", "ends": "2030-01-07T11:00:00+01:00"}
BODIES = {
    "post /labs": {"name": "Makery"},
    "patch {lab}": {"summary": "We make"},
    "put {lab}/open": {"open": True},
    "post {lab}/closures": {**WHEN, "sure": True},
    "post {lab}/machines": {"name": "Blue", "process": "other"},
    "patch {machine}": {"make": "Prusa"},
    "post {machine}/state": {"state": "broken"},
    "post {machine}/log": {"kind": "note", "text": "Clean"},
    "post {lab}/stock": {"material": "PLA"},
    "patch {stock}": {"place": "Shelf"},
    "post {stock}/changes": {"what": "use", "amount": 1},
    "put {stock}/machine": {"machine": None},
    "post {machine}/bookings": WHEN,
    "patch {booking}": WHEN,
    "post {machine}/waiting": WHEN,
    "post {lab}/requests": {"owner": "manager-1", "project": "widget", "parts": [{"path": "a.stl"}]},
    "post {request}/messages": {"text": "When?"},
    "post {request}/quotes": {"machine": "mini"},
    "patch {request}/quotes/{version}": {"lines": [], "seconds": 60},
    "post {request}/ask": {"text": "Which?"},
    "post {request}/answer": {"text": "Red"},
    "post {request}/reject": {"code": "no-time"},
    "post {request}/forward": {"lab": "other"},
    "post {request}/accept": {"version": 1},
    "post {request}/schedule": {"machine": "mini", "starts": WHEN["starts"]},
    "post {request}/unschedule": {"text": "Ill"},
    "post {request}/start": {"bed_is_clear": True},
    "post {request}/fail": {"fault": "lab", "reason": "Jam"},
    "post {request}/dispute": {"text": "Broken"},
    "post {request}/resolve": {"resolution": "none", "text": "Fine"},
    "post {attempt}/run": {"bed_is_clear": True},
}
BEFORE = {step.verb: step.before for step in MOVES}
"""A state in which each verb may be said: the last of the table, which is no draft where there is another."""


def args_of(one, world):
    """Values for the names in a pattern's address."""
    names = one.pattern.converters or one.pattern.regex.groupindex
    known = {**world, **SPECIAL.get(one.name, lambda world: {})(world)}
    return {name: known[name] for name in names}


def test_every_page_is_for_whom_the_table_says(world, clients):
    sent = {"machine_load": {"stock": world["stock_id"]}, "lab_vouch": {"by_lab": world["request"].lab_id}}
    asked = {"request_estimate": {"machine": world["request"].machine_id}}
    found, wanted = {}, {}
    for one in pages():
        address = reverse(f"fablab:{one.name}", kwargs=args_of(one, world))
        rules = PAGES.get(one.name, "no row:no row").split(":")
        for method, name in zip(("get", "post"), rules, strict=True):
            body = (asked if method == "get" else sent).get(one.name, {})
            found[method, one.name] = ask(clients, lambda by, m=method, at=address, b=body: getattr(by, m)(at, b))
            wanted[method, one.name] = RULES.get(name, name)
    assert len(found) > 120
    wrong = {key: got for key, got in found.items() if got != wanted[key]}
    assert wrong == {}
    assert set(PAGES) == {name for _method, name in found}


def test_every_call_of_the_api_is_for_whom_the_table_says(world, clients):
    known = {**world, "verb": "", "number": 1, "version": 1}
    found, wanted = {}, {}
    for method, path in calls():
        name = short(method, path)
        verb = path.rpartition("/")[2]
        known["verb"] = "finish" if "booking_id" in path else "pause"
        address = "/api/v1" + path.replace("{slug:", "{").replace("{int:", "{").format(**known)
        body = BODIES.get(name, {})
        is_step = path.count("/") == 3 and path.startswith("/requests/") and verb in BEFORE

        def call(by, method=method, at=address, body=body, state=BEFORE[verb] if is_step else ""):
            if state:
                PrintRequest.objects.filter(pk=world["request"].pk).update(state=state)
            return by.get(at) if method == "get" else getattr(by, method)(at, body, content_type="application/json")

        found[name] = ask(clients, call)
        wanted[name] = RULES.get(CALLS.get(name, ""), "no row")
    assert len(found) > 60
    wrong = {name: got for name, got in found.items() if got != wanted[name]}
    assert wrong == {}
    assert set(CALLS) == set(found)
