"""The states of a print request. Pure: see `NEXT` for who may move what where."""

from enum import StrEnum


class RequestState(StrEnum):
    """From a draft to a part in somebody's hands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    REJECTED = "rejected"
    FORWARDED = "forwarded"
    QUOTED = "quoted"
    DECLINED = "declined"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    READY = "ready"
    COLLECTED = "collected"
    ABANDONED = "abandoned"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
