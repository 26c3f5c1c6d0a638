"""In and out: imports, mirrors, exports."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import exports, imports, mirrors

urlpatterns = [
    path("new/import/", imports.import_new, name="import_new"),
    path("imports/<uuid:token>/", imports.import_page, name="import"),
    path("imports/<uuid:token>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<uuid:token>/retry/", imports.import_retry, name="import_retry"),
    path("settings/export/", exports.mine, name="export_mine"),
    path("settings/export/<uuid:token>.zip", exports.download, name="export_download"),
    path(f"{AT}/export.bundle", exports.bundle, name="export_bundle"),
    path(f"{AT}/export.zip", exports.with_history, name="export_zip"),
    path(f"{AT}/settings/mirrors/", mirrors.mirrors, name="mirrors"),
    path(f"{AT}/settings/mirrors/<int:mirror_id>/sync/", mirrors.mirror_sync, name="mirror_sync"),
    path(f"{AT}/settings/mirrors/<int:mirror_id>/remove/", mirrors.mirror_remove, name="mirror_remove"),
]
