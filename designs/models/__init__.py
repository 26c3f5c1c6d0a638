"""The database's index of projects: git and the blob store are the truth."""

from designs.models.analysis import Analysis
from designs.models.comparison import Comparison
from designs.models.file import File
from designs.models.project import Collaborator, Project, ProjectRedirect
from designs.models.release import Release
from designs.models.repair import Repair
from designs.models.report import Report
from designs.models.revision import Revision
from designs.models.upload import StagedUpload

__all__ = [
    "Analysis",
    "Collaborator",
    "Comparison",
    "File",
    "Project",
    "ProjectRedirect",
    "Release",
    "Repair",
    "Report",
    "Revision",
    "StagedUpload",
]
