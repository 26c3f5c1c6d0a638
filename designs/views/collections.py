"""What people collect and like. Each visitor sees those projects in them that they may see."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.models import Namespace, User
from designs.actions.errors import RefusedError
from designs.actions.like import save_collection
from designs.issue_forms import CollectionForm
from designs.models import Collection, Project
from designs.views.cards import cards
from designs.views.lookup import namespace_for
from designs.views.page import answers
from designs.views.paging import page_number
from designs.views.sign_in import signed_in

PER_PAGE = 24


def _owner(request: HttpRequest, handle: str) -> tuple[Namespace, User]:
    namespace = namespace_for(request, handle)
    if namespace.user is None or namespace.user.deleted_at:
        raise Http404("only people collect")
    return namespace, namespace.user


def _visible(request: HttpRequest, owner: User) -> "Q":
    """Which projects of somebody's list a visitor sees: unlisted ones only the owner of the list."""
    mine = request.user.is_authenticated and request.user.pk == owner.pk
    shown = Project.objects.visible_to(request.user) if mine else Project.objects.listed_for(request.user)
    return Q(pk__in=shown.values("pk"))


@answers
def collections(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The collections of a person; the owner makes new ones here."""
    namespace, owner = _owner(request, handle)
    is_me = request.user == owner
    form = CollectionForm(request.POST or None) if is_me else None
    if request.method == "POST":
        signed_in(request)
        if form is None:
            raise Http404("not yours")
        if form.is_valid():
            try:
                made = save_collection(by=owner, **form.cleaned_data)
            except RefusedError as refused:
                form.add_error(None, str(refused))
            else:
                return redirect("designs:collection", handle, made.slug)
    inside = Q(projects__in=Project.objects.filter(_visible(request, owner)).values("pk"))
    rows = Collection.objects.visible_to(request.user).filter(user=owner)
    rows = rows.annotate(count=Count("projects", filter=inside)).order_by("name", "pk")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    context = {"namespace": namespace, "owner": owner, "is_me": is_me, "page": page, "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "designs/collections.html", context, status=status)


@answers
def collection(request: HttpRequest, handle: str, collection: str) -> HttpResponseBase:
    """One collection; its owner changes and deletes it here."""
    namespace, owner = _owner(request, handle)
    found = get_object_or_404(Collection.objects.visible_to(request.user), user=owner, slug=collection)
    is_me = request.user == owner
    form = CollectionForm(request.POST or None, instance=found) if is_me else None
    if request.method == "POST":
        signed_in(request)
        if form is None:
            raise Http404("not yours")
        if request.POST.get("action") == "delete":
            found.delete()
            return redirect("designs:collections", handle)
        if form.is_valid():
            save_collection(by=owner, collection=found, **form.cleaned_data)
            return redirect(reverse("designs:collection", args=[handle, found.slug]))
    projects = Project.objects.filter(_visible(request, owner), collections=found).with_card()
    page = Paginator(projects.order_by("name", "pk"), PER_PAGE).get_page(page_number(request))
    context = {
        "namespace": namespace,
        "owner": owner,
        "collection": found,
        "is_me": is_me,
        "page": page,
        "cards": cards(list(page)),
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "designs/collection.html", context, status=status)


@answers
def likes(request: HttpRequest, handle: str) -> HttpResponseBase:
    """What a person likes, last liked first."""
    namespace, owner = _owner(request, handle)
    liked = Project.objects.filter(_visible(request, owner), likes__user=owner).with_card()
    page = Paginator(liked.order_by("-likes__pk"), PER_PAGE).get_page(page_number(request))
    context = {"namespace": namespace, "owner": owner, "page": page, "cards": cards(list(page))}
    return render(request, "designs/likes.html", context)
