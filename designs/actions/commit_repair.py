"""Commit a repaired file on a branch of its own, so that nothing changes silently."""

import shutil
import tempfile
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from designs.actions.commit_files import commit_files
from designs.mesh import export
from designs.models import File, Project
from storage import blobs
from storage.git.types import Put


def commit_repair(project: Project, file: File, content: str, *, by: User) -> tuple[str, str]:
    """Commit the blob `content` as the repaired version of a file. Returns its branch and its path there.

    In its own format a file keeps its name, so that the branch can be compared with the default one; of a format that
    we cannot write, or of a packed file, an STL is made beside the original. Raises RefusedError.
    """
    original = PurePosixPath(file.path)
    keeps = export.format_for(file.format) == file.format and original.suffix.lower() != ".gz"
    path = file.path if keeps else str(original.with_suffix(".repaired.stl"))
    branch = f"repair/{file.sha256[:10]}"
    with tempfile.TemporaryDirectory(dir=settings.UPLOADS_DIR) as room:
        source = Path(room) / "repaired"
        with blobs.open_blob(content) as repaired, source.open("wb") as target:
            shutil.copyfileobj(repaired, target)
        message = _("Repair the mesh of %(path)s") % {"path": file.path}
        commit_files(project, [Put(path, source)], by=by, message=message, branch=branch)
    return branch, path
