"""The staff's own pages: projects, reports, and what the workers did."""

from django.contrib import admin

from designs.models import Analysis, Project, Report


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Find projects; hide them on their own page."""

    list_display = ["__str__", "name", "visibility", "hidden_at", "deleted_at", "updated_at"]
    list_filter = ["visibility", "licence"]
    search_fields = ["name", "slug", "namespace__handle"]
    list_select_related = ["namespace"]
    raw_id_fields = ["namespace", "cover", "created_by"]
    readonly_fields = ["head"]


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What people reported; set the closing date once it is dealt with."""

    list_display = ["project", "issue", "comment", "reason", "created_at", "closed_at"]
    list_filter = ["reason", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["project__namespace", "issue", "comment"]
    raw_id_fields = ["project", "issue", "comment", "reporter"]


@admin.register(Analysis)
class AnalysisAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Where an analysis stands."""

    list_display = ["__str__", "state", "attempts", "refusal_code"]
    list_filter = ["state", "format", "refusal_code"]
    search_fields = ["sha256"]
