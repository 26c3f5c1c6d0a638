"""Projects as search sees them: a plain list over the database until an engine takes over."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from designs.models import Project
from search.types import Query, Results


def find(query: Query, user: AbstractBaseUser | AnonymousUser) -> Results:
    """Projects whose words contain every word of the query, newest first."""
    rows = Project.objects.listed_for(user)  # type: ignore[arg-type]
    for word in query.text.replace("\0", "").split()[:12]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(summary__icontains=word)
            | Q(tags__icontains=word)
            | Q(materials__icontains=word)
            | Q(namespace__handle__icontains=word)
        )
    page = rows.order_by("-updated_at", "-pk").values_list("pk", flat=True)
    return Results(rows.count(), list(page[query.offset : query.offset + query.limit]))
