"""The chosen engine: one function that answers queries for one person."""

from collections.abc import Callable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from search.types import Query, Results

Find = Callable[[Query, AbstractBaseUser | AnonymousUser], Results]
_chosen: list[Find] = []


def use(find: Find) -> None:
    """Answer searches with this function from now on."""
    _chosen[:] = [find]


def search(query: Query, user: AbstractBaseUser | AnonymousUser) -> Results:
    """What the person may see of what matches. Raises LookupError before an engine is chosen."""
    if not _chosen:
        raise LookupError("no search engine is in use")
    return _chosen[0](query, user)
