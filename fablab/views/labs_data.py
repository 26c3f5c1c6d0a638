"""What other programs read of labs, and files by which they tell us."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from designs.actions.errors import RefusedError
from designs.views.lookup import person
from designs.views.paging import page_number
from fablab import structured
from fablab.actions.import_labs import Report, import_into
from fablab.forms.labs import OkwForm
from fablab.models import Lab
from fablab.okw import write
from fablab.views.labs_settings import section
from fablab.views.page import lab_page

PER_PAGE = 200
MAX_BYTES = 2 << 20
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}


def okw_feed(request: HttpRequest) -> HttpResponse:
    """Every lab by Open Know-Where, 200 a page; `next` is the address of the following page."""
    rows = Lab.objects.listed().order_by("pk")
    rows = rows.prefetch_related("hours", "special_days", "machines__loaded")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    following = f"{settings.SITE_URL}{request.path}?page={page.next_page_number()}" if page.has_next() else None
    body = {
        "specification": "Open Know-Where 1.0",
        "publisher": settings.SITE_NAME,
        "total": page.paginator.count,
        "next": following,
        "manufacturingFacilities": [write.facility(lab) for lab in page],
    }
    return JsonResponse(body, headers=OPEN_TO_ALL)


@lab_page()
def okw(request: HttpRequest, lab: Lab) -> HttpResponse:
    """One lab by Open Know-Where."""
    full = Lab.objects.prefetch_related("hours", "special_days", "machines__loaded").get(pk=lab.pk)
    return JsonResponse(write.facility(full), headers=OPEN_TO_ALL)


@lab_page()
def spaceapi(request: HttpRequest, lab: Lab) -> HttpResponse:
    """One lab by SpaceAPI: is it open?"""
    headers = {**OPEN_TO_ALL, "Cache-Control": "public, max-age=60"}
    return JsonResponse(structured.space_api(lab, timezone.now()), headers=headers)


@lab_page("manage")
def data(request: HttpRequest, lab: Lab) -> HttpResponse:
    """Addresses for other programs, and a file by Open Know-Where to take over."""
    form = OkwForm(request.POST or None, request.FILES or None)
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MAX_BYTES:
                raise RefusedError(_("The file is too large: 2 MB at most."), "too-large")
            text = file.read().decode("utf-8-sig")
            is_yaml = file.name.lower().endswith((".yaml", ".yml"))
            report = import_into(lab, text, by=person(request), is_yaml=is_yaml)
            messages.success(request, _("Taken over. Machines added: %(count)d.") % {"count": report.machines})
        except UnicodeDecodeError:
            form.add_error("file", _("This is no text in UTF-8."))
        except RefusedError as refused:
            form.add_error("file", str(refused))
    status = 422 if form.errors else 200
    return section(request, lab, "data", {"form": form, "report": report}, status=status)
