"""How much a person or organisation may store, and how much they do."""

from django.conf import settings
from django.db.models import Max, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import Namespace
from designs.models import LfsObject, Project


def limit(namespace: Namespace) -> int:
    """Bytes that may be stored; 0 where nobody counts."""
    return int(settings.QUOTA if namespace.quota is None else namespace.quota)


def usage(namespace: Namespace) -> int:
    """Bytes of the repositories, and of large files, each content once."""
    projects = Project.objects.alive().filter(namespace=namespace)
    git = projects.aggregate(total=Sum("git_bytes"))["total"] or 0
    contents = LfsObject.objects.filter(project__in=projects).values("sha256").annotate(bytes=Max("size"))
    return int(git) + sum(contents.values_list("bytes", flat=True))


def told(namespace: Namespace) -> str:
    """How much is stored and how much may be, in one line; empty where nobody counts."""
    may = limit(namespace)
    if not may:
        return ""
    words = {"used": filesizeformat(usage(namespace)), "limit": filesizeformat(may), "owner": namespace.handle}
    return (_("@%(owner)s stores %(used)s of %(limit)s.") % words).replace("\xa0", " ")


class Room:
    """What is left for a namespace while a request or a push uses it up."""

    def __init__(self, namespace: Namespace) -> None:
        self.limit = limit(namespace)
        self.left = self.limit - usage(namespace) if self.limit else 0

    def take(self, size: int) -> bool:
        """Use so many bytes up. False where they do not fit."""
        if self.limit and size > self.left:
            return False
        self.left -= size
        return True

    @property
    def sentence(self) -> str:
        """Why something did not fit, and what to do."""
        return _("This goes beyond the %(limit)s that you may store: delete what you do not need, or ask for more.") % {
            "limit": filesizeformat(self.limit)
        }
