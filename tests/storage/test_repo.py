"""Traps around a repository: the server's environment, odd people, odd paths."""

import pytest

from storage.git.errors import MissingPathError
from storage.git.repo import Repo
from storage.git.types import Put, Signature


@pytest.fixture
def repo(tmp_path):
    return Repo.create(tmp_path / "r.git")


def _commit(repo, tmp_path, name="Ada"):
    source = tmp_path / "source"
    source.write_bytes(b"x")
    return repo.commit("main", [Put("a/b.txt", source)], author=Signature(name, "a@example.org"), message="m")


def test_the_servers_own_git_variables_do_not_reach_git(repo, tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1999-01-01T00:00:00Z")
    assert repo.commit_info(_commit(repo, tmp_path)).at.year > 2000


@pytest.mark.parametrize(("name", "kept"), [("<>", "Somebody"), ("Ada\nLovelace", "Ada Lovelace"), ("Zoé", "Zoé")])
def test_any_name_of_a_person_can_sign_a_commit(repo, tmp_path, name, kept):
    assert repo.commit_info(_commit(repo, tmp_path, name)).author_name == kept


@pytest.mark.parametrize("path", ["../x", "a/../a/b.txt", "a//b.txt", ".", "", "a/c", "x\0y"])
def test_a_path_that_is_not_plain_is_missing(repo, tmp_path, path):
    commit = _commit(repo, tmp_path)
    with pytest.raises(MissingPathError):
        repo.entry(commit, path)
