"""Settings of a project, and the trash."""

from collections.abc import Callable

from django.conf import settings as site
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Namespace, User
from designs import large_files, policy
from designs.actions.change_project import move_project, update_project
from designs.actions.choose_locks import choose_locks
from designs.actions.errors import RefusedError
from designs.actions.trash_project import restore_project, trash_project
from designs.forms import AddressForm, CollaboratorForm, SettingsForm, TransferForm
from designs.models import Collaborator, Project
from designs.views.lookup import person
from designs.views.page import project_page, show
from storage.lfs import attributes

DESCRIBED = (
    "name", "summary", "licence", "category", "tags", "processes", "materials", "visibility", "default_branch",
)  # fmt: skip


class Forms:
    """The forms of the page; the one that was sent is bound."""

    def __init__(self, request: HttpRequest, project: Project) -> None:
        self.action = request.POST.get("action", "")
        branches = [ref.name for ref in project.repo.branches()]
        initial = {name: getattr(project, name) for name in DESCRIBED}
        sent = request.POST
        self.describe = SettingsForm(sent if self.action == "describe" else None, branches=branches, initial=initial)
        self.address = AddressForm(sent if self.action == "address" else None, initial={"slug": project.slug})
        self.invite = CollaboratorForm(sent if self.action == "invite" else None)
        self.transfer = TransferForm(sent if self.action == "transfer" else None)


@project_page("manage")
def settings(request: HttpRequest, project: Project) -> HttpResponse:
    """Metadata, address, collaborators, transfer, deletion: one form each."""
    forms = Forms(request, project)
    act = _ACTIONS.get(forms.action)
    status = 200
    if request.method == "POST" and act:
        answer = act(request, project, forms)
        if answer is not None:
            return answer
        status = 422
        project.refresh_from_db()
    context = {
        "forms": forms,
        "can_own": policy.can_own(request.user, project),
        "collaborators": list(project.collaborators.select_related("user").order_by("pk")),
        "trash_days": site.TRASH_DAYS,
        "asks_for_locks": attributes.asks_for_locks(large_files.attributes_of(project)),
    }
    return show(request, project, "designs/settings.html", context, tab="settings", status=status)


def _back(request: HttpRequest, project: Project, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("designs:settings", project.namespace.handle, project.slug)


def _describe(request: HttpRequest, project: Project, forms: Forms) -> HttpResponse | None:
    if not forms.describe.is_valid():
        return None
    try:
        update_project(project, forms.describe.cleaned_data)
    except RefusedError as refused:
        forms.describe.add_error(None, str(refused))
        return None
    return _back(request, project, _("Saved."))


def _address(request: HttpRequest, project: Project, forms: Forms) -> HttpResponse | None:
    if not forms.address.is_valid():
        return None
    try:
        move_project(project, slug=forms.address.cleaned_data["slug"], by=person(request))
    except RefusedError as refused:
        forms.address.add_error("slug", str(refused))
        return None
    return _back(request, project, _("The project has a new address. The old one leads here."))


def _invite(request: HttpRequest, project: Project, forms: Forms) -> HttpResponse | None:
    if not forms.invite.is_valid():
        return None
    handle = forms.invite.cleaned_data["handle"].removeprefix("@").lower()
    user = User.objects.filter(username=handle, deleted_at=None, is_active=True).first()
    if user is None:
        forms.invite.add_error("handle", _("There is nobody with this handle."))
        return None
    role = forms.invite.cleaned_data["role"]
    Collaborator.objects.update_or_create(project=project, user=user, defaults={"role": role})
    return _back(request, project, _("%(person)s has access now.") % {"person": user})


def _remove(request: HttpRequest, project: Project, _forms: Forms) -> HttpResponse | None:
    number = request.POST.get("collaborator", "")
    if number.isdecimal():
        project.collaborators.filter(pk=int(number)).delete()
    return _back(request, project, _("Access removed."))


def _locks(request: HttpRequest, project: Project, _forms: Forms) -> HttpResponse | None:
    try:
        changed = choose_locks(project, wanted=request.POST.get("wanted") == "yes", by=person(request))
    except RefusedError as refused:
        messages.error(request, str(refused))
        return None
    said = _("Saved as a commit: .gitattributes tells every clone.") if changed else _("It is so already.")
    return _back(request, project, said)


def _transfer(request: HttpRequest, project: Project, forms: Forms) -> HttpResponse | None:
    _must_own(request, project)
    if not forms.transfer.is_valid():
        return None
    handle = forms.transfer.cleaned_data["owner"].removeprefix("@").lower()
    target = Namespace.objects.filter(handle=handle).first()
    if target is None:
        forms.transfer.add_error("owner", _("There is no such handle."))
        return None
    try:
        move_project(project, to=target, by=person(request))
    except RefusedError as refused:
        forms.transfer.add_error("owner", str(refused))
        return None
    messages.success(request, _("The project has a new owner. The old address leads here."))
    return redirect(project)


def _delete(request: HttpRequest, project: Project, _forms: Forms) -> HttpResponse | None:
    _must_own(request, project)
    if request.POST.get("name", "").strip() != str(project):
        messages.error(request, _("Type the project's address to delete it."))
        return None
    trash_project(project)
    messages.success(request, _("The project is in the trash."))
    return redirect("designs:trash")


def _must_own(request: HttpRequest, project: Project) -> None:
    if not policy.can_own(request.user, project):
        raise PermissionDenied


_ACTIONS: dict[str, Callable[[HttpRequest, Project, Forms], HttpResponse | None]] = {
    "describe": _describe,
    "address": _address,
    "invite": _invite,
    "remove": _remove,
    "locks": _locks,
    "transfer": _transfer,
    "delete": _delete,
}


@login_required
def trash(request: HttpRequest) -> HttpResponse:
    """Deleted projects that their owner may still take back."""
    rows = Project.objects.exclude(deleted_at=None).with_card().order_by("-deleted_at")
    projects = list(_own(request, rows))
    return render(request, "designs/trash.html", {"projects": projects, "trash_days": site.TRASH_DAYS})


def _own(request: HttpRequest, rows: QuerySet[Project]) -> QuerySet[Project]:
    user = person(request)
    managing = ["owner", "maintainer"]
    return rows.filter(
        Q(namespace__user=user)
        | Q(
            namespace__organisation__memberships__user=user,
            namespace__organisation__memberships__role__in=managing,
        )
    ).distinct()


@require_POST
@login_required
def restore(request: HttpRequest, project_id: int) -> HttpResponse:
    """Take a project back from the trash."""
    rows = _own(request, Project.objects.exclude(deleted_at=None).with_card())
    project = get_object_or_404(rows, pk=project_id)
    try:
        restore_project(project)
    except RefusedError as refused:
        messages.error(request, str(refused))
        return redirect("designs:trash")
    messages.success(request, _("The project is back."))
    return redirect(project)
