"""The licence gate: forks, settings, uploads and merges keep to what came before."""

import pytest

from designs.actions import licence_gate
from designs.actions.change_project import update_project
from designs.actions.errors import RefusedError
from designs.actions.fork_project import fork_project
from designs.actions.trash_project import purge_trash, trash_project
from designs.models import Project
from storage.git.process import environment
from tests import factories

pytestmark = pytest.mark.django_db
NC_SIDE = "SPDX-License-Identifier: CC-BY-NC-4.0\n"


@pytest.fixture
def ada():
    return factories.make_user("ada")


@pytest.fixture
def eve():
    return factories.make_user("eve")


def _project(owner, licence, **values):
    return factories.make_project(owner, name=licence.replace(".", " "), licence=licence, **values)


def _fork(source, by, **values):
    return fork_project(source, to=by.namespace, by=by, **values)


def test_a_fork_keeps_its_licence_or_takes_one_that_may_follow(ada, eve):
    source = _project(ada, "MIT")
    assert _fork(source, eve).licence == "MIT"
    fork = _fork(source, eve, licence="CERN-OHL-S-2.0")
    assert (fork.licence, fork.forked_licence) == ("CERN-OHL-S-2.0", "MIT")
    with pytest.raises(RefusedError) as refused:
        _fork(source, eve, licence="CC0-1.0")
    assert refused.value.code == "licence"
    assert "its authors be named" in str(refused.value)


def test_settings_of_a_fork_cannot_change_its_licence_to_one_that_may_not_follow(ada, eve):
    fork = _fork(_project(ada, "CC-BY-NC-4.0"), eve)
    with pytest.raises(RefusedError) as refused:
        update_project(fork, {"licence": "CC-BY-4.0"})
    assert "forbids commercial use" in str(refused.value)
    assert "CC-BY-NC-SA-4.0" in str(refused.value)
    assert Project.objects.get(pk=fork.pk).licence == "CC-BY-NC-4.0"
    update_project(fork, {"licence": "CC-BY-NC-SA-4.0"})
    assert Project.objects.get(pk=fork.pk).licence == "CC-BY-NC-SA-4.0"
    update_project(fork, {"licence": "CC-BY-NC-4.0"})


def test_the_licence_at_the_time_of_forking_counts_even_when_the_parent_is_gone(ada, eve, settings):
    source = _project(ada, "CC-BY-SA-4.0")
    fork = _fork(source, eve)
    settings.TRASH_DAYS = -1
    trash_project(source)
    purge_trash()
    fork = Project.objects.get(pk=fork.pk)
    with pytest.raises(RefusedError):
        update_project(fork, {"licence": "MIT"})


def test_a_parent_that_became_freer_frees_its_forks_and_one_that_became_stricter_does_not_bind_them(ada, eve):
    source = _project(ada, "CC-BY-NC-4.0")
    fork = _fork(source, eve)
    update_project(source, {"licence": "MIT"})
    fork = Project.objects.get(pk=fork.pk)
    update_project(fork, {"licence": "CERN-OHL-S-2.0"})
    free = _fork(source, eve, name="Free")
    update_project(source, {"licence": "CC-BY-NC-4.0"})
    update_project(Project.objects.get(pk=free.pk), {"licence": "CC-BY-4.0"})


def test_whoever_has_forked_nothing_chooses_freely(ada):
    project = _project(ada, "CERN-OHL-S-2.0")
    update_project(project, {"licence": "CC0-1.0"})
    assert project.licence == "CC0-1.0"


@pytest.mark.parametrize(
    "files",
    [
        {"lib.c": "// SPDX-License-Identifier: CC-BY-NC-4.0\n"},
        {"a.stl": b"solid\0", "a.stl.license": NC_SIDE},
        {"parts/LICENSE": "Creative Commons Attribution-NonCommercial 4.0 International Public License\n"},
    ],
)
def test_an_upload_under_a_licence_that_does_not_fit_is_stopped_with_the_reason(ada, files):
    project = _project(ada, "CC-BY-SA-4.0")
    head = project.head
    with pytest.raises(RefusedError) as refused:
        factories.commit(project, {"good.txt": "fine", **files})
    assert refused.value.code == "licence"
    for word in (next(iter(files)), "CC-BY-NC-4.0", "CC-BY-SA-4.0", "forbids commercial use"):
        assert word in str(refused.value)
    assert project.repo.tip("main") == head


def test_an_upload_under_a_licence_that_fits_or_that_nobody_knows_comes_in(ada):
    project = _project(ada, "GPL-3.0-or-later")
    files = {
        "a.c": "// SPDX-License-Identifier: MIT\n",
        "b.c": "// SPDX-License-Identifier: GPL-2.0-or-later\n",
        "c.c": "// SPDX-License-Identifier: LicenseRef-Mine\n",
        "COPYING": "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n",
    }
    assert factories.commit(project, files).files.count() == 4


def test_a_part_that_openly_stands_apart_keeps_its_free_licence(ada):
    project = _project(ada, "CERN-OHL-S-2.0")
    firmware = {"firmware/main.c": "// SPDX-License-Identifier: GPL-3.0-or-later\n"}
    with pytest.raises(RefusedError) as refused:
        factories.commit(project, firmware)
    assert "LICENSES/GPL-3.0-or-later.txt" in str(refused.value)
    factories.commit(project, {**firmware, "LICENSES/GPL-3.0-or-later.txt": "GNU GENERAL PUBLIC LICENSE\n"})
    factories.commit(project, {"firmware/two.c": "// SPDX-License-Identifier: GPL-3.0-or-later\n"})
    closed = {"toy.scad": f"// {NC_SIDE}", "LICENSES/CC-BY-NC-4.0.txt": "Attribution-NonCommercial\n"}
    with pytest.raises(RefusedError):
        factories.commit(project, closed)


def test_a_changed_version_without_derivatives_is_not_published_but_may_be_made_in_private(ada, eve):
    source = _project(ada, "CC-BY-ND-4.0")
    fork = _fork(source, eve)
    with pytest.raises(RefusedError) as refused:
        factories.commit(fork, {"a.txt": "changed"}, by=eve)
    assert "changed versions" in str(refused.value)
    update_project(fork, {"visibility": "private"})
    factories.commit(fork, {"a.txt": "changed"}, by=eve)
    with pytest.raises(RefusedError):
        update_project(fork, {"visibility": "public"})
    factories.commit(source, {"mine.txt": "the author changes what is theirs"})
    factories.commit(_fork(source, ada), {"mine.txt": "and in a variant"}, by=ada)


def test_a_merge_goes_only_where_the_licence_lets_it(ada, eve):
    source = _project(ada, "MIT")
    fork = _fork(source, eve, licence="GPL-3.0-or-later")
    licence_gate.check_merge(source, fork)
    licence_gate.check_merge(source, source)
    with pytest.raises(RefusedError) as refused:
        licence_gate.check_merge(fork, source)
    assert refused.value.code == "licence"
    assert "eve/mit is under GPL-3.0-or-later" in str(refused.value)


def test_files_that_a_merge_brings_are_read_as_well(ada, eve):
    source = _project(ada, "MIT")
    fork = _fork(source, eve)
    factories.commit(fork, {"a.c": "// SPDX-License-Identifier: 0BSD\n"}, by=eve)
    licence_gate.check_merge(fork, source, commit=fork.head)
    Project.objects.filter(pk=fork.pk).update(licence="GPL-3.0-only")
    fork.refresh_from_db()
    factories.commit(fork, {"b.c": "// SPDX-License-Identifier: GPL-3.0-only\n"}, by=eve)
    Project.objects.filter(pk=fork.pk).update(licence="MIT")
    fork.refresh_from_db()
    with pytest.raises(RefusedError) as refused:
        licence_gate.check_merge(fork, source, commit=fork.head)
    assert "“b.c” is under GPL-3.0-only" in str(refused.value)


def test_a_push_is_judged_as_an_upload_is(ada, eve):
    project = _project(ada, "CERN-OHL-S-2.0")
    draft = _project(ada, "CC-BY-NC-4.0")
    factories.commit(draft, {"a.scad": f"// {NC_SIDE}cube(1);", "b.txt": "fine"})
    moves = [(None, draft.head)]
    env = environment(GIT_ALTERNATE_OBJECT_DIRECTORIES=str(draft.path / "objects"))
    said = licence_gate.judge_push(project, moves, env)
    assert len(said) == 1
    assert said[0].startswith("“a.scad” is under CC-BY-NC-4.0 and cannot come into a project under CERN-OHL-S-2.0.")
    assert licence_gate.judge_push(draft, moves, env) == []
    nd = _fork(_project(ada, "CC-BY-ND-4.0"), eve)
    assert "changed versions" in licence_gate.judge_push(nd, moves, env)[0]


def test_only_licences_that_may_follow_are_offered_to_a_fork():
    assert licence_gate.choices("CC-BY-NC-4.0") == ["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"]
    assert licence_gate.choices("LicenseRef-Mine") == ["LicenseRef-Mine"]
    assert "CC0-1.0" not in licence_gate.choices("MIT")
