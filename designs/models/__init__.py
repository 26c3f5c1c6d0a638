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
from designs.models.project import Collaborator, Project, ProjectRedirect
from designs.models.release import Release
from designs.models.repair import Repair
from designs.models.report import Report
from designs.models.revision import Revision
from designs.models.upload import StagedUpload

__all__ = [
    "Analysis",
    "Collaborator",
    "Comment",
    "Comparison",
    "Contribution",
    "Event",
    "File",
    "FolderHistory",
    "Issue",
    "Label",
    "LfsLock",
    "LfsObject",
    "Project",
    "ProjectRedirect",
    "ProtectedBranch",
    "Release",
    "ReleasedHistory",
    "Repair",
    "Report",
    "Revision",
    "StagedUpload",
]
