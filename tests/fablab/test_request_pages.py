"""Print requests as people make them in the browser: asked, quoted, accepted, made, collected; and what goes wrong."""

import re

import pytest
from django.test import Client

from designs import pipeline
from designs.models import Analysis
from fablab.models import Attempt, PrintRequest, Quote, Run, Slice, Staff
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


def first_time(person, order):
    """The first free time that the page proposes, as its button sends it."""
    pattern = r'name="starts" value="([^"]+)"><input type="hidden" name="minutes" value="(\d+)"'
    return dict(zip(("starts", "minutes"), re.search(pattern, page(person, order)).groups(), strict=True))


def scheduled(order, bob, grace, machine, spool):
    accepted(order, bob, grace, machine, spool)
    time = first_time(grace, order)
    assert act(grace, order, "schedule", machine=machine.pk, stock=spool.pk, **time).status_code == 302


def test_a_request_goes_from_a_design_to_a_part_in_the_hand(order, bob, grace, machine, spool):
    assert state(order) == "submitted"
    quote = quoted(order, grace, machine, spool)
    assert quote.source == "kernel"
    assert quote.seconds > 0
    assert quote.grams > 0
    shown = page(bob, order)
    for words in ("Accept €", "Setting up", "Machine time"):
        assert words in shown
    assert act(bob, order, "accept", version=quote.version).status_code == 302
    time = first_time(grace, order)
    assert act(grace, order, "schedule", machine=machine.pk, stock=spool.pk, **time).status_code == 302
    assert (state(order), Attempt.objects.get(request=order).machine) == ("scheduled", machine)
    assert act(grace, order, "start").status_code == 422
    assert act(grace, order, "start", bed_is_clear="on").status_code == 302
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
    assert "cash" in shown
    assert "Something is wrong with it" in shown


def test_the_page_of_a_new_request_proposes_the_labs_that_can(project, lab, machine, spool, bob):
    far = make_lab("faraway", latitude=43.6, longitude=1.44)
    make_machine(far, hour_cents=100)
    small = make_lab("tiny")
    make_machine(small, x_mm=10, y_mm=10, z_mm=10)
    silent = make_lab("silent", accepts_requests=False)
    make_machine(silent)
    client = signed_in(bob)
    client.post("/place/", {"near": "48.85, 2.35", "next": "/"})
    shown = client.post(NEW, asked(project, lab, action="look")).content.decode()
    offered = re.findall(r'name="lab" id="lab-(\w+)"', shown)
    assert offered == ["atelier", "faraway"]
    assert "about €" in shown
    assert "material not in stock" in shown
    assert "<strong>glasses</strong>" in shown


def test_a_lab_that_somebody_comes_for_is_offered_even_where_nothing_fits(project, lab, bob):
    tiny = make_lab("tiny")
    make_machine(tiny, x_mm=10, y_mm=10, z_mm=10)
    shown = signed_in(bob).get(f"{NEW}&lab=tiny").content.decode()
    assert "No machine that fits" in shown


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(project, lab, machine, bob):
    said = asked(project, lab, note="Round the corners, please", due_on="2020-01-01")
    del said["terms"]
    said[parts_of(project)["block.stl"]] = "two"
    answer = signed_in(bob).post(NEW, said)
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Say how many in whole numbers.", "That day is over.", "Round the corners, please", 'value="two"'):
        assert words in shown
    assert not PrintRequest.objects.exists()


def test_terms_must_be_accepted_to_send_but_not_to_keep_a_draft(project, lab, machine, bob):
    said = asked(project, lab)
    del said["terms"]
    assert "Accept the lab’s terms first." in signed_in(bob).post(NEW, said).content.decode()
    assert signed_in(bob).post(NEW, said | {"action": "draft"}).status_code == 302
    draft = PrintRequest.objects.get()
    assert draft.state == "draft"
    assert act(bob, draft, "submit").status_code == 422
    assert act(bob, draft, "submit", terms="on").status_code == 302
    assert state(draft) == "submitted"


def test_a_draft_is_its_authors_alone_and_can_be_changed(project, lab, machine, bob, grace):
    signed_in(bob).post(NEW, asked(project, lab, action="draft", note="first"))
    draft = PrintRequest.objects.get()
    page(grace, draft, 404)
    change = f"/requests/new/?draft={draft.ref}"
    assert "first" in signed_in(bob).get(change).content.decode()
    assert signed_in(grace).get(change).status_code == 404
    changed = asked(project, lab, action="send", note="second") | {parts_of(project)["block.stl"]: "5"}
    assert signed_in(bob).post(change, changed).status_code == 302
    again = PrintRequest.objects.get()
    assert (again.ref, again.state, again.note) == (draft.ref, "submitted", "second")
    assert [part.quantity for part in again.parts.all()] == [5]
    assert signed_in(bob).get(change).url == again.get_absolute_url()


def test_the_same_form_sent_twice_makes_one_request(project, lab, machine, bob):
    client = signed_in(bob)
    once = re.search(r'name="once" value="(\w+)"', client.get(NEW).content.decode())[1]
    answers = [client.post(NEW, asked(project, lab, once=once)) for _ in range(2)]
    assert {answer.url for answer in answers} == {f"/requests/{once}/"}
    assert PrintRequest.objects.count() == 1


def test_nobody_asks_for_parts_of_a_project_that_they_may_not_read(ada, lab, machine, bob):
    hidden = make_project(ada, "Widget", visibility="private")
    commit(hidden, {"block.stl": block()})
    assert signed_in(bob).get(NEW).status_code == 404
    assert signed_in(bob).post(NEW, asked(hidden, lab)).status_code == 404
    assert Client().get(NEW).status_code == 302


def test_the_lab_gets_the_chosen_files_of_a_private_project_and_nothing_else(ada, lab, machine, grace, bob):
    hidden = make_project(ada, "Widget", visibility="private")
    commit(hidden, {"block.stl": block(), "plate.stl": block(40, 4)})
    measure()
    assert signed_in(ada).post(NEW, asked(hidden, lab)).status_code == 302
    order = PrintRequest.objects.get()
    (part,) = order.parts.all()
    shown = page(grace, order)
    assert "/@ada/widget/" not in shown
    answer = signed_in(grace).get(f"/requests/{order.ref}/parts/{part.pk}/file/")
    assert b"".join(answer.streaming_content).decode() == block()
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert signed_in(grace).get(f"/requests/{order.ref}/parts/{part.pk}/256.webp").status_code == 200
    assert signed_in(grace).get("/@ada/widget/").status_code == 404
    assert signed_in(bob).get(f"/requests/{order.ref}/parts/{part.pk}/file/").status_code == 404
    assert act(grace, order, "reject", code="no-time").status_code == 302
    assert signed_in(grace).get(f"/requests/{order.ref}/parts/{part.pk}/file/").status_code == 404


@pytest.mark.parametrize("role", ["stranger", "another requester", "trainer", "site staff", "operator elsewhere"])
def test_a_request_is_there_for_nobody_else(order, lab, role):
    client = Client()
    if role != "stranger":
        person = make_user("eve", is_staff=role == "site staff")
        client.force_login(person)
        if role == "trainer":
            Staff.objects.create(lab=lab, user=person, role=Staff.Role.TRAINER)
        if role == "operator elsewhere":
            Staff.objects.create(lab=make_lab("other"), user=person, role=Staff.Role.OPERATOR)
    expected = 302 if role == "stranger" else 404
    part = order.parts.get()
    for address in ("", f"parts/{part.pk}/file/", f"parts/{part.pk}/256.webp", "estimate/?machine=1"):
        answer = client.get(f"/requests/{order.ref}/{address}")
        assert answer.status_code == expected
        assert expected == 404 or "/login/" in answer.url
    for address in ("act/cancel/", "act/reject/", "messages/"):
        assert client.post(f"/requests/{order.ref}/{address}", {"text": "x", "code": "other"}).status_code == expected
    assert state(order) == "submitted"


def test_the_requester_may_not_do_the_labs_steps_nor_the_lab_the_requesters(order, bob, grace, machine, spool):
    assert act(bob, order, "reject", code="other").status_code == 409
    quote = quoted(order, grace, machine, spool)
    assert act(grace, order, "accept", version=quote.version).status_code == 409
    assert act(bob, order, "prepare", machine=machine.pk).status_code == 409
    assert state(order) == "quoted"
    assert signed_in(bob).get(f"/requests/{order.ref}/act/accept/").status_code == 405
    assert state(order) == "quoted"


def test_an_old_page_changes_nothing_and_gives_back_what_was_typed(order, lab, grace, bob):
    other = make_user("olga")
    Staff.objects.create(lab=lab, user=other, role=Staff.Role.OPERATOR)
    assert act(grace, order, "reject", code="no-time").status_code == 302
    answer = signed_in(other).post(f"/requests/{order.ref}/act/ask/", {"seen": "submitted", "text": "Which way is up?"})
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "grace moved the request to “Rejected” meanwhile" in shown
    assert "Which way is up?" in shown
    assert order.events.count() == 2


def test_a_double_click_is_one_step(order, grace):
    said = {"seen": "submitted", "text": "Which way is up?"}
    answers = [signed_in(grace).post(f"/requests/{order.ref}/act/ask/", said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert order.events.filter(after="needs_info").count() == 1
    assert order.messages.count() == 1


def test_the_board_hears_in_json_what_became_of_a_step(order, grace):
    def ask(**said):
        return signed_in(grace).post(f"/requests/{order.ref}/act/ask/", said, headers={"accept": "application/json"})

    assert (ask().status_code, ask().json()["state"]) == (422, "submitted")
    assert ask(text="Which way is up?").json() == {"state": "needs_info"}
    refused = ask(text="And now?")
    assert refused.status_code == 409
    assert "Question to answer" in refused.json()["error"]


def test_steps_need_the_sites_own_form(order, bob):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(f"/requests/{order.ref}/act/cancel/").status_code == 403
    assert strict.post(f"/requests/{order.ref}/messages/", {"text": "x"}).status_code == 403
    assert state(order) == "submitted"


def test_a_question_is_answered_on_the_page(order, bob, grace):
    act(grace, order, "ask", text="Which way is up?")
    shown = page(bob, order)
    assert shown.count("Which way is up?") == 1
    assert act(bob, order, "answer", text="The flat side down").status_code == 302
    assert state(order) == "submitted"
    assert "The flat side down" in page(grace, order)


def test_messages_carry_pictures_and_notes_of_the_lab_stay_there(order, bob, grace):
    send = f"/requests/{order.ref}/messages/"
    assert signed_in(bob).post(send, {"text": "Like <b>this</b>", "photo": picture()}).status_code == 302
    assert (
        signed_in(grace).post(send, {"text": "Fussy one", "is_internal": "on", "photo": picture()}).status_code == 302
    )
    assert signed_in(bob).post(send, {"text": "Not so", "is_internal": "on"}).status_code == 302
    seen_by_bob, seen_by_grace = page(bob, order), page(grace, order)
    assert "Like &lt;b&gt;this&lt;/b&gt;" in seen_by_grace
    assert "Fussy one" in seen_by_grace
    assert "Fussy one" not in seen_by_bob
    assert "Not so" in seen_by_grace
    first, internal, last = order.messages.all()
    assert not last.is_internal
    assert signed_in(grace).get(f"/requests/{order.ref}/photos/messages/{internal.pk}.webp").status_code == 200
    assert signed_in(bob).get(f"/requests/{order.ref}/photos/messages/{internal.pk}.webp").status_code == 404
    answer = signed_in(bob).get(f"/requests/{order.ref}/photos/messages/{first.pk}.webp")
    assert answer["Cache-Control"].startswith("private")
    assert signed_in(bob).post(send, {"text": ""}).status_code == 422
    assert signed_in(bob).post(send, {"text": "x" * 5001}).status_code == 422


def test_lines_of_a_quote_are_edited_before_it_is_sent_and_frozen_after(order, bob, grace, machine, spool):
    act(grace, order, "prepare", machine=machine.pk, stock=spool.pk)
    draft = Quote.objects.get(request=order)
    before = draft.total_cents
    assert "Draft of version" not in page(bob, order)
    act(grace, order, "quote", action="save", **as_typed(draft))
    draft.refresh_from_db()
    assert draft.total_cents == before
    last = as_typed(draft)["line-INITIAL_FORMS"]
    extra = {f"line-{last}-label": "Gift wrap", f"line-{last}-quantity": "2", f"line-{last}-unit_cents": "1,50"}
    assert act(grace, order, "quote", action="save", **as_typed(draft, **extra)).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.total_cents) == ("draft", before + 300)
    assert act(grace, order, "quote", action="send", **as_typed(draft, note="By Friday")).status_code == 302
    shown = page(bob, order)
    assert "Extra: Gift wrap" in shown
    assert "By Friday" in shown
    assert act(grace, order, "quote", action="send", **as_typed(draft)).status_code == 422
    wrong = act(grace, order, "quote", action="send", **as_typed(draft, **{"line-0-quantity": "-1"}))
    assert wrong.status_code == 422


def test_a_version_that_was_replaced_cannot_be_accepted(order, bob, grace, machine, spool):
    old = quoted(order, grace, machine, spool)
    new = quoted(order, grace, machine, spool)
    assert new.version == old.version + 1
    assert act(bob, order, "accept", version=old.version).status_code == 422
    assert state(order) == "quoted"
    assert "Earlier versions" in page(bob, order)
    assert act(bob, order, "accept", version=new.version).status_code == 302


def test_a_quote_waits_for_the_slicer_and_says_so(order, grace, machine, spool, monkeypatch):
    monkeypatch.setattr(prusa, "program", lambda: "/usr/bin/prusa-slicer")
    monkeypatch.setattr(prusa, "version", lambda: "PrusaSlicer-2.5.0")
    answer = act(grace, order, "prepare", machine=machine.pk, stock=spool.pk)
    assert f"machine={machine.pk}&stock={spool.pk}" in answer.url
    assert not Quote.objects.exists()
    asked_at = f"/requests/{order.ref}/estimate/?machine={machine.pk}&stock={spool.pk}"
    assert "every 2s" in signed_in(grace).get(asked_at).content.decode()
    found = {"seconds": 1800, "grams": 4.0, "supports": False, "layers": 50, "slicer": "PrusaSlicer-2.5.0"}
    Slice.objects.update(state=State.DONE, result=found)
    shown = signed_in(grace).get(asked_at).content.decode()
    assert "1 h 00 min" in shown
    assert "every 2s" not in shown
    act(grace, order, "prepare", machine=machine.pk, stock=spool.pk)
    draft = Quote.objects.get()
    assert (draft.source, draft.seconds, draft.grams) == ("slicer", 3600, 8.0)


def test_who_asked_sees_how_far_the_machine_is(order, bob, grace, machine, spool):
    scheduled(order, bob, grace, machine, spool)
    act(grace, order, "start", bed_is_clear="on")
    Run.objects.create(attempt=order.attempts.get(), name="x.gcode", state="printing", progress=0.42, seconds_left=600)
    shown = page(bob, order)
    assert 'value="42"' in shown
    assert "about 10 min left" in shown
    assert "/run/" not in shown
    assert f"/requests/{order.ref}/attempts/1/run/" in page(grace, order)


def test_failing_by_the_labs_fault_is_scheduled_again(order, bob, grace, machine, spool):
    scheduled(order, bob, grace, machine, spool)
    act(grace, order, "start", bed_is_clear="on")
    assert act(grace, order, "fail", fault="lab").status_code == 422
    assert act(grace, order, "fail", fault="lab", text="Nozzle clogged", grams="3").status_code == 302
    assert "Nozzle clogged" in page(bob, order)
    time = first_time(grace, order)
    assert act(grace, order, "schedule", machine=machine.pk, stock=spool.pk, **time).status_code == 302
    assert [one.outcome for one in order.attempts.all()] == ["failed", "planned"]


def test_failing_by_the_files_fault_asks_for_a_new_quote(order, bob, grace, machine, spool):
    scheduled(order, bob, grace, machine, spool)
    time = {"starts": "2030-01-07T10:00", "minutes": "60"}
    act(grace, order, "start", bed_is_clear="on")
    assert act(grace, order, "fail", fault="file", text="The wall is open").status_code == 302
    assert "Free times" not in page(grace, order)
    assert act(grace, order, "schedule", machine=machine.pk, stock=spool.pk, **time).status_code == 409
    assert quoted(order, grace, machine, spool).version == 2


def test_a_time_that_is_taken_meanwhile_is_refused_with_the_next_one(order, project, lab, bob, grace, machine, spool):
    signed_in(bob).post(NEW, asked(project, lab))
    second = PrintRequest.objects.exclude(pk=order.pk).get()
    accepted(order, bob, grace, machine, spool)
    accepted(second, bob, grace, machine, spool)
    time = first_time(grace, order)
    assert act(grace, order, "schedule", machine=machine.pk, stock=spool.pk, **time).status_code == 302
    refused = act(grace, second, "schedule", machine=machine.pk, stock=spool.pk, **time)
    assert refused.status_code == 422
    assert "is taken at that time" in refused.content.decode()
    assert state(second) == "accepted"


def test_it_is_passed_on_only_with_consent(project, lab, machine, bob, grace):
    other = make_lab("other")
    signed_in(bob).post(NEW, asked(project, lab))
    kept = PrintRequest.objects.get()
    assert act(grace, kept, "forward", lab="other").status_code == 409
    signed_in(bob).post(NEW, asked(project, lab, may_forward="on"))
    order = PrintRequest.objects.latest("pk")
    assert act(grace, order, "forward", lab="nowhere").status_code == 422
    assert act(grace, order, "forward", lab="other").status_code == 302
    copy = PrintRequest.objects.get(lab=other)
    assert copy.get_absolute_url() in page(bob, order)
    page(grace, copy, 404)


def test_a_newer_version_is_told_and_changes_nothing(order, project, bob):
    pinned = order.parts.get().sha256
    assert "A newer version exists" not in page(bob, order)
    commit(project, {"README.md": "# Other words"})
    assert "A newer version exists" not in page(bob, order)
    commit(project, {"block.stl": block(21)})
    assert "A newer version exists" in page(bob, order)
    assert order.parts.get().sha256 == pinned


def test_a_dispute_is_settled_by_a_manager(order, lab, bob, grace, machine, spool):
    operator = make_user("olga")
    Staff.objects.create(lab=lab, user=operator, role=Staff.Role.OPERATOR)
    scheduled(order, bob, grace, machine, spool)
    act(grace, order, "start", bed_is_clear="on")
    act(grace, order, "finish", minutes="5", grams="4")
    act(grace, order, "collect")
    assert act(bob, order, "dispute", text="It is bent", photo=picture()).status_code == 302
    assert order.messages.get().photo
    assert act(operator, order, "resolve", resolution="none", text="No").status_code == 409
    assert act(grace, order, "resolve", resolution="reprint", text="We make it again").status_code == 302
    assert state(order) == "accepted"


def test_the_list_is_of_ones_own_requests(order, bob, grace):
    assert order.ref in signed_in(bob).get("/requests/").content.decode()
    shown = signed_in(grace).get("/requests/").content.decode()
    assert order.ref not in shown
    assert "Board of Atelier" in shown
    assert Client().get("/requests/").status_code == 302
    assert '/requests/"' in signed_in(bob).get("/").content.decode()


def test_a_phone_number_is_seen_by_lab_and_requester(order, bob, grace):
    assert "+33 1 23 45" in page(grace, order)
    assert "+33 1 23 45" in page(bob, order)


def test_an_unknown_step_is_not_there(order, bob):
    assert act(bob, order, "explode").status_code == 404
