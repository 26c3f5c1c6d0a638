"""The public page of a person or an organisation."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Membership
from designs.models import Project
from designs.views.cards import cards
from designs.views.lookup import namespace_for
from designs.views.page import answers

PER_PAGE = 24


@answers
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """Who they are and the projects that the asker may see."""
    namespace = namespace_for(request, handle)
    projects = Project.objects.listed_for(request.user).filter(namespace=namespace).with_card()
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    people = Membership.objects.select_related("user", "organisation__namespace").order_by("pk")
    if namespace.organisation_id:
        memberships = people.filter(organisation=namespace.organisation_id)
    else:
        memberships = people.filter(user=namespace.user_id)
    context = {
        "namespace": namespace,
        "owner": namespace.organisation or namespace.user,
        "is_me": request.user.is_authenticated and namespace.user_id == request.user.pk,
        "page": page,
        "cards": cards(list(page)),
        "memberships": list(memberships),
    }
    return render(request, "designs/profile.html", context)
