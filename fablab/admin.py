"""Labs for the staff of the site: claims, verification, and what must be hidden."""

from django.contrib import admin

from fablab.models import Claim, Lab


@admin.register(Lab)
class LabAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Labs by standing."""

    list_display = ("name", "slug", "city", "country", "standing", "hidden_at")
    list_filter = ("standing", "country")
    search_fields = ("name", "slug", "city")
    raw_id_fields = ("proposed_by",)


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who says that a lab is theirs."""

    list_display = ("lab", "user", "made_at", "is_granted")
    list_filter = ("is_granted",)
    raw_id_fields = ("lab", "user", "decided_by")
