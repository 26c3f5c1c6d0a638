"""A person's own settings."""

from typing import cast

from allauth.core import ratelimit
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.actions.delete_account import delete_account
from accounts.actions.memberships import LastOwnerError
from accounts.actions.rename import rename
from accounts.forms import DeleteAccountForm, NotificationsForm, ProfileForm, RenameForm, TokenForm
from accounts.models import AccessToken, User


def person(request: HttpRequest) -> User:
    """Whoever is signed in; the caller has made sure that somebody is."""
    return cast(User, request.user)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, picture, place, language, commit address."""
    user = get_object_or_404(User, pk=person(request).pk)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        answer = redirect("accounts:settings_profile")
        if "language" in form.changed_data:
            answer.delete_cookie(django_settings.LANGUAGE_COOKIE_NAME)
        return answer
    return render(request, "accounts/profile.html", {"form": form, "tab": "profile"})


@login_required
@never_cache
def tokens_page(request: HttpRequest) -> HttpResponse:
    """Every token; a new one's secret stands here once."""
    user = person(request)
    form, secret = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        secret = tokens.issue(user, facts["name"], facts["scopes"], form.expires_at())[1]
        form = TokenForm()
    context = {"form": form, "secret": secret, "tokens": user.tokens.all(), "tab": "tokens"}
    return render(request, "accounts/tokens.html", context)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    get_object_or_404(AccessToken, pk=token_id, user=person(request)).delete()
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:settings_tokens")


@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Which mail to get."""
    user = person(request)
    form = NotificationsForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        user.notifications = form.cleaned_data
        user.save(update_fields=["notifications"])
        messages.success(request, _("Saved."))
        return redirect("accounts:settings_notifications")
    return render(request, "accounts/notifications.html", {"form": form, "tab": "notifications"})


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Handle, sign-in, organisations, deletion."""
    return _account(request)


@login_required
@require_POST
def rename_me(request: HttpRequest) -> HttpResponse:
    """Take another handle."""
    form = RenameForm(request.POST)
    if form.is_valid():
        try:
            rename(person(request).namespace, form.cleaned_data["handle"])
        except ValidationError as error:
            form.add_error("handle", error)
        else:
            messages.success(request, _("Your handle is changed. The old addresses lead to the new ones."))
            return redirect("accounts:settings_account")
    return _account(request, rename_form=form)


@login_required
@require_POST
def delete_me(request: HttpRequest) -> HttpResponse:
    """Leave for good."""
    user = person(request)
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    form = DeleteAccountForm(request.POST, user=user)
    if form.is_valid():
        try:
            delete_account(user)
        except LastOwnerError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("/")
    return _account(request, delete_form=form)


def _account(
    request: HttpRequest, rename_form: RenameForm | None = None, delete_form: DeleteAccountForm | None = None
) -> HttpResponse:
    user = get_object_or_404(User, pk=person(request).pk)
    context = {
        "rename_form": rename_form or RenameForm(),
        "delete_form": delete_form or DeleteAccountForm(user=user),
        "memberships": user.memberships.select_related("organisation__namespace").order_by("organisation__name"),
        "tab": "account",
    }
    return render(request, "accounts/account.html", context)
