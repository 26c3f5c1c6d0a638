"""Two versions of a part are compared in words and volumes; a repair is a copy, never the original."""

import pytest
from django.urls import reverse

from designs import contents, results
from designs.actions.rebuild import queue_analyses
from designs.models import Comparison, Repair
from jobs.worker import Worker
from tests import solids
from tests.factories import commit, make_project, make_user

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    return make_user("ada")


@pytest.fixture
def project(ada):
    return make_project(ada)


def address(name, project, *rest):
    return reverse(f"designs:{name}", args=[project.namespace.handle, project.slug, *rest])


def test_a_push_of_a_new_version_is_compared_with_the_one_before(project, client):
    first = commit(project, {"part.stl": solids.box()})
    second = commit(project, {"part.stl": solids.box((30.0, 20.0, 12.0))})
    Worker().drain()
    row = Comparison.objects.get()
    assert (row.before_sha256, row.after_sha256) == (first.files.get().sha256, second.files.get().sha256)
    assert row.facts["added_mm3"] == pytest.approx(30 * 20 * 2)
    assert row.facts["removed_mm3"] == pytest.approx(0, abs=1e-6)
    page = client.get(address("commit", project, second.commit)).content.decode()
    assert "1.20 cm³ added at one place" in page
    assert "<mesh-compare" in page
    model = client.get(address("comparison_model", project, first.files.get().pk, second.files.get().pk))
    assert b"".join(model.streaming_content)[:4] == b"glTF"


def test_the_history_of_a_file_answers_for_each_version(project, client):
    commit(project, {"part.stl": solids.box()})
    commit(project, {"part.stl": solids.box((30.0, 20.0, 10.01))})
    Worker().drain()
    page = client.get(address("history", project, "main/part.stl")).content.decode()
    assert page.count('class="answer small"') == 1
    assert "less than a print shows: no need to reprint" in page


def test_two_versions_far_apart_are_compared_when_somebody_looks(project, client):
    revisions = [commit(project, {"part.stl": solids.box((30.0, 20.0, height))}) for height in (10.0, 11.0, 14.0)]
    Worker().drain()
    span = f"{revisions[0].commit}...{revisions[2].commit}"
    page = client.get(address("compare", project, span)).content.decode()
    assert "are being compared" in page
    assert Comparison.objects.count() == 3
    Worker().drain()
    page = client.get(address("compare", project, span) + "?path=part.stl").content.decode()
    assert "2.40 cm³ added" in page
    assert client.get(address("compare", project, "main...nowhere")).status_code == 404
    assert client.get(address("compare", project, "main")).status_code == 404


def test_the_api_compares_too(project, client):
    first = commit(project, {"part.stl": solids.box()})
    commit(project, {"part.stl": solids.box((30.0, 25.0, 10.0))})
    Worker().drain()
    asked = {"before": first.commit, "after": "main", "path": "part.stl"}
    answer = client.get("/api/v1/projects/ada/widget/comparisons", asked).json()
    assert answer["state"] == "ready"
    assert answer["advice"] == "reprint"
    assert answer["facts"]["added_mm3"] == pytest.approx(30 * 5 * 10)


def test_a_stranger_asks_no_repair(project, client):
    commit(project, {"part.stl": solids.box(drop=1)})
    page = address("repair", project, project.files.get(path="part.stl").pk)
    assert client.post(page)["Location"].startswith("/accounts/login/")
    assert not Repair.objects.exists()


def test_a_repair_is_reported_downloaded_and_committed_on_a_branch_of_its_own(project, ada, client):
    commit(project, {"part.stl": solids.box(drop=1)})
    file = project.files.get(path="part.stl")
    client.force_login(ada)
    page = address("repair", project, file.pk)
    assert client.post(page).status_code == 302
    assert "Being repaired" in client.get(page).content.decode()
    Worker().drain()
    shown = client.get(page).content.decode()
    assert "One hole was closed." in shown
    repaired = b"".join(client.get(address("repaired", project, file.pk)).streaming_content)
    assert int.from_bytes(repaired[80:84], "little") == 12
    tip = project.repo.tip("main")
    answer = client.post(address("repair_commit", project, file.pk))
    branch = f"repair/{file.sha256[:10]}"
    assert answer["Location"] == address("blob", project, f"{branch}/part.stl")
    assert project.repo.tip("main") == tip
    assert contents.read(project, project.repo.entry(branch, "part.stl").oid, 10_000) == repaired
    Worker().drain()
    assert "Closed surface" in client.get(answer["Location"]).content.decode()


def test_a_sound_part_needs_no_repair_and_gives_no_file(project, ada, client):
    commit(project, {"part.stl": solids.box()})
    file = project.files.get(path="part.stl")
    client.force_login(ada)
    client.post(address("repair", project, file.pk))
    Worker().drain()
    assert "Nothing to repair" in client.get(address("repair", project, file.pk)).content.decode()
    assert client.get(address("repaired", project, file.pk)).status_code == 404


def test_a_part_drawn_in_inches_is_measured_anew_in_mm_once_its_owner_has_said_so(project, client, ada):
    file = commit(project, {"part.stl": solids.box((2.0, 1.0, 0.5))}).files.get()
    Worker().drain()
    guessed = results.of_files(project, [file])[0]
    client.force_login(ada)
    client.post(address("units", project, file.pk), {"units": "inch", "ref": "main"})
    file.refresh_from_db()
    at_once = results.of_files(project, [file])[0]
    assert at_once.facts["size_mm"] == pytest.approx([50.8, 25.4, 12.7])
    assert at_once.model_url == guessed.model_url
    Worker().drain()
    measured = results.of_files(project, [file])[0]
    assert measured.facts["size_mm"] == pytest.approx([50.8, 25.4, 12.7])
    assert measured.facts["wall_min_mm"] == pytest.approx(12.7, rel=0.01)
    assert measured.facts["thin_area_mm2"] == [0, 0, 0]
    assert measured.facts["units_guess"] == {"unit": "inch", "confidence": 1.0, "reason": "owner"}
    assert measured.model_url != guessed.model_url, "the viewer shows it in mm"
    newer = commit(project, {"part.stl": solids.box((2.0, 1.0, 0.75))}).files.get()
    Worker().drain()
    assert results.of_files(project, [newer])[0].facts["size_mm"] == pytest.approx([50.8, 25.4, 19.05])
    assert queue_analyses() == 0
