"""API v1: the same actions as the pages, for programs."""

from ninja import NinjaAPI

from designs.api import errors, files, me, projects, releases

api = NinjaAPI(
    title="Partage",
    version="1",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
errors.register(api)
for router in (projects.router, files.router, releases.router, me.router):
    api.add_router("", router)
