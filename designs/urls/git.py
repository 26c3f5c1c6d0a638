"""What git and git-lfs ask."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import git_http, lfs, lfs_locks, locks

urlpatterns = [
    path(f"{AT}.git/info/refs", git_http.info_refs, name="info_refs"),
    path(f"{AT}.git/git-upload-pack", git_http.upload_pack, name="upload_pack"),
    path(f"{AT}.git/git-receive-pack", git_http.receive_pack, name="receive_pack"),
    path(f"{AT}.git/info/lfs/objects/batch", lfs.batch, name="lfs_batch"),
    path(f"{AT}.git/info/lfs/objects/<str:oid>", lfs.transfer, name="lfs_object"),
    path(f"{AT}.git/info/lfs/verify", lfs.verify, name="lfs_verify"),
    path(f"{AT}.git/info/lfs/locks", lfs_locks.locks, name="lfs_locks"),
    path(f"{AT}.git/info/lfs/locks/verify", lfs_locks.verify, name="lfs_locks_verify"),
    path(f"{AT}.git/info/lfs/locks/<int:lock_id>/unlock", lfs_locks.unlock, name="lfs_unlock"),
    path(f"{AT}/locks/", locks.locks, name="locks"),
    path(f"{AT}/locks/<int:lock_id>/release/", locks.release, name="lock_release"),
]
