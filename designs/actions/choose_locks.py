"""Whether the large files of a project are to be locked before somebody changes them: a word in .gitattributes."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.commit_files import commit_files
from designs.large_files import attributes_of
from designs.models import Project
from storage.git.types import Put
from storage.lfs import attributes


def choose_locks(project: Project, *, wanted: bool, by: User) -> bool:
    """Commit the choice to the default branch. False where it was so already. Raises RefusedError."""
    before = attributes_of(project)
    after = attributes.with_locks(before, wanted=wanted)
    if after == before:
        return False
    message = _("Large files are locked before they are changed") if wanted else _("Large files need no lock")
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as room:
        file = Path(room) / "attributes"
        file.write_bytes(after)
        commit_files(project, [Put(attributes.FILE, file)], by=by, message=message, expect=project.head)
    return True
