"""How django-allauth is set: sign in by handle or e-mail, MFA by code and passkey."""

ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
# An address is stopped after ten wrong passwords; a handle only by a crowd, so that nobody locks another out.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/10m/ip,1000/h/key",
    "open_issue": "10/10m/user,60/d/user",
    "comment": "30/10m/user,300/d/user",
    "photo": "60/10m/user,500/d/user",
    "report": "20/h/ip",
    "shape": "10/10m/ip,60/d/ip",
    "propose_lab": "5/10m/user,20/d/user",
    "claim_lab": "5/10m/user,20/d/user",
    "host": "20/10m/user",
    "book": "60/10m/user,500/d/user",
    "request": "20/10m/user,100/d/user",
    "request_step": "120/10m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "activate_totp": "accounts.second_factor.ActivateForm",
    "authenticate": "accounts.second_factor.AuthenticateForm",
    "reauthenticate": "accounts.second_factor.ReauthenticateForm",
}
MFA_TOTP_ISSUER = "Partage"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
