"""Addresses of machines, trainings and materials."""

from django.urls import path, re_path

from designs.urls.owner import AT
from fablab.views import machine_care, machines, machines_for, pictures, stock, trainings

_LAB = "labs/<slug:lab>"
_MACHINE = f"{_LAB}/machines/<slug:machine>"
_STOCK = f"{_LAB}/stock/<int:stock_id>"
_TRAINING = f"{_LAB}/trainings/<int:training_id>"

urlpatterns = [
    re_path(r"^pictures/(?P<folder>labs|machines)/(?P<name>[0-9a-f]{24}\.webp)$", pictures.picture, name="picture"),
    path(f"{_LAB}/machines/", machines.machines, name="machines"),
    path(f"{_LAB}/machines/new/", machines.machine_new, name="machine_new"),
    path(f"{_LAB}/machines/catalogue/", machines.machine_catalogue, name="machine_catalogue"),
    path(f"{_MACHINE}/", machines.machine, name="machine"),
    path(f"{_MACHINE}/edit/", machines.machine_edit, name="machine_edit"),
    path(f"{_MACHINE}/state/", machine_care.machine_state, name="machine_state"),
    path(f"{_MACHINE}/log/", machine_care.machine_log, name="machine_log"),
    path(f"{_MACHINE}/log/add/", machine_care.machine_write, name="machine_write"),
    path(f"{_MACHINE}/counters/", machine_care.machine_counters, name="machine_counters"),
    path(f"{_MACHINE}/load/", machine_care.machine_load, name="machine_load"),
    path(f"{_MACHINE}/limits/", machine_care.machine_limits, name="machine_limits"),
    path(f"{_LAB}/trainings/", trainings.trainings, name="trainings"),
    path(f"{_TRAINING}/", trainings.training, name="training"),
    path(f"{_TRAINING}/<int:row_id>/revoke/", trainings.training_revoke, name="training_revoke"),
    path(f"{_LAB}/stock/", stock.stock, name="stock"),
    path(f"{_LAB}/stock/new/", stock.stock_new, name="stock_new"),
    path(f"{_LAB}/stock.csv", stock.stock_csv, name="stock_csv"),
    path(f"{_STOCK}/", stock.stock_item, name="stock_item"),
    path(f"{_STOCK}/edit/", stock.stock_edit, name="stock_edit"),
    path(f"{_STOCK}/used-up/", stock.stock_used_up, name="stock_used_up"),
    path(f"{AT}/machines/", machines_for.machines_for, name="machines_for"),
    path("place/", machines_for.place, name="place"),
]
