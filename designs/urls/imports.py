"""In and out: imports, mirrors, exports."""

from django.urls import path

from designs.views import imports

urlpatterns = [
    path("new/import/", imports.import_new, name="import_new"),
    path("imports/<uuid:token>/", imports.import_page, name="import"),
    path("imports/<uuid:token>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<uuid:token>/retry/", imports.import_retry, name="import_retry"),
]
