"""Trainings of a lab: what they are, which machines ask for them, and who has them, for those who train."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from designs.actions.errors import RefusedError
from designs.views.lookup import person
from fablab import policy
from fablab.actions.trainings import add_training, change_training, grant, revoke
from fablab.forms.trainings import TrainedForm, TrainingForm
from fablab.models import Lab, Trained, Training
from fablab.views.page import lab_for, lab_page, show


@lab_page()
def trainings(request: HttpRequest, lab: Lab) -> HttpResponse:
    """All of them, with one's own; whoever trains adds another."""
    form = TrainingForm(request.POST or None)
    if request.method == "POST":
        lab_for(request, lab.slug, need="train")
        if form.is_valid():
            try:
                added = add_training(lab, **form.cleaned_data)
                return redirect("fablab:training", lab.slug, added.pk)
            except RefusedError as refused:
                form.add_error("name", str(refused))
    mine = Trained.objects.filter(training__lab=lab, user=request.user) if request.user.is_authenticated else []
    own = {one.training_id: one for one in mine}
    rows = [(one, own.get(one.pk)) for one in lab.trainings.prefetch_related("machines")]
    context = {"rows": rows, "form": form, "today": timezone.localdate()}
    return show(request, lab, "fablab/trainings.html", context, tab="machines", status=422 if form.errors else 200)


@lab_page("train")
def training(request: HttpRequest, lab: Lab, training_id: int) -> HttpResponse:
    """One: change it, see who has it, say that somebody has."""
    found = get_object_or_404(lab.trainings, pk=training_id)
    is_edit = request.POST.get("action") == "edit"
    form = TrainingForm(request.POST if is_edit else None, instance=Training.objects.get(pk=found.pk))
    trained = TrainedForm(request.POST if request.method == "POST" and not is_edit else None)
    if request.method == "POST" and (form if is_edit else trained).is_valid():
        try:
            if is_edit:
                change_training(found, **form.cleaned_data)
            else:
                grant(found, trained.cleaned_data["person"], by=person(request), on=trained.cleaned_data["on"])
        except RefusedError as refused:
            (form if is_edit else trained).add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("fablab:training", lab.slug, found.pk)
    context = {
        "training": found,
        "form": form,
        "trained_form": trained,
        "trained": found.trained.select_related("user", "by").order_by("user__username"),
        "machines": found.machines.all(),
        "today": timezone.localdate(),
        "may_train": policy.can_train(request.user, lab),
    }
    failed = form.errors or trained.errors
    return show(request, lab, "fablab/training.html", context, tab="machines", status=422 if failed else 200)


@require_POST
@lab_page("train")
def training_revoke(request: HttpRequest, lab: Lab, training_id: int, row_id: int) -> HttpResponse:
    """Somebody has it no longer."""
    rows = Trained.objects.filter(training__lab=lab, training=training_id).select_related("training", "user")
    row = get_object_or_404(rows, pk=row_id)
    revoke(row)
    messages.success(request, _("%(person)s has it no longer.") % {"person": row.user.title})
    return redirect("fablab:training", lab.slug, training_id)
