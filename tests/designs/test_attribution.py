"""ATTRIBUTION.md: whose work a version is, under which licence, and from what."""

import pytest
from django.utils import translation

from designs.actions.change_project import update_project
from designs.actions.fork_project import fork_project
from designs.actions.moderate import hide_project
from designs.actions.trash_project import purge_trash, trash_project
from designs.attribution import attribution, file_name, files, people, plain
from designs.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def eve():
    return factories.make_user("eve")


@pytest.fixture
def widget(ada):
    project = factories.make_project(ada, summary="A knob.", licence="MIT")
    factories.commit(project, {"a.txt": "one"}, message="Parts\n\nCo-authored-by: Grace <grace@example.org>")
    return project


def _fork(source, by, **values):
    return fork_project(source, to=by.namespace, by=by, **values)


def test_it_names_the_project_its_version_its_licence_and_all_authors(widget, eve):
    factories.commit(widget, {"b.txt": "two"}, by=eve)
    text = attribution(widget, widget.head)
    assert text.startswith("# Widget\n\nA knob.\n\n")
    assert f"- Project: ada/widget, <{widget.url}>\n" in text
    assert f"- Version: {widget.head}\n" in text
    assert "- Licence: MIT License (MIT), <https://spdx.org/licenses/MIT.html>\n" in text
    assert "- Authors: ada, Grace, eve\n" in text
    assert "Forked from" not in text
    assert "@example.org" not in text


def test_it_tells_the_whole_way_that_a_fork_has_come(widget, eve):
    bob = factories.make_user("bob")
    child = _fork(widget, eve, licence="CC-BY-SA-4.0")
    factories.commit(child, {"c.txt": "three"}, by=eve)
    grandchild = _fork(child, bob, licence="GPL-3.0-only")
    factories.commit(grandchild, {"d.txt": "four"}, by=bob)
    text = attribution(grandchild, grandchild.head)
    head, _, chain = text.partition("## Forked from")
    assert "(GPL-3.0-only)" in head
    assert "- Authors: ada, eve, Grace, bob" in head or "- Authors: ada, Grace, eve, bob" in head
    near, far = chain.split("- Widget (")[1:]
    assert near.startswith(f"eve/widget), <{child.url}>\n  - Licence: Creative Commons Attribution-ShareAlike 4.0")
    assert f"  - Version: {child.head}\n" in near
    assert "eve" in near.split("Authors: ")[1]
    assert far.startswith(f"ada/widget), <{widget.url}>\n  - Licence: MIT License (MIT)")
    assert f"  - Version: {widget.head}\n  - Authors: ada, Grace\n" in far


@pytest.mark.parametrize("what", ["private", "unlisted", "hidden", "trash", "purged"])
def test_a_parent_that_is_not_public_any_more_is_not_named_but_its_authors_and_licence_are(widget, eve, what, settings):
    fork = _fork(widget, eve)
    if what in {"private", "unlisted"}:
        update_project(widget, {"visibility": what})
    elif what == "hidden":
        hide_project(widget, "copied")
    else:
        trash_project(widget)
        settings.TRASH_DAYS = -1
        assert what == "trash" or purge_trash() == 1
    fork = Project.objects.get(pk=fork.pk)
    text = attribution(fork, fork.head)
    assert "ada/widget" not in text
    assert "- A project that is not public, or no longer\n  - Licence: MIT License (MIT)" in text
    assert f"  - Version: {fork.forked_commit}\n  - Authors: ada, Grace\n" in text


def test_what_files_say_of_themselves_is_told(widget):
    factories.commit(
        widget,
        {
            "lib.c": "// SPDX-FileCopyrightText: 2020 Grace\n// SPDX-License-Identifier: BSD-2-Clause\n",
            "a.stl": b"solid\0",
            "a.stl.license": "SPDX-License-Identifier: CC0-1.0\n",
        },
    )
    text = attribution(widget, widget.head)
    assert "- lib.c: BSD-2-Clause. 2020 Grace.\n" in text
    assert "- a.stl: CC0-1.0.\n" in text


def test_it_is_the_same_in_every_language_of_a_visitor(widget):
    with translation.override("fr"):
        french = attribution(widget, widget.head)
    assert french == attribution(widget, widget.head)


def test_a_version_keeps_its_own_people(widget, eve):
    first = widget.head
    factories.commit(widget, {"b.txt": "two"}, by=eve)
    assert people(widget, first) == ["ada", "Grace"]
    assert people(widget, "") == []


def test_a_file_of_the_project_is_never_hidden():
    assert file_name(["README.md"]) == "ATTRIBUTION.md"
    assert file_name(["Attribution.md"]) == "ATTRIBUTION.partage.md"
    assert file_name(["ATTRIBUTION.md", "attribution.partage.md"]) == "ATTRIBUTION.partage-2.md"


def test_files_for_a_zip_are_bytes(widget):
    found = files(widget, widget.head)
    assert found == {"ATTRIBUTION.md": attribution(widget, widget.head).encode()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A <script>alert(1)</script>", r"A \<script\>alert\(1\)\</script\>"),
        ("[x](javascript:alert(1))", r"\[x\]\(javascript:alert\(1\)\)"),
        ("one\ntwo\x00\x1b[2J\u202e", r"one two \[2J"),
        ("# Head", r"\# Head"),
    ],
)
def test_hostile_names_stay_text(text, shown):
    assert plain(text) == shown


def test_the_page_shows_it_and_runs_nothing(client, ada):
    project = factories.make_project(ada, name="<script>alert(1)</script>", slug="x")
    page = client.get("/@ada/x/attribution/main/").content.decode()
    assert "<script>alert" not in page
    assert "ATTRIBUTION.md" in page
    assert project.head in page
    assert 'href="/@ada/x/attribution/main/"' in client.get("/@ada/x/").content.decode()
    assert client.get("/@ada/x/attribution/nothing/").status_code == 404
