"""People, projects and commits for tests, made by the same actions as everybody's."""

import io
import tempfile
from pathlib import Path

from django.conf import settings
from PIL import Image

from accounts.actions.create_person import create_person
from accounts.models import Membership, Namespace, Organisation
from designs.actions.commit_files import commit_files
from designs.actions.create_project import create_project
from storage.git.types import Put

PASSWORD = "a long enough secret"
FIRST = {".gitattributes", "README.md"}
"""The files that a project begins with."""


def make_user(handle="ada", *, password=PASSWORD, is_staff=False):
    """A person with a handle and a verified address."""
    return create_person(handle, email=f"{handle}@example.org", password=password, is_staff=is_staff)


def make_organisation(handle="lab", *, owner, name="The Lab"):
    """An organisation with one owner."""
    organisation = Organisation.objects.create(name=name)
    Namespace.objects.create(handle=handle, organisation=organisation)
    Membership.objects.create(organisation=organisation, user=owner, role=Membership.Role.OWNER)
    return organisation


def make_project(owner, name="Widget", **values):
    """A project of a person, with its README."""
    return create_project(owner.namespace, by=owner, name=name, **values)


def commit(project, files, *, by=None, message="", **values):
    """Commit {path: bytes or text}; returns the revision."""
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as folder:
        edits = []
        for number, (path, content) in enumerate(files.items()):
            file = Path(folder) / str(number)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
            edits.append(Put(path, file))
        return commit_files(project, edits, by=by or project.created_by, message=message, **values)


def picture(size=(64, 48), kind="JPEG", **values):
    """A small photo as a file."""
    out = io.BytesIO()
    Image.new("RGB", size, "#c2400b").save(out, kind, **values)
    out.seek(0)
    return out
