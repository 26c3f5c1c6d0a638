"""Labs, machines, materials, bookings, print requests."""

from fablab.models.booking import Booking, CalendarFeed, Strike, Waiting
from fablab.models.lab import Claim, Lab, LabPhoto, Member, OpeningHours, SpecialDay, Staff, Tariff, Vouch
from fablab.models.machine import Machine, MaintenanceEntry, PrinterLink, Trained, Training
from fablab.models.notice import Notice, NoticeMail
from fablab.models.occupation import QUARTER_SECONDS, Closure, Occupation, Quarter
from fablab.models.request import (
    Attempt,
    MakeLink,
    PrintRequest,
    Quote,
    RequestEvent,
    RequestMessage,
    RequestPart,
)
from fablab.models.stock import Stock, StockMove
from fablab.models.webhook import LabDelivery, LabWebhook
from fablab.models.work import Run, Slice

__all__ = [
    "QUARTER_SECONDS",
    "Attempt",
    "Booking",
    "CalendarFeed",
    "Claim",
    "Closure",
    "Lab",
    "LabDelivery",
    "LabPhoto",
    "LabWebhook",
    "Machine",
    "MaintenanceEntry",
    "MakeLink",
    "Member",
    "Notice",
    "NoticeMail",
    "Occupation",
    "OpeningHours",
    "PrintRequest",
    "PrinterLink",
    "Quarter",
    "Quote",
    "RequestEvent",
    "RequestMessage",
    "RequestPart",
    "Run",
    "Slice",
    "SpecialDay",
    "Staff",
    "Stock",
    "StockMove",
    "Strike",
    "Tariff",
    "Trained",
    "Training",
    "Vouch",
    "Waiting",
]
