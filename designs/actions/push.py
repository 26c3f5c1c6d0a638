"""One push: asked before refs move, and told after; the same rows and events as after a commit on the page."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from designs import quota
from designs.actions.change_mirrors import queue_mirrors
from designs.actions.check_push import check_push
from designs.actions.receive_push import receive_push
from designs.actions.record_event import record_event
from designs.models import Event, Project
from storage.git.receive import RefUpdate
from storage.git.walks import write_commit_graph

log = logging.getLogger(__name__)


class Push:
    """What a person pushes to a project. A mark beside the repository stands until all of it is indexed."""

    def __init__(self, project: Project, by: User) -> None:
        self.project, self.by = project, by
        self._mark: Path | None = None

    def check(self, updates: Sequence[RefUpdate], env: Mapping[str, str]) -> list[str]:
        """Why the push is refused, see `check_push`."""
        refusals = check_push(self.project, updates, env, by=self.by)
        if not refusals:
            self._mark = self.project.repo.mark_unindexed()
        return refusals

    def done(self, updates: Sequence[RefUpdate]) -> list[str]:
        """Index what the push brought, and return lines for whoever pushed."""
        project = self.project
        branches = [update for update in updates if update.branch]
        files = project.files.count()
        try:
            _adopt_default(project, branches)
            for update in branches:
                _accept_branch(project, update, self.by)
            queue_mirrors(project)
            write_commit_graph(project.path)
        except Exception:
            log.exception("%s: the push is in git, but not all of it is indexed", project)
            return [_("Your push is saved. The site will catch up with it soon: %(url)s") % {"url": project.url}]
        if self._mark:
            self._mark.unlink(missing_ok=True)
        return _words(project, project.files.count() - files)


def _adopt_default(project: Project, branches: Sequence[RefUpdate]) -> None:
    """The first branch that comes into an empty project is its default, whatever it is called."""
    made = [update.branch for update in branches if update.new and update.branch]
    if project.head or not made or project.default_branch in made:
        return
    project.default_branch = made[0]
    project.repo.set_head(made[0])
    project.save(update_fields=["default_branch"])


def _accept_branch(project: Project, update: RefUpdate, by: User) -> None:
    branch = update.branch or ""
    if update.new is None:
        record_event(project, Event.Kind.BRANCH_DELETED, by=by, branch=branch, old=update.old)
    else:
        receive_push(project, branch, update.old, update.new, by=by, known={})


def _words(project: Project, files: int) -> list[str]:
    lines = ["", f"{project.name}: {project.url}"]
    if files:
        lines.append(
            ngettext("%(n)d file is being looked at.", "%(n)d files are being looked at.", files) % {"n": files}
        )
    if told := quota.told(project.namespace):
        lines.append(told)
    return [*lines, ""]
