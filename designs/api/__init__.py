"""API v1: the same actions as the pages, for programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

from designs.api import contributions, errors, files, forks, imports, issues, kernel, me, projects, releases, search

api = NinjaAPI(
    title="Partage",
    version="1",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
errors.register(api)
for router in (
    projects.router,
    files.router,
    kernel.router,
    releases.router,
    issues.router,
    contributions.router,
    forks.router,
    imports.router,
    search.router,
    me.router,
):
    api.add_router("", router)


@api.get("/docs", include_in_schema=False, url_name="docs")
def docs(request: HttpRequest) -> HttpResponse:
    """The OpenAPI as a page that needs no script."""
    schema = api.get_openapi_schema()
    calls = [
        {"method": method.upper(), "path": path, **call}
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    ]
    return render(request, "designs/api_docs.html", {"calls": calls})
