"""The pages of issues: list, new, discussion, labels, photos, moderation."""

import io
import os
import re
from pathlib import Path
from time import process_time

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from designs import discussions, references
from designs.actions.add_comment import add_comment
from designs.actions.add_photo import add_photo, sweep_photos
from designs.actions.close_issue import close_issue
from designs.actions.errors import RefusedError
from designs.actions.labels import save_label
from designs.actions.open_issue import open_issue
from designs.actions.publish_release import publish_release
from designs.models import Comment, Issue, Photo, Report
from tests.factories import commit, make_project, make_user, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def eve():
    return make_user("eve")


@pytest.fixture
def project(ada):
    return make_project(ada)


@pytest.fixture
def as_ada(client, ada):
    client.force_login(ada)
    return client


def test_a_visitor_who_signed_in_opens_an_issue_with_a_label(client, eve, project):
    client.force_login(eve)
    page = client.get("/@ada/widget/issues/new/").content.decode()
    assert "does not fit" in page
    label = project.labels.get(name="does not fit")
    facts = {"kind": "problem", "title": "The lid jams", "text": "By **2 mm**", "labels": [label.pk]}
    answer = client.post("/@ada/widget/issues/new/", facts, follow=True)
    assert answer.redirect_chain == [("/@ada/widget/issues/1/", 302)]
    shown = answer.content.decode()
    assert "The lid jams" in shown
    assert "<strong>2 mm</strong>" in shown
    assert project.issues.get().author == eve
    assert list(project.issues.get().labels.all()) == [label]


def test_the_anonymous_are_asked_to_sign_in(client, project):
    answer = client.get("/@ada/widget/issues/new/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/%40ada/widget/issues/new/"
    open_issue(project, by=project.created_by, kind="wish", title="A lid")
    assert client.post("/@ada/widget/issues/1/comment/", {"text": "Me too"}).status_code == 302
    assert not Comment.objects.exists()


def test_the_list_shows_open_and_closed_by_kind_label_author_and_words(client, ada, eve, project):
    label = save_label(project, name="breaks", colour="#bc4c00")
    open_issue(project, by=ada, kind="problem", title="Hinge snaps", labels=[label])
    open_issue(project, by=eve, kind="question", title="Which screws", text="M3 or M4?")
    closed = open_issue(project, by=eve, kind="wish", title="A blue one")
    close_issue(closed, by=ada)
    open_issue(project, by=eve, kind="contribution", title="My part")

    def titles(query):
        return [issue.title for issue, _n in client.get(f"/@ada/widget/issues/{query}").context["issues"]]

    assert titles("") == ["Which screws", "Hinge snaps"]
    assert titles("?state=closed") == ["A blue one"]
    assert titles("?kind=problem") == ["Hinge snaps"]
    assert titles("?label=breaks") == ["Hinge snaps"]
    assert titles("?author=@Eve") == ["Which screws"]
    assert titles("?q=m4") == ["Which screws"]
    assert titles("?q=%00&page=x") == ["Which screws", "Hinge snaps"]
    assert client.get("/@ada/widget/issues/?author=eve").context["counts"] == {"open": 1, "closed": 1}


def test_the_tab_counts_open_issues(client, ada, project):
    open_issue(project, by=ada, kind="wish", title="A lid")
    open_issue(project, by=ada, kind="contribution", title="A part")
    close_issue(open_issue(project, by=ada, kind="wish", title="Done"), by=ada)
    assert client.get("/@ada/widget/").context["standing"].open_issues == 1


def test_a_contributions_number_leads_to_its_page(client, ada, project):
    open_issue(project, by=ada, kind="contribution", title="A part")
    answer = client.get("/@ada/widget/issues/1/")
    assert (answer.status_code, answer["Location"]) == (302, "/@ada/widget/contributions/1/")


def test_a_comment_may_close_the_issue_in_the_same_step(as_ada, ada, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    answer = as_ada.post("/@ada/widget/issues/1/comment/", {"text": "Done", "settle": "close"})
    said = issue.comments.get()
    assert answer["Location"] == f"/@ada/widget/issues/1/?comment={said.pk}#comment-{said.pk}"
    issue.refresh_from_db()
    assert issue.state == "closed"
    as_ada.post("/@ada/widget/issues/1/comment/", {"text": "", "settle": "reopen"})
    issue.refresh_from_db()
    assert issue.state == "open"
    assert issue.comments.count() == 1


def test_strangers_comment_but_neither_close_nor_edit_nor_delete(client, ada, eve, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    said = add_comment(issue, by=ada, text="Mine")
    client.force_login(eve)
    for address in ("issues/1/state/", "issues/1/edit/", "issues/1/labels/", f"comments/{said.pk}/edit/"):
        assert client.post(f"/@ada/widget/{address}", {"settle": "close", "text": "x", "title": "x"}).status_code == 403
    assert client.post(f"/@ada/widget/comments/{said.pk}/delete/").status_code == 403
    assert client.post("/@ada/widget/labels/", {"name": "x", "colour": "#000000"}).status_code == 403
    assert client.post("/@ada/widget/issues/1/comment/", {"text": "Yes"}).status_code == 302
    issue.refresh_from_db()
    said.refresh_from_db()
    assert (issue.state, issue.title, said.text, issue.comments.count()) == ("open", "A lid", "Mine", 2)


def test_a_refused_comment_keeps_what_was_written(as_ada, ada, project):
    open_issue(project, by=ada, kind="wish", title="A lid")
    answer = as_ada.post("/@ada/widget/issues/1/comment/", {"text": "x" * 40_001})
    assert answer.status_code == 422
    assert "x" * 40_001 in answer.content.decode()


def test_the_discussion_tells_what_happened_in_order(as_ada, ada, project):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    label = save_label(project, name="new part", colour="#1a7f37")
    add_comment(issue, by=ada, text="First")
    as_ada.post("/@ada/widget/issues/1/labels/", {"labels": [label.pk]})
    as_ada.post("/@ada/widget/issues/1/edit/", {"title": "A blue lid", "text": "", "labels": [label.pk]})
    add_comment(issue, by=ada, text="Second")
    as_ada.post("/@ada/widget/issues/1/state/", {"settle": "close"})
    items = as_ada.get("/@ada/widget/issues/1/").context["timeline"].items
    assert [item.comment.text if item.comment else item.deed for item in items] == [
        "First",
        "labelled it “new part”",
        "renamed it: it was “A lid”",
        "Second",
        "closed it",
    ]


def test_an_edited_comment_says_so_and_a_deleted_one_is_gone(as_ada, ada, project):
    said = add_comment(open_issue(project, by=ada, kind="wish", title="A lid"), by=ada, text="Frist")
    as_ada.post(f"/@ada/widget/comments/{said.pk}/edit/", {"text": "First"})
    said.refresh_from_db()
    assert said.text == "First"
    assert said.edited_at is not None
    as_ada.post(f"/@ada/widget/comments/{said.pk}/delete/")
    assert not Comment.objects.exists()
    assert not project.events.filter(kind="comment").exists()


def test_a_long_discussion_has_pages_and_a_comment_finds_its_own(as_ada, ada, project, django_assert_num_queries):
    issue = open_issue(project, by=ada, kind="wish", title="A lid")
    first = add_comment(issue, by=ada, text="See #1, @ada")
    as_ada.get("/")
    with CaptureQueriesContext(connection) as counted:
        as_ada.get("/@ada/widget/issues/1/")
    for n in range(70):
        last = add_comment(issue, by=ada, text=f"See #1, #{n}, @ada and widget.stl, v1.{n} and deadbee{n}")
    with django_assert_num_queries(len(counted) + 4):
        page = as_ada.get("/@ada/widget/issues/1/").context["timeline"].page
    assert len(page) == 60
    shown = as_ada.get(f"/@ada/widget/issues/1/?comment={last.pk}").context["timeline"]
    assert shown.page.number == 2
    assert [item.comment.pk for item in shown.items][-1] == last.pk
    assert first.pk not in [item.comment.pk for item in shown.items]


def test_a_list_of_issues_costs_the_same_for_two_and_for_twenty(client, ada, project, django_assert_num_queries):
    label = save_label(project, name="breaks", colour="#bc4c00")

    def open_two():
        for _n in range(2):
            add_comment(open_issue(project, by=ada, kind="wish", title="A lid", labels=[label]), by=ada, text="Yes")

    open_two()
    with CaptureQueriesContext(connection) as counted:
        client.get("/@ada/widget/issues/")
    for _n in range(9):
        open_two()
    with django_assert_num_queries(len(counted)):
        client.get("/@ada/widget/issues/")


def test_references_become_links_and_code_stays_code(client, ada, project):
    commit(project, {"parts/knob.stl": b"solid a\nendsolid a\n"})
    project.refresh_from_db()
    open_issue(project, by=ada, kind="wish", title="A lid")
    text = f"See #1, @ada, parts/knob.stl, {project.head[:8]}, not #9, @nobody, nothing.stl nor `#1`"
    open_issue(project, by=ada, kind="wish", title="Two", text=text)
    page = client.get("/@ada/widget/issues/2/").context["timeline"].opening
    for address in ("/@ada/widget/issues/1/", "/@ada/", "/@ada/widget/blob/main/parts/knob.stl"):
        assert f'href="{address}"' in page
    assert f'href="/@ada/widget/commit/{project.head}/"' in page
    assert page.count("<a ") == 4
    assert "<code>#1</code>" in page


def test_a_part_at_a_version_leads_there(client, ada, project):
    commit(project, {"knob.stl": b"solid a\nendsolid a\n"})
    publish_release(project, by=ada, tag="v1.2", title="Round")
    commit(project, {"new.stl": b"solid b\nendsolid b\n"})
    project.refresh_from_db()
    open_issue(project, by=ada, kind="wish", title="A lid", text="knob.stl@v1.2 new.stl@v1.2 v1.2.")
    page = client.get("/@ada/widget/issues/1/").context["timeline"].opening
    assert 'href="/@ada/widget/blob/v1.2/knob.stl"' in page
    assert 'href="/@ada/widget/releases/v1.2/"' in page
    assert page.count("<a ") == 2


def test_hostile_text_runs_nothing(client, ada, project):
    text = '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> #1" onmouseover="alert(1)'
    open_issue(project, by=ada, kind="wish", title='"><script>alert(2)</script>', text=text)
    page = client.get("/@ada/widget/issues/1/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert re.search(r"<[^>]*\son\w+=", page) is None


@pytest.mark.parametrize("piece", ["a.b/", "@a", "#1", "a/", "abcdef0", "a.", "v1.", "[", "`#1`", "a-a.a@v1"])
def test_references_in_forty_thousand_letters_are_found_in_two_seconds(piece):
    started = process_time()
    references.wanted([piece * (40_000 // len(piece))])
    assert process_time() - started < 2


def test_texts_past_two_hundred_thousand_letters_on_one_page_stand_as_they_are(ada, project):
    open_issue(project, by=ada, kind="wish", title="A lid")
    texts = ["#1 **a**", "x" * 199_992, "#1 **b**"]
    first, _middle, last = discussions.rendered(project, texts)
    assert first == (
        '<p><a href="/@ada/widget/issues/1/" title="A lid" rel="nofollow noopener ugc">#1</a> <strong>a</strong></p>\n'
    )
    assert last == "<pre>#1 **b**</pre>"


def test_hidden_words_are_read_by_staff_alone(client, ada, eve, project):
    staff = make_user("staff", is_staff=True)
    issue = open_issue(project, by=eve, kind="wish", title="Buy pills")
    other = open_issue(project, by=ada, kind="wish", title="A lid", text="See #1")
    said = add_comment(other, by=eve, text="More pills")
    client.force_login(ada)
    assert client.post("/@ada/widget/issues/1/hide/", {"action": "hide"}).status_code == 404
    client.force_login(staff)
    client.post("/@ada/widget/issues/1/hide/", {"action": "hide"})
    client.post(f"/@ada/widget/issues/2/hide/?comment={said.pk}", {"action": "hide"})
    assert b"More pills" in client.get("/@ada/widget/issues/2/").content
    client.force_login(ada)
    assert client.get("/@ada/widget/issues/1/").status_code == 404
    assert b"pills" not in client.get("/@ada/widget/issues/2/").content
    assert b"pills" not in client.get("/@ada/widget/issues/").content
    client.force_login(staff)
    client.post("/@ada/widget/issues/1/hide/", {"action": "show"})
    issue.refresh_from_db()
    assert issue.hidden_at is None


def test_a_comment_is_reported_to_the_staff(client, ada, project):
    said = add_comment(open_issue(project, by=ada, kind="wish", title="A lid"), by=ada, text="Spam")
    answer = client.post(f"/@ada/widget/issues/1/report/?comment={said.pk}", {"reason": "spam", "details": "!"})
    assert answer["Location"] == "/@ada/widget/issues/1/"
    assert Report.objects.get().comment == said


def test_who_floods_is_told_to_wait(as_ada, project, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "open_issue": "2/10m/user"}
    cache.clear()
    facts = {"kind": "wish", "title": "A lid"}
    codes = [as_ada.post("/@ada/widget/issues/new/", facts).status_code for _n in range(3)]
    assert codes == [302, 302, 422]
    assert Issue.objects.count() == 2


def test_photos_come_with_the_text_and_lose_where_they_were_taken(as_ada, ada, project):
    place = Image.Exif()
    place.get_ifd(0x8825)[1] = "N"
    shot = SimpleUploadedFile("My <shot>.jpg", picture((3000, 1500), exif=place).read(), "image/jpeg")
    as_ada.post("/@ada/widget/issues/new/", {"kind": "wish", "title": "A lid", "text": "See", "photos": [shot]})
    photo = Photo.objects.get()
    issue = project.issues.get()
    assert issue.text == f"See\n\n![My shot.jpg](/@ada/widget/photos/{photo.name})"
    assert (photo.width, photo.height) == (2048, 1024)
    answer = as_ada.get(f"/@ada/widget/photos/{photo.name}")
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    kept = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert not kept.getexif()
    assert f'<img src="/@ada/widget/photos/{photo.name}"' in as_ada.get("/@ada/widget/issues/1/").content.decode()


def test_a_script_sends_photos_first_and_gets_their_markdown(as_ada, project):
    shot = SimpleUploadedFile("a.png", picture(kind="PNG").read(), "image/png")
    answer = as_ada.post("/@ada/widget/photos/", {"photos": [shot]})
    assert answer.json() == {"markdown": [f"![a.png](/@ada/widget/photos/{Photo.objects.get().name})"]}
    bad = SimpleUploadedFile("a.png", b"<svg onload=alert(1)>", "image/png")
    refused = as_ada.post("/@ada/widget/photos/", {"photos": [bad]})
    assert refused.status_code == 422
    assert "no picture" in refused.json()["detail"]


def test_a_photo_of_a_private_project_is_not_there_for_strangers(client, ada, eve):
    project = make_project(ada, visibility="private")
    photo = add_photo(project, by=ada, file=picture(), size=100)
    other = make_project(ada, name="Other")
    client.force_login(eve)
    assert client.get(photo.get_absolute_url()).status_code == 404
    assert client.get(f"/@ada/{other.slug}/photos/{photo.name}").status_code == 404
    client.force_login(ada)
    assert client.get(photo.get_absolute_url())["Cache-Control"].startswith("private")


def test_a_picture_that_is_too_heavy_is_refused(ada, project):
    with pytest.raises(RefusedError, match="20 MB"):
        add_photo(project, by=ada, file=picture(), size=21 << 20)
    assert not Photo.objects.exists()


def test_files_of_photos_whose_project_is_gone_are_swept_after_a_day(ada, project, settings):
    photo, kept = (add_photo(project, by=ada, file=picture(), size=100) for _n in range(2))
    file, other = Path(photo.file.path), Path(kept.file.path)
    photo.delete()
    assert sweep_photos() == 0
    for one in (file, other):
        os.utime(one, (1, 1))
    assert sweep_photos() == 1
    assert (file.exists(), other.exists()) == (False, True)


def test_writers_make_change_and_remove_labels(as_ada, project):
    assert len(as_ada.get("/@ada/widget/labels/").context["labels"]) == 7
    as_ada.post("/@ada/widget/labels/", {"name": "too  heavy", "colour": "#AA0000"})
    label = project.labels.get(name="too heavy")
    assert label.colour == "#aa0000"
    as_ada.post("/@ada/widget/labels/", {"label": label.pk, "name": "heavy", "colour": "#00aa00"})
    label.refresh_from_db()
    assert (label.name, label.colour) == ("heavy", "#00aa00")
    taken = as_ada.post("/@ada/widget/labels/", {"name": "heavy", "colour": "#00aa00"})
    assert taken.status_code == 422
    bad = as_ada.post("/@ada/widget/labels/", {"name": "x", "colour": "red"})
    assert bad.status_code == 422
    as_ada.post("/@ada/widget/labels/", {"label": label.pk, "action": "delete"})
    assert not project.labels.filter(pk=label.pk).exists()


def test_a_label_of_another_project_is_not_taken(as_ada, ada, project):
    foreign = save_label(make_project(ada, name="Other"), name="theirs", colour="#000000")
    issue = open_issue(project, by=ada, kind="wish", title="A lid", labels=[foreign])
    as_ada.post("/@ada/widget/issues/1/labels/", {"labels": [foreign.pk]})
    assert not issue.labels.exists()
    assert as_ada.post("/@ada/widget/labels/", {"label": foreign.pk, "action": "delete"}).status_code == 404
