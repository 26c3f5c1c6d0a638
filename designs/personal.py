"""Every row that is a person's own or of their projects, as plain facts, for the export. Secrets stay here."""

import re
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from accounts.models import User
from designs.models import Event, Export, File, LfsObject, Project, ProjectRedirect, Revision

SECRET = re.compile(r"secret|credential|password|token|digest|sealed|(^|_)key$|^fence$|^worker$")
DERIVED: tuple[type[models.Model], ...] = (File, Revision, LfsObject, ProjectRedirect, Event, Export)
BATCH = 500
Row = dict[str, Any]


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
    """(name of the table, its rows) of all that this person wrote, liked, locked or asked for in projects."""
    for model in _models():
        links = [field.name for field in _links(model, User)]
        if links and model is not Project:
            mine = models.Q(*((name, person.pk) for name in links), _connector=models.Q.OR)
            yield _name(model), _rows(model, mine)


def rows_in(project: Project) -> Iterator[tuple[str, Iterator[Row]]]:
    """(name of the table, its rows) of all that git does not hold of a project: discussions, releases, settings."""
    yield "project", _rows(Project, models.Q(pk=project.pk))
    for model in _models():
        for field in _links(model, Project):
            if model is not Project:
                yield _name(model), _rows(model, models.Q((field.name, project.pk)))
                break
        else:
            if any(field.name == "issue" for field in model._meta.concrete_fields):
                yield _name(model), _rows(model, models.Q(issue__project=project))


def _models() -> list[type[models.Model]]:
    return [one for one in apps.get_app_config("designs").get_models() if one not in DERIVED]


def _links(model: type[models.Model], to: type[models.Model]) -> "list[models.Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if field.related_model is to]


def _name(model: type[models.Model]) -> str:
    return model._meta.model_name or ""


def _rows(model: type[models.Model], condition: models.Q) -> Iterator[Row]:
    plain = [field for field in model._meta.concrete_fields if not SECRET.search(field.name)]
    named = [field.name for field in plain if field.related_model in (User, Project)]
    several = [field.name for field in model._meta.many_to_many]
    with_owner = [f"{field.name}__namespace" for field in plain if field.related_model is Project]
    found = model._default_manager.filter(condition).order_by("pk").select_related(*named, *with_owner)
    for row in found.prefetch_related(*several).iterator(BATCH):
        facts: Row = {}
        for field in plain:
            value = getattr(row, field.name if field.name in named else field.attname)
            facts[field.name] = str(value) if field.name in named and value is not None else value
        for name in several:
            facts[name] = [str(one) for one in getattr(row, name).all()]
        yield facts
