"""Closures and maintenance of a lab: declare them over whatever is booked, and take them back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from designs.actions.errors import RefusedError
from designs.views.lookup import person as me
from fablab.actions.close import close, in_the_way, reopen
from fablab.forms.booking import CloseForm
from fablab.models import Closure, Lab
from fablab.views.page import lab_page, show


@lab_page("operate")
@require_http_methods(["GET", "HEAD", "POST"])
def closures(request: HttpRequest, lab: Lab) -> HttpResponse:
    """What is closed and will be; a new one, which first shows what is in its way."""
    form = CloseForm(lab, request.POST or None, initial={"machine": request.GET.get("machine", "")})
    displaced = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        displaced = in_the_way(lab, said["machine"], (said["starts"], said["ends"]))
        if not displaced or "sure" in request.POST:
            try:
                facts = {name: said[name] for name in ("kind", "starts", "ends", "reason")}
                close(lab, said["machine"], by=me(request), **facts)
                messages.success(request, _("Closed. Those who had booked were told."))
                return redirect("fablab:closures", lab.slug)
            except RefusedError as refused:
                form.add_error(None, str(refused))
                displaced = None
    rows = lab.closures.filter(ends__gt=timezone.now()).select_related("machine", "by")
    status = 409 if displaced else 422 if form.errors else 200
    context = {"closures": rows, "form": form, "displaced": displaced}
    return show(request, lab, "fablab/closures.html", context, tab="calendar", status=status)


@lab_page("operate")
@require_POST
def closure_remove(request: HttpRequest, lab: Lab, pk: int) -> HttpResponse:
    """Open again."""
    reopen(get_object_or_404(Closure.objects.select_related("lab", "machine__lab"), lab=lab, pk=pk))
    messages.success(request, _("Open again. Those who wait were offered the time."))
    return redirect("fablab:closures", lab.slug)
