"""A private project is not there for strangers, at any address of the site."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from designs.actions.add_comment import add_comment
from designs.actions.add_photo import add_photo
from designs.actions.open_issue import open_issue
from designs.models import Make
from tests.factories import commit, make_project, make_user, picture

GIT = {"info_refs", "upload_pack", "receive_pack"}
VALUES = {
    "ref_path": "main/a.stl",
    "ref": "main",
    "file_id": "{file}",
    "before_id": "{file}",
    "after_id": "{file}",
    "span": "main...main",
    "size": "256",
    "commit": "{commit}",
    "tag": "v1",
    "path": "a.stl",
    "sha256": "{sha256}",
    "mirror_id": "1",
    "webhook_id": "1",
    "oid": "{sha256}",
    "lock_id": "1",
    "number": "1",
    "comment_id": "{comment}",
    "name": "{photo}",
    "make_id": "{make}",
}


def patterns(resolver, before=""):
    """Every pattern with the whole of its route, API and git included."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route, one


def of_projects():
    """Those that name an owner and a project."""
    for route, one in patterns(get_resolver()):
        names = set(one.pattern.converters)
        if {"slug"} <= names and names & {"handle", "owner"}:
            yield route, one


def address(route, one, known):
    """The pattern's address for the private project; a new converter without a value here fails."""
    for name in one.pattern.converters:
        value = {"handle": "ada", "owner": "ada", "slug": "widget"}.get(name) or VALUES[name].format(**known)
        start = next(i for i in range(len(route)) if route[i] == "<" and route[i:].split(">")[0].endswith(name))
        route = route[:start] + value + route[route.index(">", start) + 1 :]
    return "/" + route


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "eve"])
def test_every_address_of_a_private_project_hides_it(client, who):
    project = make_project(make_user("ada"), visibility="private")
    revision = commit(project, {"a.stl": b"solid a\nendsolid a\n"})
    file = revision.files.get()
    said = add_comment(
        open_issue(project, by=project.created_by, kind="wish", title="A lid"), by=project.created_by, text="Yes"
    )
    photo = add_photo(project, by=project.created_by, file=picture(), size=100)
    known = {"file": file.pk, "commit": revision.commit, "sha256": file.sha256}
    made = Make.objects.create(
        project=project, commit=revision.commit, outcome=Make.Outcome.values[0], photo="makes/a.webp"
    )
    known |= {"comment": said.pk, "photo": photo.name, "make": made.pk}
    if who == "eve":
        client.force_login(make_user("eve"))
    shown = {}
    walked = 0
    for route, one in of_projects():
        walked += 1
        for method in ("get", "post"):
            answer = getattr(client, method)(address(route, one, known))
            allowed = {401} if one.name in GIT else {401, 404, 405}
            signs_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
            if answer.status_code in {400, 403, 415, 422}:
                missing = address(route, one, known).replace("/widget", "/nothing")
                allowed = allowed | {getattr(client, method)(missing).status_code}
            if answer.status_code not in allowed and not signs_in:
                shown[f"{method} {route}"] = answer.status_code
    assert walked > 25
    assert shown == {}
