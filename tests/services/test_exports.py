"""What is taken away is restored by the stock clients."""

import hashlib
import io
import os
import subprocess
import zipfile

import pytest

from designs import exports
from designs.models import LfsObject
from storage import blobs
from storage.lfs.pointer import Pointer
from tests.factories import commit, make_project, make_user

pytestmark = [pytest.mark.service("git", "git-lfs"), pytest.mark.django_db]


def run(folder, script):
    """The commands of RESTORE.md as a person types them, with a home of their own."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["sh", "-ec", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_of_the_zip_restore_the_history_and_the_large_files_of_every_version(tmp_path):
    widget = make_project(make_user("ada"), name="Widget")
    commit(widget, {".gitattributes": "*.big filter=lfs diff=lfs merge=lfs -text\n"})
    contents = [os.urandom(4000), os.urandom(5000)]
    for content in contents:
        (tmp_path / "content").write_bytes(content)
        sha256 = blobs.put(tmp_path / "content")
        LfsObject.objects.create(project=widget, sha256=sha256, size=len(content))
        commit(widget, {"part one.big": Pointer(sha256, len(content)).encode()})
    with zipfile.ZipFile(io.BytesIO(b"".join(exports.with_history(widget)))) as archive:
        archive.extractall(tmp_path)
    script = (tmp_path / "widget" / "RESTORE.md").read_text().split("```sh\n")[1].split("```")[0]
    run(tmp_path / "widget", script)
    clone = tmp_path / "widget" / "widget"
    assert (clone / "part one.big").read_bytes() == contents[1]
    assert run(clone, "git status --porcelain") == ""
    assert run(clone, "git rev-parse HEAD").strip() == widget.head
    run(clone, "git lfs fsck && git checkout -q HEAD~1")
    assert hashlib.sha256((clone / "part one.big").read_bytes()).digest() == hashlib.sha256(contents[0]).digest()
