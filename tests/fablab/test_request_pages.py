"""Print requests as people make them in the browser: asked, quoted, accepted, made, collected; and what goes wrong."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from designs import pipeline
from designs.models import Analysis
from fablab.models import Attempt, Notice, PrintRequest, Quote, Slice, Staff
from fablab.slicers import prusa
from jobs.models import State
from tests.fablab.factories import make_lab, make_machine, make_stock
from tests.factories import commit, make_project, make_user, picture

pytestmark = pytest.mark.django_db

FACES = [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
NEW = "/requests/new/?project=ada/widget"
COLUMNS = ("facts", "descriptor", "preview_256", "preview_1024", "model")
_known = {}
"""What the kernel says of a content, asked once in a run of the tests."""


def block(side=20.0, height=10.0):
    """A box as ASCII STL."""
    corners = [(x, y, z) for z in (0, height) for x, y in ((0, 0), (side, 0), (side, side), (0, side))]
    lines = ["solid box"]
    for a, b, c, d in FACES:
        for triangle in ((a, b, c), (a, c, d)):
            points = "\n".join("vertex {} {} {}".format(*corners[at]) for at in triangle)
            lines.append(f"facet normal 0 0 0\nouter loop\n{points}\nendloop\nendfacet")
    return "\n".join([*lines, "endsolid box\n"])


def measure():
    """Have everything that waits measured by the real kernel."""
    for row in Analysis.objects.filter(state=State.READY):
        if row.sha256 not in _known:
            pipeline.analyse(row)()
            _known[row.sha256] = Analysis.objects.filter(pk=row.pk).values(*COLUMNS).get()
        Analysis.objects.filter(pk=row.pk).update(state=State.DONE, **_known[row.sha256])


@pytest.fixture(autouse=True)
def without_slicer(monkeypatch):
    """The kernel's estimate; tests of the slicer's own say otherwise."""
    monkeypatch.setattr(prusa, "program", lambda: "")


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def grace():
    return make_user("grace")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def project(ada):
    made = make_project(ada)
    commit(made, {"block.stl": block(), "plate.stl": block(40, 4)})
    measure()
    made.refresh_from_db()
    return made


@pytest.fixture
def lab(grace):
    return make_lab(manager=grace, terms="Wear **glasses**.")


@pytest.fixture
def machine(lab):
    return make_machine(lab)


@pytest.fixture
def spool(lab):
    return make_stock(lab)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def parts_of(project):
    return {file.path: f"part-{file.pk}" for file in project.files.all()}


def asked(project, lab, *, action="send", **values):
    """What the form of a new request sends for two blocks."""
    return {
        parts_of(project)["block.stl"]: "2", "process": "material-extrusion", "material": "PLA", "colour": "black",
        "quality": "normal", "mode": "for_me", "lab": lab.slug, "terms": "on", "action": action, **values,
    }  # fmt: skip


@pytest.fixture
def order(project, lab, machine, spool, bob):
    """Bob's request, sent."""
    answer = signed_in(bob).post(NEW, asked(project, lab, phone="+33 1 23 45"))
    assert answer.status_code == 302
    return PrintRequest.objects.get()


def act(person, order, verb, **said):
    seen = PrintRequest.objects.get(pk=order.pk).state
    return signed_in(person).post(f"/requests/{order.ref}/act/{verb}/", {"seen": seen, **said})


def page(person, order, status=200):
    answer = signed_in(person).get(f"/requests/{order.ref}/")
    assert answer.status_code == status
    return answer.content.decode()


def state(order):
    return PrintRequest.objects.values_list("state", flat=True).get(pk=order.pk)


def quoted(order, grace, machine, spool):
    """Have it drafted from the kernel's estimate, and sent."""
    assert act(grace, order, "prepare", machine=machine.pk, stock=spool.pk).status_code == 302
    draft = Quote.objects.get(request=order, state="draft")
    assert act(grace, order, "quote", action="send", **as_typed(draft)).status_code == 302
    return Quote.objects.get(pk=draft.pk)


def as_typed(draft, **changed):
    """What the editor of a draft sends when nobody changes anything."""
    own = [one for one in draft.lines if one["kind"] not in {"minimum", "tariff"}]
    typed = {
        "version": draft.version, "minutes": -(-draft.seconds // 60), "grams": draft.grams, "note": "",
        "line-TOTAL_FORMS": len(own) + 1, "line-INITIAL_FORMS": len(own),
    }  # fmt: skip
    for number, one in enumerate(own):
        for name in ("kind", "label", "quantity", "unit"):
            typed[f"line-{number}-{name}"] = one[name]
        typed[f"line-{number}-unit_cents"] = f"{one['unit_cents'] / 100:.2f}"
    blank = len(own)
    typed |= {f"line-{blank}-{name}": "" for name in ("label", "quantity", "unit", "unit_cents")}
    typed[f"line-{blank}-kind"] = "extra"
    return typed | changed


def accepted(order, bob, grace, machine, spool):
    quote = quoted(order, grace, machine, spool)
    assert act(bob, order, "accept", version=quote.version).status_code == 302
    return quote


def scheduled(order, bob, grace, machine, spool):
    accepted(order, bob, grace, machine, spool)
    found = re.search(r'name="starts" value="([^"]+)"><input type="hidden" name="minutes" value="(\d+)"',
                      page(grace, order))  # fmt: skip
    answer = act(grace, order, "schedule", machine=machine.pk, starts=found[1], minutes=found[2], stock=spool.pk)
    assert answer.status_code == 302


def test_a_request_goes_from_a_design_to_a_part_in_the_hand(order, bob, grace, machine, spool):
    assert state(order) == "submitted"
    quote = accepted_page(order, bob, grace, machine, spool)
    scheduled_now(order, grace, machine, spool)
    assert act(grace, order, "start").status_code == 422
    assert act(grace, order, "start", bed_is_clear="on").status_code == 302
    assert "The material used is to be paid" not in page(grace, order)
    answer = act(grace, order, "finish", minutes="10", grams="5", photo=picture())
    assert answer.status_code == 302
    attempt = Attempt.objects.get(request=order)
    assert (attempt.actual_seconds, attempt.actual_g, attempt.outcome) == (600, 5.0, "worked")
    photo = f"/requests/{order.ref}/photos/attempts/{attempt.pk}.webp"
    assert photo in page(bob, order)
    assert signed_in(bob).get(photo)["Content-Type"] == "image/webp"
    assert act(grace, order, "collect", paid_note="cash").status_code == 302
    order.refresh_from_db()
    assert (order.state, order.receipt_number, order.paid_note) == ("collected", 1, "cash")
    assert order.due_cents <= quote.total_cents
    shown = page(bob, order)
    assert "cash" in shown and "Something is wrong with it" in shown


def accepted_page(order, bob, grace, machine, spool):
    quote = quoted(order, grace, machine, spool)
    assert quote.source == "kernel" and quote.seconds > 0 and quote.grams > 0
    shown = page(bob, order)
    assert "Accept €" in shown and "Setting up" in shown and "Machine time" in shown
    assert act(bob, order, "accept", version=quote.version).status_code == 302
    assert state(order) == "accepted"
    return quote


def scheduled_now(order, grace, machine, spool):
    shown = page(grace, order)
    starts, minutes = re.search(
        r'name="starts" value="([^"]+)"><input type="hidden" name="minutes" value="(\d+)"', shown
    ).groups()
    answer = act(grace, order, "schedule", machine=machine.pk, starts=starts, minutes=minutes, stock=spool.pk)
    assert answer.status_code == 302
    assert state(order) == "scheduled"
    assert Attempt.objects.get(request=order).machine == machine
