"""Every row that is a person's own or of their projects, as plain facts, for the export. Secrets stay here."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models
from django.db.models.fields.files import FieldFile

from accounts.models import User
from designs.models import (
    Collaborator,
    CollectionItem,
    Comment,
    Contribution,
    Export,
    Issue,
    Label,
    LfsLock,
    Mirror,
    Project,
    ProtectedBranch,
    Release,
    Revision,
)

SECRET = re.compile(r"secret|credential|password|token|digest|sealed|(^|_)key$|^fence$|^worker$")
OWN = {"author", "user", "owner", "by", "reporter"}
"""The links by which a row is somebody's own; who closed or merged it is another matter."""
NOT_OWN: tuple[type[models.Model], ...] = (Project, Revision, Export)
IN_PROJECT: dict[type[models.Model], str] = {
    Project: "pk",
    Collaborator: "project",
    Comment: "issue__project",
    Contribution: "issue__project",
    Issue: "project",
    Label: "project",
    LfsLock: "project",
    Mirror: "project",
    ProtectedBranch: "project",
    Release: "project",
}
"""What belongs to a project's owner. Who likes, watches, collects or reports it does not."""
BATCH = 500
Row = dict[str, Any]
MORE: list[Callable[[User], Iterator[tuple[str, Iterator[Row]]]]] = []
"""What the apps above know of a person: (name, rows), as `rows_of`."""


def profile(person: User) -> Row:
    """What the site knows of the person."""
    shown = ("username", "display_name", "bio", "location", "language", "email_private", "notifications")
    return {
        **{name: getattr(person, name) for name in shown},
        "joined": person.date_joined,
        "addresses": list(EmailAddress.objects.filter(user=person).values("email", "verified", "primary")),
        "organisations": [
            {"organisation": one.organisation.name, "role": one.role}
            for one in person.memberships.select_related("organisation")
        ],
    }


def rows_of(person: User) -> Iterator[tuple[str, Iterator[Row]]]:
    """(name of the table, its rows) of all that this person wrote, liked, locked or asked for."""
    for model in apps.get_app_config("designs").get_models():
        links = [field.name for field in _links(model, User) if field.name in OWN]
        if links and model not in NOT_OWN:
            mine = models.Q(*((name, person.pk) for name in links), _connector=models.Q.OR)
            yield _name(model), rows(model, mine)
    yield _name(CollectionItem), rows(CollectionItem, models.Q(collection__user=person))
    for more in MORE:
        yield from more(person)


def rows_in(project: Project) -> Iterator[tuple[str, Iterator[Row]]]:
    """(name of the table, its rows) of all that git does not hold of a project: discussions, releases, settings."""
    for model, path in IN_PROJECT.items():
        yield _name(model), rows(model, models.Q((path, project.pk)))


def _links(model: type[models.Model], to: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if field.related_model is to]


def _name(model: type[models.Model]) -> str:
    return model._meta.model_name or ""


def rows(model: type[models.Model], condition: models.Q) -> Iterator[Row]:
    """Each row as plain facts: people by their handle, other rows by their number."""
    plain = [field for field in model._meta.concrete_fields if not SECRET.search(field.name)]
    people = [field.name for field in plain if field.related_model is User]
    several = [field.name for field in model._meta.many_to_many]
    found = model._default_manager.filter(condition).order_by("pk").select_related(*people)
    for row in found.prefetch_related(*several).iterator(BATCH):
        facts: Row = {field.name: _plain(getattr(row, field.attname)) for field in plain if field.name not in people}
        for name in people:
            who = getattr(row, name)
            facts[name] = who.username if who else None
        for name in several:
            facts[name] = [str(one) for one in getattr(row, name).all()]
        yield facts


def _plain(value: Any) -> Any:
    """A file by its name."""
    return value.name if isinstance(value, FieldFile) else value
