"""Issues, labels, what people watch, like and collect."""

from django.urls import path

from designs.urls.owner import AT
from designs.views import collections, discussion, issues, labels, notifications, photos, social

_ISSUE = f"{AT}/issues/<int:number>"
_COMMENT = f"{AT}/comments/<int:comment_id>"

urlpatterns = [
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read, name="notifications_read"),
    path("notifications/unsubscribe/<str:token>/", notifications.unsubscribe, name="unsubscribe"),
    path("@<owner:handle>/collections/", collections.collections, name="collections"),
    path("@<owner:handle>/collections/<slug:collection>/", collections.collection, name="collection"),
    path("@<owner:handle>/likes/", collections.likes, name="likes"),
    path(f"{AT}/issues/", issues.issues, name="issues"),
    path(f"{AT}/issues/new/", issues.issue_new, name="issue_new"),
    path(f"{_ISSUE}/", issues.issue, name="issue"),
    path(f"{_ISSUE}/edit/", discussion.issue_edit, name="issue_edit"),
    path(f"{_ISSUE}/comment/", discussion.comment, name="comment"),
    path(f"{_ISSUE}/state/", discussion.state, name="issue_state"),
    path(f"{_ISSUE}/labels/", discussion.issue_labels, name="issue_labels"),
    path(f"{_ISSUE}/report/", discussion.words_report, name="words_report"),
    path(f"{_ISSUE}/hide/", discussion.words_hide, name="words_hide"),
    path(f"{_COMMENT}/edit/", discussion.comment_edit, name="comment_edit"),
    path(f"{_COMMENT}/delete/", discussion.comment_delete, name="comment_delete"),
    path(f"{AT}/labels/", labels.labels, name="labels"),
    path(f"{AT}/photos/", photos.photos, name="photos"),
    path(f"{AT}/photos/<str:name>", photos.photo, name="photo"),
    path(f"{AT}/like/", social.like, name="like"),
    path(f"{AT}/watch/", social.watch, name="watch"),
    path(f"{AT}/collect/", social.collect, name="collect"),
]
