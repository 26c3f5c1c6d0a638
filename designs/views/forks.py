"""Fork a project, bring a fork up to date, look at the network of forks, read whose work it is."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs import networks
from designs.actions import licence_gate
from designs.actions.errors import RefusedError
from designs.actions.fork_project import fork_project
from designs.actions.sync_fork import sync_fork
from designs.attribution import attribution as attribute
from designs.attribution import file_name
from designs.fork_form import ForkForm
from designs.markup import render
from designs.models import Project
from designs.standing import likes_of
from designs.views.lookup import person
from designs.views.page import project_page, show
from designs.views.sign_in import signed_in

PER_PAGE = 50


@project_page()
def fork(request: HttpRequest, project: Project) -> HttpResponseBase:
    """Choose whose the fork shall be, its name, its licence and who sees it; then it is there."""
    signed_in(request)
    user = person(request)
    form = ForkForm(request.POST or None, user=user, source=project, licences=licence_gate.choices(project.licence))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        owner = values.pop("owner")
        try:
            made = fork_project(project, to=owner, by=user, **values)
        except RefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The fork is yours: change it as you like."))
            return redirect(made)
    mine = Project.objects.alive().with_card().filter(forked_from=project, namespace__user=user)
    context = {"form": form, "mine": list(mine[:5])}
    return show(request, project, "designs/fork.html", context, tab="", status=422 if form.errors else 200)


@project_page()
def network(request: HttpRequest, project: Project) -> HttpResponse:
    """The tree of forks, with who is ahead of whom."""
    nodes = networks.network(project, request.user)
    page = Paginator(nodes, PER_PAGE).get_page(request.GET.get("page"))
    here = list(page.object_list)
    counted = networks.counts(
        f"{nodes[0].project.pk}:{page.number}", [(node.project, node.parent) for node in here if node.parent]
    )
    likes = likes_of([node.project for node in here])
    for node in here:
        node.count = counted.get(node.project.pk)
        node.likes = likes.get(node.project.pk, 0)
    context = {"page": page, "nodes": here, "total": len(nodes)}
    return show(request, project, "designs/network.html", context, tab="network")


@require_POST
@project_page("write")
def sync(request: HttpRequest, project: Project) -> HttpResponse:
    """Take over what is new in the project that this one was forked from."""
    try:
        sync_fork(project, by=person(request))
    except RefusedError as refused:
        (messages.info if refused.code == "no-change" else messages.error)(request, str(refused))
    else:
        messages.success(request, _("Your fork has all that is new."))
    return redirect(project)


@project_page()
def attribution(request: HttpRequest, project: Project, ref: str) -> HttpResponse:
    """Who made a version, under which licence and from what: what goes with every ZIP of it."""
    commit = project.repo.resolve(ref)
    top = [entry.path for entry in project.repo.tree(commit)]
    context = {
        "ref": ref,
        "commit": commit,
        "text": render(attribute(project, commit)),
        "name": file_name(top),
    }
    return show(request, project, "designs/attribution.html", context, tab="")
