"""How a project stands with its readers, and with the one who asks: for the head of each of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership, User
from designs.models import Collaborator, Collection, CollectionItem, Issue, Like, Make, Project, Watch


@dataclass
class Standing:
    """Likes, open issues, makes, and what this person has to do with the project."""

    project: Project
    user: User | AnonymousUser
    likes: int
    open_issues: int
    open_contributions: int
    makes: int
    liked: bool
    level: str

    @cached_property
    def collections(self) -> list[tuple[Collection, bool]]:
        """The person's collections, and whether the project lies in each."""
        if not self.user.is_authenticated:
            return []
        inside = CollectionItem.objects.filter(collection=OuterRef("pk"), project=self.project)
        rows = self.user.collections.all()
        holding = set(rows.filter(Exists(inside)).values_list("pk", flat=True))
        return [(row, row.pk in holding) for row in rows]

    @property
    def levels(self) -> list[tuple[str, str]]:
        """The levels of watching, as words."""
        return [(str(value), str(label)) for value, label in Watch.Level.choices]


def standing(project: Project, user: User | AnonymousUser) -> Standing:
    """In one query; the collections in another where a page asks for them."""
    me = user.pk or 0
    open_ones = Issue.objects.filter(project=OuterRef("pk"), state=Issue.State.OPEN, hidden_at=None).exclude(
        kind=Issue.Kind.CONTRIBUTION
    )
    offered = Issue.objects.filter(
        project=OuterRef("pk"), state=Issue.State.OPEN, hidden_at=None, kind=Issue.Kind.CONTRIBUTION
    )
    row = (
        Project.objects.filter(pk=project.pk)
        .annotate(
            liking=_count(Like.objects.filter(project=OuterRef("pk")), "project"),
            opened=_count(open_ones, "project"),
            offered=_count(offered, "project"),
            made=_count(Make.objects.filter(project=OuterRef("pk"), is_public=True), "project"),
            mine=Exists(Like.objects.filter(project=OuterRef("pk"), user=me)),
            chosen=Subquery(Watch.objects.filter(project=OuterRef("pk"), user=me).values("level")[:1]),
            member=Exists(Collaborator.objects.filter(project=OuterRef("pk"), user=me))
            | Exists(Membership.objects.filter(organisation__namespace__projects=OuterRef("pk"), user=me))
            | Q(namespace__user=me),
        )
        .values("liking", "opened", "offered", "made", "mine", "chosen", "member")
        .get()
    )
    fallback = Watch.Level.ALL if row["member"] else Watch.Level.PARTICIPATING
    return Standing(
        project=project,
        user=user,
        likes=row["liking"],
        open_issues=row["opened"],
        open_contributions=row["offered"],
        makes=row["made"],
        liked=row["mine"],
        level=str(row["chosen"] or fallback),
    )


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def likes_of(projects: Sequence[Project]) -> dict[int, int]:
    """Project id -> how many like it, in one query."""
    rows = Like.objects.filter(project__in=[project.pk for project in projects]).order_by()
    return dict(rows.values_list("project").annotate(n=Count("pk")))
