"""Everything the portal is told by its surroundings, read once, strictly.

Each variable is listed with its type and default in .env.example. There are two modes: demonstration (DEMO=true, loopback only,
nothing else needed) and production (anything else). A setting that would make either unsafe refuses to start, with a
sentence that names the variable and says what to do.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")


def _text(name: str, default: str = "") -> str:
    """A text; empty means not set, as compose files and unit files leave variables."""
    return env.str(name, default="").strip() or default


def _flag(name: str, default: bool = False) -> bool:
    """A yes or no; anything else is refused, since a mistyped "ture" must not quietly mean no."""
    text = _text(name, str(default)).lower()
    if text in {"true", "yes", "on", "1"}:
        return True
    if text in {"false", "no", "off", "0"}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}: write true or false.")


def _number(name: str, default: int, least: int) -> int:
    """A whole number of at least `least`."""
    text = _text(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}: write a whole number of {least} or more.")
    return int(text)


def _loopback(host: str) -> bool:
    """Whether `host` can only mean this machine."""
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --- Which mode, and what it refuses ---------------------------------------------------------------------------------

DEMO = _flag("DEMO")
DEBUG = _flag("DEBUG")
SECRET_KEY = _text("SECRET_KEY", "")
ALLOWED_HOSTS = [host.strip() for host in _text("ALLOWED_HOSTS").split(",") if host.strip()]
SITE_URL = _text("SITE_URL", "http://127.0.0.1:8000" if DEMO else "").rstrip("/")
PROXY_COUNT = _number("PROXY_COUNT", default=0, least=0)
DATABASE_URL = _text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}" if DEMO else "")

site = urlsplit(SITE_URL)
if site.scheme not in {"http", "https"} or not site.hostname:
    raise ImproperlyConfigured(
        "SITE_URL is not set to an address: write the one people type, such as https://portal.example.org. "
        "(To look at the portal on this machine, `make run` sets up a demonstration.)"
    )
if not DATABASE_URL:
    raise ImproperlyConfigured("DATABASE_URL is not set: write postgres://user:password@host:5432/name.")
try:
    database = env.db_url_config(DATABASE_URL)
except environ.ImproperlyConfigured:
    database = {}
SQLITE = database.get("ENGINE") == "django.db.backends.sqlite3"
if not SQLITE and database.get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL cannot be read: write postgres://user:password@host:5432/name.")

if DEMO:
    # The demonstration shows its passwords on the sign-in page, so nobody but this machine may ever reach it.
    if strangers := [host for host in ALLOWED_HOSTS if not _loopback(host)]:
        raise ImproperlyConfigured(
            f"DEMO is on and ALLOWED_HOSTS names {strangers[0]}: the demonstration answers on this machine only. "
            "Take the name out, or set DEMO=false."
        )
    if not _loopback(site.hostname) or site.scheme != "http":
        raise ImproperlyConfigured(
            f"DEMO is on and SITE_URL is {SITE_URL}: the demonstration answers on http://127.0.0.1 only. "
            "Change SITE_URL, or set DEMO=false."
        )
    if PROXY_COUNT:
        raise ImproperlyConfigured(
            "DEMO is on and PROXY_COUNT is set: the demonstration stands behind no proxy. Set DEMO=false."
        )
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]
    # `make run` writes a random key; without one, sessions of a loopback demonstration protect nothing worth a secret.
    SECRET_KEY = SECRET_KEY or f"demonstration on this machine only: {BASE_DIR}"
else:
    if DEBUG:
        raise ImproperlyConfigured(
            "DEBUG is on: it shows settings and data to visitors. Set DEBUG=false, or DEMO=true on your own machine."
        )
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure"):
        raise ImproperlyConfigured(
            "SECRET_KEY is missing or weak: set 50 or more random characters, "
            "such as the output of `python3 -c 'import secrets; print(secrets.token_urlsafe(50))'`."
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS is empty or *: write the host names people use, separated by commas.")
    if site.scheme != "https":
        raise ImproperlyConfigured(f"SITE_URL is {SITE_URL}: sign-in needs an https:// address.")
    if SQLITE and not _flag("ALLOW_SQLITE"):
        raise ImproperlyConfigured(
            "DATABASE_URL names SQLite, which one machine can lose: use PostgreSQL, or set ALLOW_SQLITE=true to take the risk."
        )

# --- Django ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "shp_portal",
    "reports",
    "actions",
    "performance",
    "priorities",
    "partners",
    "shp_portal.administration.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's templates use it
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_forms_gds",
    "simple_history",
    "rules",
    "csp",
]

MIDDLEWARE = [
    "shp_portal.middleware.permissions_policy",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    # Everything above marks static files too; everything below is pages.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shp_portal.middleware.never_stored",
    "shp_portal.middleware.strangers_on_the_shelf",  # outside everything that reads or sets a cookie
    "shp_portal.middleware.not_too_large",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shp_portal.middleware.kept_awake",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "shp_portal.middleware.not_taken_in_words",
]
if DEMO:
    MIDDLEWARE.insert(0, "shp_portal.middleware.loopback_only")

ROOT_URLCONF = "shp_portal.urls"
WSGI_APPLICATION = "shp_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "shp_portal.pages.navigation.frame",
            ],
        },
    },
]

# Lower rooms find the pages of higher ones here (get_absolute_url), so that nothing imports or reverses upwards.
ABSOLUTE_URL_OVERRIDES: dict[str, Callable[[Any], str]] = {
    "partners.partner": lambda partner: reverse("portal:partner", args=[partner.code]),
    "performance.similarareastable": lambda table: (
        f"{reverse('portal:similar-areas')}?quarter={table.period.code}#rates"
    ),
    "performance.comparator": lambda average: f"{reverse('portal:similar-areas')}#averages",
    "performance.emergingissue": lambda issue: reverse("portal:issue", args=[issue.pk]),
    "performance.indicator": lambda indicator: reverse("portal:indicator", args=[indicator.code]),
    "performance.strategicassessment": lambda assessment: reverse("portal:assessment", args=[assessment.pk]),
    "priorities.plan": lambda plan: reverse("portal:plan"),
    "priorities.priority": lambda priority: reverse("portal:priority", args=[priority.code]),
    "priorities.updateround": lambda update_request: reverse("portal:board"),
    "priorities.subgroup": lambda sub_group: reverse("portal:sub-group", args=[sub_group.code]),
}

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "shp_portal.formats"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

# --- Rows and files --------------------------------------------------------------------------------------------------

if SQLITE:
    # Measured: six writers at once without an error. IMMEDIATE takes the write lock at BEGIN instead of failing half-way;
    # for that reason there is no ATOMIC_REQUESTS: a page that only reads must not hold off the writers.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DATABASES = {"default": database}

MEDIA_ROOT = BASE_DIR / _text("MEDIA_ROOT", "var/media")
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / _text("STATIC_ROOT", "var/static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Pictures and packed typefaces are as small as they get; the plain typefaces are the PDFs', which read them from the disk.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["gif", "ico", "jpg", "png", "ttf", "webp", "woff", "woff2", "gz", "br"]
# No file is ever served by its storage address: views check permission and send it.
MEDIA_URL = "/no-such-place/"
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# A few more than an update may carry, so that one too many gets a sentence and a hundred are not even read.
DATA_UPLOAD_MAX_NUMBER_FILES = 20
#: A whole request with its files, in bytes (shp_portal.middleware.not_too_large).
LARGEST_REQUEST = 55 * 1024 * 1024

# The virus scanner that evidence goes through; without one evidence is marked "not scanned".
CLAMAV_URL = _text("CLAMAV_URL")
if CLAMAV_URL and not re.fullmatch(r"tcp://[^/:]+:[0-9]{1,5}|unix:///.+", CLAMAV_URL):
    raise ImproperlyConfigured("CLAMAV_URL cannot be read: write tcp://host:3310 or unix:///run/clamav/clamd.ctl.")

# --- Broker, cache and jobs ------------------------------------------------------------------------------------------


def _redis(url: str, database: int) -> str:
    """`url` with its database number replaced: broker and cache share a server, never a database (clearing one must spare the other)."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL cannot be read: write redis://host:6379 or unix:///path/to/socket.")
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={database}"
    return urlunsplit(parts._replace(path=f"/{database}"))


REDIS_URL = _text("REDIS_URL", "")
if REDIS_URL:
    # allauth counts sign-in attempts in the cache, so that every web worker must see the same one.
    CACHES = {
        "default": {
            "BACKEND": "shp_portal.cache.SharedCache",
            "LOCATION": _redis(REDIS_URL, 1),
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_BROKER_URL = (
    _redis(REDIS_URL or "redis://127.0.0.1:6379", 0)
    .replace("unix://", "redis+socket://", 1)
    .replace("?db=", "?virtual_host=")
)
CELERY_TIMEZONE = TIME_ZONE
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "portal"
CELERY_TASK_ROUTES = {"reports.tasks.render": {"queue": "render"}}
# A killed worker's task comes back after visibility_timeout; the limits make sure that no living one still holds it then.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SOFT_TIME_LIMIT = 200
CELERY_TASK_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A page only nudges: with the broker away it must go on at once, since the next tick finds what is due in any case.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
TICK_SECONDS = _number("TICK_SECONDS", default=60 if DEMO else 120, least=1)
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "shp_portal.tasks.tick", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
}

# --- E-mail ----------------------------------------------------------------------------------------------------------

# A file path stands relative to the checkout, since that is how filemail:// is read.
_email_url = _text("EMAIL_URL", "filemail:///var/mail" if DEMO else "smtp://localhost:25")
try:
    _email = env.email_url_config(_email_url)
except (environ.ImproperlyConfigured, KeyError) as error:
    raise ImproperlyConfigured("EMAIL_URL cannot be read: write smtp+tls://user:password@host:587.") from error
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
if EMAIL_BACKEND == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_FILE_PATH = BASE_DIR / _email["EMAIL_FILE_PATH"]
DEFAULT_FROM_EMAIL = _text("DEFAULT_FROM_EMAIL", f"Safer Hartlepool Partnership <portal@{site.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Identity --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "partners.adapters.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Administrators vouch for addresses, so nobody confirms one; and strangers who ask for a password get no e-mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "partners.forms.SignInForm",
    "change_password": "partners.forms.ChangePasswordForm",
    "set_password": "partners.forms.SetPasswordForm",
    "reset_password": "partners.forms.AskForLinkForm",
    "reset_password_from_key": "partners.forms.ChoosePasswordForm",
    "reauthenticate": "partners.forms.ReauthenticateForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = site.scheme
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# --- What every response says ----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # the kits' style sheets draw a few arrows as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Without a visit for so long one is signed out; a dialogue warns before (static/idle.js). The default is a working day.
SESSION_COOKIE_AGE = 60 * _number("SESSION_MINUTES", default=12 * 60, least=5)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would sign people out when they follow the link in an e-mail
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "shp_portal.pages.refused.too_old"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
if DEMO:
    # __Host- cookies want TLS, which plain loopback has not; own names keep demonstrations apart from other local sites.
    SESSION_COOKIE_NAME = "shp_session"
    CSRF_COOKIE_NAME = "shp_csrf"
else:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{site.netloc}"]
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak plain HTTP from inside
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Forms and logs --------------------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "shp_portal.logs.OneLine", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "filters": {"refusals": {"()": "shp_portal.logs.RefusalsInShort"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers print tracebacks twice in DEBUG and mail administrators otherwise: one line on stderr instead.
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # What WeasyPrint and fontTools say while they work is for their own makers.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "celery": {"level": "INFO"},
    },
}
