"""Addresses of labs."""

from django.urls import path

from fablab.views import labs, labs_data, labs_people, labs_propose, labs_settings, webhooks

urlpatterns = [
    path("labs/", labs.labs, name="labs"),
    path("labs/points.json", labs.points, name="labs_points"),
    path("labs/okw.json", labs_data.okw_feed, name="labs_okw"),
    path("labs/new/", labs_propose.propose, name="lab_new"),
    path("labs/claims/", labs_propose.claims, name="claims"),
    path("labs/claims/<int:claim_id>/", labs_propose.decide, name="claim_decide"),
    path("labs/<slug:lab>/", labs.lab, name="lab"),
    path("labs/<slug:lab>/okw.json", labs_data.okw, name="lab_okw"),
    path("labs/<slug:lab>/spaceapi.json", labs_data.spaceapi, name="lab_spaceapi"),
    path("labs/<slug:lab>/claim/", labs_propose.claim, name="lab_claim"),
    path("labs/<slug:lab>/vouch/", labs_propose.vouch_for, name="lab_vouch"),
    path("labs/<slug:lab>/verify/", labs_propose.verify_it, name="lab_verify"),
    path("labs/<slug:lab>/join/", labs_people.join, name="lab_join"),
    path("labs/<slug:lab>/leave/", labs_people.leave, name="lab_leave"),
    path("labs/<slug:lab>/settings/", labs_settings.about, name="settings"),
    path("labs/<slug:lab>/settings/hours/", labs_settings.hours, name="settings_hours"),
    path("labs/<slug:lab>/settings/people/", labs_people.people, name="settings_people"),
    path("labs/<slug:lab>/settings/members/", labs_people.members, name="settings_members"),
    path("labs/<slug:lab>/settings/photos/", labs_settings.photos, name="settings_photos"),
    path("labs/<slug:lab>/settings/terms/", labs_settings.terms, name="settings_terms"),
    path("labs/<slug:lab>/settings/data/", labs_data.data, name="settings_data"),
    path("labs/<slug:lab>/webhooks/", webhooks.webhooks, name="webhooks"),
    path("labs/<slug:lab>/webhooks/<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path("labs/<slug:lab>/webhooks/<int:webhook_id>/act/", webhooks.webhook_act, name="webhook_act"),
]
