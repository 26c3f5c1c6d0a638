"""API v1: the same actions as the pages, for programs."""

from ninja import NinjaAPI

from designs.api import auth, errors, files, me, projects, releases

api = NinjaAPI(
    title="Partage",
    version="1",
    description="Projects, their files and what was measured of them. Sign in with `Authorization: Bearer TOKEN`.",
    urls_namespace="api",
    docs_url=None,
    auth=auth.SIGN_IN,
)
errors.install(api)
api.add_router("", me.router, tags=["me"])
api.add_router("/projects", projects.router, tags=["projects"])
api.add_router("/projects", files.router, tags=["files"])
api.add_router("/projects", releases.router, tags=["releases"])

__all__ = ["api"]
