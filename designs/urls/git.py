"""What git and git-lfs ask."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import git_http

urlpatterns = [
    path(f"{AT}.git/info/refs", git_http.info_refs, name="info_refs"),
    path(f"{AT}.git/git-upload-pack", git_http.upload_pack, name="upload_pack"),
    path(f"{AT}.git/git-receive-pack", git_http.receive_pack, name="receive_pack"),
]
