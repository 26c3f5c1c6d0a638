"""People and organisations, the handles that they share, and access tokens."""

from accounts.models.namespace import HandleRedirect, Namespace, handle_is_taken
from accounts.models.organisation import Membership, Organisation
from accounts.models.token import AccessToken
from accounts.models.user import User

__all__ = ["AccessToken", "HandleRedirect", "Membership", "Namespace", "Organisation", "User", "handle_is_taken"]
