"""Which project lies at an address, for programs: old addresses answer in place."""

import re

from django.contrib.auth.models import AnonymousUser

from accounts.models import HandleRedirect, User
from designs.models import Project, ProjectRedirect

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


def find_project(user: User | AnonymousUser, handle: str, slug: str) -> Project | None:
    """The project at this address, or the one that was there before, if this person may see it."""
    if not NAME.fullmatch(handle) or not NAME.fullmatch(slug):
        return None
    visible = Project.objects.visible_to(user).with_card()
    handle = handle.lower()
    found = visible.filter(namespace__handle=handle, slug=slug).first()
    if found:
        return found
    renamed = HandleRedirect.objects.filter(handle=handle).values_list("namespace__handle", flat=True).first()
    current = renamed or handle
    if renamed and (found := visible.filter(namespace__handle=current, slug=slug).first()):
        return found
    old = ProjectRedirect.objects.filter(namespace__handle=current, slug=slug).values("project")
    return visible.filter(pk__in=old).first()
