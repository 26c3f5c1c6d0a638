"""Restore every derived row from the repositories: revisions, files, analyses of the present kernel."""

from itertools import islice

from django.db.models import Case, Exists, OuterRef, Value, When

from designs.actions.ask_kernel import ask_analyses
from designs.actions.receive_push import BATCH, receive_push
from designs.models import Analysis, File, Project


def rebuild_project(project: Project) -> int:
    """Index every branch of a project again; what is already indexed stays. Returns the number of branches."""
    branches = project.repo.branches()
    for branch in branches:
        receive_push(project, branch.name, None, branch.commit, by=None, known={})
    return len(branches)


def queue_analyses() -> int:
    """Ask the present kernel about every content that it has not measured. Returns how many were asked for."""
    before = Analysis.objects.present().count()
    same = Analysis.objects.present().filter(sha256=OuterRef("sha256"), format=OuterRef("format"))
    stated = Case(When(units="mm", then=Value("")), default="units")
    files = File.objects.exclude(format="").annotate(stated=stated)
    wanted = files.exclude(Exists(same.filter(units=OuterRef("stated"))))
    contents = wanted.values_list("sha256", "format", "units").distinct().iterator(BATCH)
    while batch := list(islice(contents, BATCH)):
        ask_analyses(batch)
    return Analysis.objects.present().count() - before
