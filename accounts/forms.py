"""Forms of the settings and organisation pages."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import pictures
from accounts.models import AccessToken, Membership, Organisation, User

KINDS = {
    "issues": _("Something is said or settled in a discussion that I take part in, or in a project that I watch"),
    "mentions": _("Somebody mentions me"),
    "contributions": _("Somebody commits to or reports on my projects"),
    "requests": _("Somebody answers a request of mine or sends me one"),
    "releases": _("A project that I take part in has a new release"),
}


if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm


class PictureForm(ModelForm):
    """A model with an avatar: a new picture replaces the old one, a ticked box removes it."""

    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF, up to 8 MB. It is cut square, and loses its metadata."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    remove_picture = forms.BooleanField(label=_("Remove the picture"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.avatar:
            del self.fields["remove_picture"]

    def clean_picture(self) -> Any:
        """The picture written anew, or None."""
        file: UploadedFile[Any] | None = self.cleaned_data["picture"]
        return pictures.avatar_from(file.file, file.size or 0) if file and file.file else None

    def save(self, commit: bool = True) -> Any:
        """Keep one file at most."""
        new = self.cleaned_data["picture"]
        old = self.instance.avatar.name
        if new:
            self.instance.avatar.save(new.name, new, save=False)
        elif self.cleaned_data.get("remove_picture"):
            self.instance.avatar = ""
        saved = super().save(commit)
        if old and old != saved.avatar.name:
            saved.avatar.storage.delete(old)
        return saved


class ProfileForm(PictureForm):
    """What others see of a person, and in which language the site speaks."""

    class Meta:
        model = User
        fields = ["display_name", "bio", "location", "language", "email_private"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}


class OrganisationForm(PictureForm):
    """What others see of an organisation."""

    website = forms.URLField(label=_("Web site"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields = ["name", "bio", "location", "website"]
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}


class NewOrganisationForm(forms.Form):
    """A handle and a name."""

    handle = forms.CharField(label=_("Handle"), max_length=39, help_text=_("Its page is /@handle/."))
    name = forms.CharField(label=_("Name"), max_length=80)

    def clean_handle(self) -> str:
        """In lower case."""
        return str(self.cleaned_data["handle"]).lower()


class MemberForm(forms.Form):
    """A person, by handle, and a role."""

    handle = forms.CharField(label=_("Handle"), max_length=39)
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER)

    def clean_handle(self) -> User:
        """The person."""
        handle = str(self.cleaned_data["handle"]).lower().removeprefix("@")
        user = User.objects.filter(username=handle, is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody has this handle."))
        return user


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What will use it, such as “laptop, git”."))
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=AccessToken.Scope.choices,
        initial=[AccessToken.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        choices=[(30, _("in 30 days")), (90, _("in 90 days")), (365, _("in a year")), (0, _("never"))],
        initial=90,
    )

    def expires_at(self) -> datetime | None:
        """The moment chosen."""
        days: int = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None


class NotificationsForm(forms.Form):
    """One box for each kind of mail."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in KINDS.items():
            self.fields[kind] = forms.BooleanField(
                label=label, required=False, initial=user.notifications.get(kind, True)
            )


class RenameForm(forms.Form):
    """Another handle."""

    handle = forms.CharField(label=_("New handle"), max_length=39)

    def clean_handle(self) -> str:
        """In lower case."""
        return str(self.cleaned_data["handle"]).lower()


class DeleteAccountForm(forms.Form):
    """The handle typed and the password."""

    typed = forms.CharField(label=_("Type your handle"), max_length=39, widget=forms.TextInput({"autocomplete": "off"}))
    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_typed(self) -> str:
        """Exactly the handle."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.user.username:
            raise forms.ValidationError(_("This is not your handle."))
        return typed

    def clean_password(self) -> str:
        """The right one."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password
