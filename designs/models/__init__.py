"""The database's index of projects: git and the blob store are the truth."""

from designs.models.analysis import Analysis
from designs.models.branch import ProtectedBranch
from designs.models.comparison import Comparison
from designs.models.contribution import Contribution
from designs.models.event import Event
from designs.models.file import File
from designs.models.history import FolderHistory, ReleasedHistory
from designs.models.issue import Comment, Issue, Label
from designs.models.large_file import LfsLock, LfsObject
from designs.models.make import Make
from designs.models.notification import Notification, NotificationMail
from designs.models.photo import Photo
from designs.models.project import Collaborator, Project, ProjectRedirect
from designs.models.release import Release
from designs.models.repair import Repair
from designs.models.report import Report
from designs.models.revision import Revision
from designs.models.saved_search import SavedSearch, SearchMail
from designs.models.transfer import Export, Import, Mirror
from designs.models.upload import StagedUpload
from designs.models.watching import Collection, CollectionItem, Like, Watch
from designs.models.webhook import Delivery, Webhook

__all__ = [
    "Analysis",
    "Collaborator",
    "Collection",
    "CollectionItem",
    "Comment",
    "Comparison",
    "Contribution",
    "Delivery",
    "Event",
    "Export",
    "File",
    "FolderHistory",
    "Import",
    "Issue",
    "Label",
    "LfsLock",
    "LfsObject",
    "Like",
    "Make",
    "Mirror",
    "Notification",
    "NotificationMail",
    "Photo",
    "Project",
    "ProjectRedirect",
    "ProtectedBranch",
    "Release",
    "ReleasedHistory",
    "Repair",
    "Report",
    "Revision",
    "SavedSearch",
    "SearchMail",
    "StagedUpload",
    "Watch",
    "Webhook",
]
