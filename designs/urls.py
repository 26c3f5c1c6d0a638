"""Addresses of projects. `/@owner/project/` comes last, so that no project hides a page of the site."""

from django.urls import path, register_converter

from designs.views import (
    analysis,
    blob,
    change,
    commits,
    compare,
    git_http,
    home,
    moderation,
    new,
    overview,
    profile,
    raw,
    releases,
    repair,
    search,
    settings,
    sitemap,
    tree,
    upload,
)


class Owner:
    """The owner's part of an address; the project's own slug has no dot, so that `.git` is git's."""

    regex = r"[A-Za-z0-9][A-Za-z0-9-]*"

    def to_python(self, value: str) -> str:
        """Handles are lower-case."""
        return value.lower()

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(Owner, "owner")

app_name = "designs"
_at = "@<owner:handle>/<slug:slug>"
urlpatterns = [
    path("", home.home, name="home"),
    path("new/", new.project_new, name="project_new"),
    path("search/", search.results, name="search"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("trash/", settings.trash, name="trash"),
    path("trash/<int:project_id>/restore/", settings.restore, name="restore"),
    path("@<owner:handle>/", profile.profile, name="profile"),
    path(f"{_at}.git/info/refs", git_http.info_refs, name="info_refs"),
    path(f"{_at}.git/git-upload-pack", git_http.upload_pack, name="upload_pack"),
    path(f"{_at}/", overview.project, name="project"),
    path(f"{_at}/tree/<path:ref_path>", tree.tree, name="tree"),
    path(f"{_at}/blob/<path:ref_path>", blob.blob, name="blob"),
    path(f"{_at}/raw/<path:ref_path>", raw.raw, name="raw"),
    path(f"{_at}/edit/<path:ref_path>", change.edit, name="edit"),
    path(f"{_at}/change/", change.change, name="change"),
    path(f"{_at}/cover/<int:file_id>/", change.cover, name="cover"),
    path(f"{_at}/units/<int:file_id>/", change.units, name="units"),
    path(f"{_at}/upload/", upload.upload, name="upload"),
    path(f"{_at}/upload/stage/", upload.stage, name="upload_stage"),
    path(f"{_at}/commits/", commits.commits, name="commits"),
    path(f"{_at}/commit/<str:commit>/", commits.commit, name="commit"),
    path(f"{_at}/releases/", releases.releases, name="releases"),
    path(f"{_at}/releases/new/", releases.release_new, name="release_new"),
    path(f"{_at}/releases/<str:tag>/", releases.release, name="release"),
    path(f"{_at}/settings/", settings.settings, name="settings"),
    path(f"{_at}/archive/<path:ref>.zip", raw.archive, name="zip"),
    path(f"{_at}/preview/<int:file_id>/<int:size>.webp", raw.preview, name="preview"),
    path(f"{_at}/model/<int:file_id>.glb", raw.model, name="model"),
    path(f"{_at}/model/<int:file_id>/full.glb", raw.model_full, name="model_full"),
    path(f"{_at}/model/<int:file_id>/marks.json", raw.marks, name="marks"),
    path(f"{_at}/analysis/<int:file_id>/", analysis.fragment, name="analysis"),
    path(f"{_at}/compare/<path:span>/", compare.compare, name="compare"),
    path(f"{_at}/comparison/<int:before_id>/<int:after_id>/", compare.fragment, name="comparison"),
    path(f"{_at}/comparison/<int:before_id>/<int:after_id>/diff.glb", compare.model, name="comparison_model"),
    path(f"{_at}/repair/<int:file_id>/", repair.repair, name="repair"),
    path(f"{_at}/repair/<int:file_id>/download/", repair.download, name="repaired"),
    path(f"{_at}/repair/<int:file_id>/commit/", repair.commit, name="repair_commit"),
    path(f"{_at}/report/", moderation.report, name="report"),
    path(f"{_at}/moderate/", moderation.moderate, name="moderate"),
]
