"""Addresses of settings, organisations and pictures."""

from django.urls import path, re_path

from accounts.views import avatars, organisations, settings

app_name = "accounts"
urlpatterns = [
    path("settings/profile/", settings.profile, name="settings_profile"),
    path("settings/tokens/", settings.tokens_page, name="settings_tokens"),
    path("settings/tokens/<int:token_id>/revoke/", settings.revoke_token, name="settings_token_revoke"),
    path("settings/notifications/", settings.notifications, name="settings_notifications"),
    path("settings/account/", settings.account, name="settings_account"),
    path("settings/account/rename/", settings.rename_me, name="settings_rename"),
    path("settings/account/delete/", settings.delete_me, name="settings_delete"),
    path("organisations/new/", organisations.new, name="organisation_new"),
    path("organisations/<slug:handle>/settings/", organisations.settings, name="organisation_settings"),
    path("organisations/<slug:handle>/members/", organisations.members, name="organisation_members"),
    path(
        "organisations/<slug:handle>/members/<slug:username>/remove/",
        organisations.remove,
        name="organisation_member_remove",
    ),
    re_path(r"^pictures/avatars/(?P<name>[0-9a-f]{24}\.webp)$", avatars.avatar, name="avatar"),
]
