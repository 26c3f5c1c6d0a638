"""Settings: embedded defaults for a laptop, each one an environment variable for a server."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.allauth_settings import *  # noqa: F403
from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

DEBUG = env.flag("PARTAGE_DEBUG", default=False)
DATA_DIR = Path(env.text("PARTAGE_DATA", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _own_secret() -> str:
    """A secret key of this data folder's own, made at the first start."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text().strip()


SECRET_KEY = env.text("PARTAGE_SECRET_KEY", "") or _own_secret()
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("PARTAGE_SECRET_KEY: say at least 50 random characters")

SITE_URL = env.text("PARTAGE_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.text("PARTAGE_SITE_NAME", "Partage")
_https = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("PARTAGE_HOSTS", f"{urlsplit(SITE_URL).hostname},localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if _https else []
TRUSTED_PROXIES = env.words("PARTAGE_TRUSTED_PROXIES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https and env.flag("PARTAGE_HTTPS_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.number("PARTAGE_HSTS_SECONDS", 31_536_000 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "rules",
    "jobs",
    "accounts",
    "storage",
    "search",
    "designs",
    "fablab",
]

MIDDLEWARE = [
    "config.middleware.ProxyHeaders",
    "designs.api.errors.Problems",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.Troubles",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.site",
            ],
        },
    }
]

DATABASES = {"default": env.database("PARTAGE_DATABASE_URL", f"sqlite:///{DATA_DIR}/db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
_mail = env.email("PARTAGE_EMAIL_URL")
MAIL_CONFIGURED = bool(_mail)
EMAIL_TIMEOUT = 30
globals().update(_mail)
DEFAULT_FROM_EMAIL = env.text("PARTAGE_EMAIL_FROM", f"noreply@{urlsplit(SITE_URL).hostname}")
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_CONFIGURED else "none"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https
NOREPLY_DOMAIN = f"users.noreply.{urlsplit(SITE_URL).hostname}"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FONTS_DIR = BASE_DIR / "node_modules" / "dejavu-fonts-ttf" / "ttf"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/pictures/"

REPOSITORIES_DIR = DATA_DIR / "repositories"
_s3 = env.text("PARTAGE_S3_BUCKET", "")


def _s3_client() -> object:
    """Gives up soon, so that a page says that the store is away instead of waiting for it."""
    from botocore.config import Config  # a quarter of a second, for those alone who have S3

    return Config(signature_version="s3v4", connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2})


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "blobs": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _s3,
            "endpoint_url": env.text("PARTAGE_S3_ENDPOINT", "") or None,
            "access_key": env.text("PARTAGE_S3_ACCESS_KEY", "") or None,
            "secret_key": env.text("PARTAGE_S3_SECRET_KEY", "") or None,
            "region_name": env.text("PARTAGE_S3_REGION", "") or None,
            "querystring_auth": True,
            "client_config": _s3_client(),
            "default_acl": None,
        },
    }
    if _s3
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "blobs"},
    },
}

SEARCH_DIR = DATA_DIR / "search"
SEARCH_URL = env.addresses("PARTAGE_SEARCH_URL")
SEARCH_API_KEY = env.text("PARTAGE_SEARCH_API_KEY", "")
SEARCH_CERTIFICATES = env.certificates("PARTAGE_SEARCH_CERTIFICATES")
SEARCH_PREFIX = env.text("PARTAGE_SEARCH_PREFIX", "partage")
S3_DIRECT = env.flag("PARTAGE_S3_DIRECT", True)
X_ACCEL_REDIRECT = env.text("PARTAGE_X_ACCEL_REDIRECT", "")
S3_REDIRECT = env.flag("PARTAGE_S3_REDIRECT", default=False)
MAX_FILE = env.size("PARTAGE_MAX_FILE", "1G")
QUOTA = env.size("PARTAGE_QUOTA", "20G")
MAX_PLAIN = env.size("PARTAGE_MAX_PLAIN", "32M")
MAX_PUSH = env.size("PARTAGE_MAX_PUSH", "2G")
MAX_COMMIT = env.size("PARTAGE_MAX_COMMIT", "4G")
MAX_COMMIT_FILES = env.number("PARTAGE_MAX_COMMIT_FILES", 5_000, least=1)
UPLOADS_DIR = DATA_DIR / "uploads"
UPLOADS_DIR.mkdir(exist_ok=True)
FILE_UPLOAD_TEMP_DIR = str(UPLOADS_DIR)
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 << 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = MAX_COMMIT_FILES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2 * MAX_COMMIT_FILES + 100
WORKERS = env.number("PARTAGE_WORKERS", 1)
WEB_THREADS = env.number("PARTAGE_WEB_THREADS", 16, least=2)
GIT_SLOTS = env.number("PARTAGE_GIT_SLOTS", 4, least=1)
MAX_IMPORT = env.size("PARTAGE_MAX_IMPORT", "2G")
_minutes = env.number("PARTAGE_IMPORT_MINUTES", 20, least=1)
if _minutes > 25:
    raise ImproperlyConfigured("PARTAGE_IMPORT_MINUTES: say 25 at the most, a worker's patience is 30")
IMPORT_SECONDS = 60 * _minutes
IMPORT_ALLOWED_HOSTS = [host.lower() for host in env.words("PARTAGE_IMPORT_ALLOWED_HOSTS")]
IMPORT_CA_FILE = env.certificates("PARTAGE_IMPORT_CERTIFICATES")
PRINTER_HOSTS = [host.lower() for host in env.words("PARTAGE_PRINTER_HOSTS")]
EXPORT_DAYS = env.number("PARTAGE_EXPORT_DAYS", 7, least=1)
TRASH_DAYS = env.number("PARTAGE_TRASH_DAYS", 30)

MAP_TILES = env.text("PARTAGE_MAP_TILES", "")
MAP_ATTRIBUTION = env.text("PARTAGE_MAP_ATTRIBUTION", "© OpenStreetMap contributors")
if MAP_TILES and not all(part in MAP_TILES for part in ("https://", "{z}", "{x}", "{y}")):
    raise ImproperlyConfigured("PARTAGE_MAP_TILES: say an https:// address with {z}, {x} and {y}")
_tiles_hosts = [f"https://{urlsplit(MAP_TILES).netloc.replace('{s}', '*')}"] if MAP_TILES else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE, "'wasm-unsafe-eval'"],  # Draco's decoder is WebAssembly
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *_tiles_hosts],
        "connect-src": [SELF, "blob:", "data:"],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.security.DisallowedHost": {"handlers": [], "propagate": False}},
}
