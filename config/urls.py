"""Every address of the site. Apps bring their own; the projects' /@owner/ come last."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView

from config import health
from designs.api import api
from fablab.api import ROUTERS

for router in ROUTERS:
    api.add_router("", router)

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(
        "robots.txt",
        TemplateView.as_view(template_name="robots.txt", content_type="text/plain"),
        name="robots",
    ),
    path("favicon.ico", RedirectView.as_view(url="/static/img/logo.svg"), name="favicon"),
    path("about/", TemplateView.as_view(template_name="pages/about.html"), name="about"),
    path("legal/", TemplateView.as_view(template_name="pages/legal.html"), name="legal"),
    path("privacy/", TemplateView.as_view(template_name="pages/privacy.html"), name="privacy"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("", include("accounts.urls")),
    path("", include("fablab.urls")),
    path("", include("designs.urls")),
]
handler500 = "config.errors.server_error"
