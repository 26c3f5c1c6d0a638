"""People and organisations for administrators."""

from typing import TYPE_CHECKING

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import Membership, Namespace, Organisation, User

if TYPE_CHECKING:
    PeopleBase = UserAdmin[User]
    MembersBase = admin.TabularInline[Membership, Organisation]
    OrganisationsBase = admin.ModelAdmin[Organisation]
    NamespacesBase = admin.ModelAdmin[Namespace]
else:
    PeopleBase, MembersBase = UserAdmin, admin.TabularInline
    OrganisationsBase = NamespacesBase = admin.ModelAdmin


# The admin site's own form knows neither second factors nor rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class PersonAdmin(PeopleBase):
    """Suspend a person by taking `active` away."""

    list_display = ["username", "email", "display_name", "is_active", "is_staff", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "email", "display_name", "bio", "location", "language"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "deleted_at"]}),
    ]
    readonly_fields = ["username", "deleted_at"]

    def has_add_permission(self, request: object) -> bool:
        """People are made by signing up or with `manage.py person`, which give them their handle."""
        return False

    def has_delete_permission(self, request: object, obj: User | None = None) -> bool:
        """People leave by their own settings; history keeps their row."""
        return False


class MembershipInline(MembersBase):
    """Members of an organisation."""

    model = Membership
    extra = 0
    raw_id_fields = ["user"]


@admin.register(Organisation)
class OrganisationAdmin(OrganisationsBase):
    """Organisations and their members."""

    list_display = ["name", "location"]
    inlines = [MembershipInline]


@admin.register(Namespace)
class NamespaceAdmin(NamespacesBase):
    """Look up who has a handle, and give them more or less to store."""

    list_display = ["handle", "user", "organisation", "quota"]
    search_fields = ["handle"]
    fields = ["handle", "user", "organisation", "quota"]
    readonly_fields = ["handle", "user", "organisation"]

    def has_add_permission(self, request: object) -> bool:
        """Handles come with people and organisations, and change by the rename action, which leaves a redirect."""
        return False

    def has_delete_permission(self, request: object, obj: Namespace | None = None) -> bool:
        """A handle goes with whom it names."""
        return False
