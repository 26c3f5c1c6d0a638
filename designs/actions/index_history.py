"""Index a whole history in steps, so that no transaction lasts long and a killed worker goes on where it was."""

from collections.abc import Callable

from designs.actions.receive_push import receive_push
from designs.models import Project
from storage.git.transfer import Progress

STEP = 100


def index_history(project: Project, tick: Callable[[Progress], None], *, but_last: bool = False) -> int:
    """Index every branch, the default one last so that its page is whole at once. Returns the number of commits.

    Nobody is told of each old commit. `but_last` leaves the last step of each branch to a push that tells of it.
    `tick` hears of commits done, of how many, and may raise to stop.
    """
    repo = project.repo
    branches = sorted(repo.branches(), key=lambda ref: ref.name == project.default_branch)
    seen = set(project.revisions.values_list("commit", flat=True))
    waiting = {}
    for ref in branches:
        commits = [commit.id for commit in repo.between([], ref.commit)]
        waiting[ref.name] = [commit for commit in commits if commit not in seen]
        seen.update(commits)
    total, done = sum(map(len, waiting.values())), 0
    for ref in branches:
        old = None
        for new in [*waiting[ref.name][STEP - 1 : -1 : STEP], *([] if but_last else [ref.commit])]:
            tick(Progress(done, total, 0))
            receive_push(project, ref.name, old, new, by=None, known={}, is_news=False)
            done = min(done + STEP, total)
            old = new
    return total
