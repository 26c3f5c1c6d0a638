"""Forks as a visitor may see them: the head of a page, the tree of a network, who is ahead of whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.db.models import Q

from accounts.models import User
from designs.models import Project
from storage.git import forks
from storage.git.errors import GitError

Person = User | AnonymousUser
Count = tuple[int, int]
"""Commits ahead of the parent, and behind it."""
MOST = 5000
DEEPEST = 8
KEPT_SECONDS = 30 * 86400
_IDS = """
WITH RECURSIVE above(id, parent) AS (
    SELECT id, forked_from_id FROM designs_project WHERE id = %s
    UNION SELECT p.id, p.forked_from_id FROM designs_project p JOIN above ON p.id = above.parent
), below(id, parent) AS (
    SELECT id, parent FROM above WHERE parent IS NULL
    UNION SELECT p.id, p.forked_from_id FROM designs_project p JOIN below ON p.forked_from_id = below.id
)
SELECT id, parent FROM below LIMIT %s
"""


class Head:
    """What the head of a project's page says of forks; each answer is asked for when the page shows it."""

    def __init__(self, project: Project, user: Person) -> None:
        self._project, self._user = project, user

    @cached_property
    def count(self) -> int:
        """Forks that the visitor may see."""
        return Project.objects.listed_for(self._user).filter(forked_from=self._project.pk).count()

    @property
    def is_fork(self) -> bool:
        """Whether it was forked from anything, be that still there or not."""
        return bool(self._project.forked_licence)

    @cached_property
    def parent(self) -> Project | None:
        """What it was forked from, if the visitor may see that."""
        if self._project.forked_from_id is None:
            return None
        seen = Project.objects.visible_to(self._user).with_card()
        return seen.filter(pk=self._project.forked_from_id).first()

    @cached_property
    def status(self) -> Count | None:
        """Ahead and behind of the parent, where that can be told."""
        if self.parent is None:
            return None
        key = f"ahead:{self._project.pk}:{self.parent.pk}"
        return counts(key, [(self._project, self.parent)]).get(self._project.pk)


@dataclass
class Node:
    """One project of a network, below the nearest one that is shown."""

    project: Project
    parent: Project | None
    depth: int
    count: Count | None = None
    likes: int = 0
    children: list["Node"] = field(default_factory=list)

    @property
    def indent(self) -> int:
        """How far to the right it is drawn."""
        return min(self.depth, DEEPEST)


def network(project: Project, user: Person) -> list[Node]:
    """All that this visitor may see of the forks around a project, each after its parent; others are as if not there.

    In two queries. What hangs below a project that may not be seen hangs below the next one above it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [project.pk, MOST])
        parents = dict(cursor.fetchall())
    listed = Q(pk__in=Project.objects.listed_for(user).filter(pk__in=parents).values("pk"))
    shown = Project.objects.alive().filter(listed | Q(pk=project.pk)).with_card().order_by("created_at", "pk")
    nodes = {one.pk: Node(one, None, 0) for one in shown}
    roots = []
    for key, node in nodes.items():
        above = _shown_above(parents, nodes, key)
        if above is None:
            roots.append(node)
        else:
            node.parent = above.project
            above.children.append(node)
    return _flat(roots)


def _shown_above(parents: Mapping[int, int | None], nodes: Mapping[int, Node], key: int) -> Node | None:
    above = parents.get(key)
    while above is not None and above not in nodes:
        above = parents.get(above)
    return nodes[above] if above is not None else None


def _flat(roots: Sequence[Node]) -> list[Node]:
    found = []
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        found.append(node)
        for child in reversed(node.children):
            child.depth = node.depth + 1
            waiting.append(child)
    return found


def counts(key: str, pairs: Iterable[tuple[Project, Project]]) -> dict[int, Count]:
    """Project id -> commits ahead of and behind the other of its pair, by the tips of their default branches.

    Counted once for each pair of tips; `key` names where they are kept. Pairs that cannot be counted are left out.
    """
    kept: dict[tuple[str, str], Count] = cache.get(f"network:1:{key}") or {}
    found: dict[tuple[str, str], Count] = {}
    wanted = {}
    for one, other in pairs:
        tips = (one.head, other.head)
        if all(tips):
            wanted[one.pk] = tips
            if (counted := kept.get(tips) or _count(one, other)) is not None:
                found[tips] = counted
    if found.keys() - kept.keys():
        cache.set(f"network:1:{key}", found, KEPT_SECONDS)
    return {pk: found[tips] for pk, tips in wanted.items() if tips in found}


def _count(one: Project, other: Project) -> Count | None:
    try:
        return forks.ahead_behind(one.path, one.head, other.path, other.head)
    except GitError:
        return None
