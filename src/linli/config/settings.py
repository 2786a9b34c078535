"""Settings, from the environment only. ``docs/start.md`` lists every variable; the machine fills what is not given."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("LINLI_DATA", ROOT / ".data"))


def flag(name: str, default: str = "") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


def database(url: str) -> dict[str, object]:
    """Django's database settings from a ``postgresql://user:secret@host:port/name?host=/socket/folder`` address."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "linli",
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or "") or options.pop("password", ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or parts.port or "",
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///linli"))}

SECRET_KEY = os.environ.get("LINLI_SECRET_KEY", "")
#: 32 bytes in hexadecimal: what files at rest are encrypted with.
FILES_KEY = os.environ.get("LINLI_FILES_KEY", "")
#: 32 bytes in hexadecimal each, the present one first: what personal values in the database are sealed with.
DATA_KEYS = [key.strip() for key in os.environ.get("LINLI_DATA_KEYS", "").split(",") if key.strip()]
#: 32 bytes in hexadecimal, for ever the same: what a sealed value is found by.
INDEX_KEY = os.environ.get("LINLI_INDEX_KEY", "")
#: 32 bytes in hexadecimal: what the heads of the public logs are signed with (Ed25519).
LOG_KEY = os.environ.get("LINLI_LOG_KEY", "")
#: Where the highest head of every log is kept outside the database, so that an old backup is noticed.
WITNESS_FOLDER = Path(os.environ.get("LINLI_WITNESS", DATA / "witness"))
#: Hosts inside the network that the program may call all the same, and without TLS: a mail server next door.
OUTBOUND_HOSTS = frozenset(os.environ.get("LINLI_OUTBOUND_HOSTS", "").lower().replace(",", " ").split())
#: Weixin's official account (公众号) by whose pages people may come in; without both there is no such way in.
WEIXIN_APP_ID = os.environ.get("LINLI_WEIXIN_APP_ID", "")
WEIXIN_SECRET = os.environ.get("LINLI_WEIXIN_SECRET", "")
#: Where Weixin is asked whose code came back.
WEIXIN_API = os.environ.get("LINLI_WEIXIN_API", "https://api.weixin.qq.com")
FILES_FOLDER = Path(os.environ.get("LINLI_FILES", DATA / "files"))

DEBUG = flag("LINLI_DEBUG")
#: A test instance says so on every page, and opens the page of parts at /design.
DEMO = flag("LINLI_DEMO")
ADDRESS = os.environ.get("LINLI_ADDRESS", "http://localhost:8000")
SECURE = ADDRESS.startswith("https://")
#: What the names of the public logs begin with; a log that has begun keeps its name.
LOG_NAME = os.environ.get("LINLI_LOG_NAME", "") or urlsplit(ADDRESS).netloc
#: Our own proxy stands before us: the last entry of X-Forwarded-For is who asked it.
BEHIND_PROXY = flag("LINLI_PROXY")
#: Where the streams of live pages are reached; without it pages ask again every 15 seconds.
LIVE = os.environ.get("LINLI_LIVE", "")
ALLOWED_HOSTS = [urlsplit(ADDRESS).hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [ADDRESS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_ENGINE = "linli.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "linli.web.errors.csrf_failed"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "linli.web",
    "linli.record",
    "linli.files",
    "linli.community",
    "linli.messaging",
    "linli.accounts",
    "linli.voting",
    "linli.matters",
    "linli.portal",
    "linli.demo",
]

MIDDLEWARE = [
    "linli.web.requests.RequestIdMiddleware",
    "linli.web.security.SecurityHeadersMiddleware",
    "linli.web.address.OneNameMiddleware",
    "linli.web.compression.CompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "linli.files.uploads.UploadLimits",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "linli.accounts.acting.ActingMiddleware",
    "linli.web.refusal.RefusedMiddleware",
]

ROOT_URLCONF = "linli.config.urls"
WSGI_APPLICATION = "linli.config.wsgi.application"
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign-in"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "linli.web.shell.shell",
                "linli.portal.menu.menu",
            ]
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "src" / "linli" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

#: Bytes of one request's body without files, and of all its files together.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = 128 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["linli.files.uploads.LimitedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 200

#: What follows an event, and what each kind of job does.
FLOWS = "linli.flows"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "linli.web.discretion.JsonLine"},
        #: While building: failures in full, with whatever they quote.
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {"without_secrets": {"()": "linli.web.discretion.WithoutSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEBUG else "json",
            "filters": ["without_secrets"],
        },
    },
    "loggers": {"django": {"handlers": [], "propagate": True}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
