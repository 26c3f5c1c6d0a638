"""Start a project."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from designs.actions.create_project import create_project
from designs.actions.errors import RefusedError
from designs.forms import NewProjectForm
from designs.views.lookup import person


@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    """The form; a project is a git repository from the first second."""
    user = person(request)
    form = NewProjectForm(request.POST or None, user=user, initial={"owner": request.GET.get("owner")})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        owner = values.pop("owner")
        try:
            project = create_project(owner, by=user, **values)
        except RefusedError as refused:
            form.add_error("name" if refused.code in {"taken", "bad-slug", "reserved"} else None, str(refused))
        else:
            messages.success(request, _("Your project is ready. Add its files now."))
            return redirect("designs:upload", project.namespace.handle, project.slug)
    status = 422 if form.errors else 200
    return render(request, "designs/project_new.html", {"form": form}, status=status)
