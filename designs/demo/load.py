"""Load the samples through the same actions as everybody's."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from accounts.actions.create_person import create_person
from accounts.models import User
from designs.actions.commit_files import commit_files
from designs.actions.create_project import create_project
from designs.actions.publish_release import publish_release
from designs.demo.samples import PASSWORD, PEOPLE, SAMPLES, Sample, Version
from designs.models import Project
from storage.git.types import Put

AFTER: list[Callable[[], int]] = []
"""What apps above load beside the samples: each makes what is missing, and returns how many."""


def load() -> int:
    """Make the sample people, projects and what is beside them where missing. Returns how many projects were made."""
    people = {handle: person(handle) for handle in PEOPLE}
    missing = [s for s in SAMPLES if not Project.objects.filter(namespace__handle=s.owner, slug=s.slug).exists()]
    for sample in missing:
        _project(sample, people[sample.owner])
    for more in AFTER:
        more()
    return len(missing)


def person(handle: str) -> User:
    """One of the sample people, made where missing."""
    if found := User.objects.filter(username=handle).first():
        return found
    name, bio, location = PEOPLE[handle]
    person = create_person(handle, email=f"{handle}@example.org", password=PASSWORD)
    person.display_name, person.bio, person.location = name, bio, location
    person.save(update_fields=["display_name", "bio", "location"])
    return person


def _project(sample: Sample, by: User) -> None:
    project = create_project(
        by.namespace,
        by=by,
        name=sample.name,
        slug=sample.slug,
        summary=sample.summary,
        licence=sample.licence,
        tags=sample.tags,
        processes=["material-extrusion"],
        materials=sample.materials,
    )
    for version in sample.versions:
        _commit(project, version, by)


def _commit(project: Project, version: Version, by: User) -> None:
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as folder:
        edits = []
        for number, (path, content) in enumerate(version.files.items()):
            file = Path(folder) / str(number)
            file.write_bytes(content())
            edits.append(Put(path, file))
        commit_files(project, edits, by=by, message=version.message)
    if version.release:
        publish_release(project, by=by, tag=version.release, title=version.message)
