"""Settings of the portal. Everything that differs between machines comes from the environment (docs/operations.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal import __version__, environment

BASE_DIR = Path(__file__).resolve().parent.parent

# --- the mode -------------------------------------------------------------------------------------------------------
PORTAL_DEMO = environment.switch("PORTAL_DEMO", False)
PORTAL_TESTING = environment.switch("PORTAL_TESTING", False)
PRODUCTION = not PORTAL_DEMO and not PORTAL_TESTING
DEBUG = environment.switch("DEBUG", False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG=1 is refused in production: unset it, or set PORTAL_DEMO=1 on a trial machine.")
SECRET_KEY = environment.secret_key("SECRET_KEY", production=PRODUCTION)
FIELD_KEYS = environment.field_keys("FIELD_KEYS")
HTTPS = environment.switch("HTTPS", True)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = environment.origins("CSRF_TRUSTED_ORIGINS")

# --- what is installed ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_include_bootstrap",
    "bs_icon_templates",
    "pgtrigger",
    "csp",
    "portal.organization",
    "portal.calendars",
    "portal.promises",
    "portal.notifications",
    "portal.audit",
    "portal.files",
    "portal.arrivals",
    "portal.drafts",
    "portal.pages",
    "residents",
    "bar_service",
    "complaints",
    "visits",
    "reports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.compression.PageCompression",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.organization.middleware.OwnLanguageMiddleware",
    "portal.organization.idle.IdleMiddleware",
    "portal.api.middleware.ResidentApiMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.pages.visible.NothingShownIsEmpty",
    "portal.pages.errors.OwnPages",
    "portal.pages.kept.KeepWhatWasTyped",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.page",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- data -----------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **environment.database("DATABASE_URL"),
        "ENGINE": "django.db.backends.postgresql",
        # The suite's live server leaves its threads behind, and with them whatever they kept open.
        "CONN_MAX_AGE": 0 if PORTAL_TESTING else 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 5, **DATABASES["default"]["OPTIONS"]}  # seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = environment.redis_address("REDIS_URL")
# Redis is only the bell (docs/architecture.md): whatever asks it for anything gives up within these seconds.
REDIS_TIMEOUT_SECONDS = 1
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS},
    }
}

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organization.User"
AUTHENTICATION_BACKENDS = ["portal.organization.lockout.OneTryAtATime", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.organization.password_strength.NotEasilyGuessed"},
]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # seconds: a link with which the owner sets a password
LOGIN_URL = "/login/"
CSRF_FAILURE_VIEW = "portal.pages.errors.csrf_failed"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: the absolute length of a shift
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# How many proxies of our own stand in front; what a client itself writes into X-Forwarded-For counts for nothing.
TRUSTED_PROXIES = environment.whole_number("TRUSTED_PROXIES", 0, least=0, most=5)
# Five wrong passwords in half an hour close that account for that network (RELIABILITY F1), and nobody else's.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "portal.organization.lockout.show_locked_out"
AXES_CLIENT_IP_CALLABLE = "portal.addresses.network_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or an attacker who goes on trying would never let it end
AXES_DISABLE_ACCESS_LOG = False
AXES_VERBOSE = False

# --- transport and headers ------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # a balancer asks on the inner side
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: is how Bootstrap's CSS draws its arrows and ticks
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY = {name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes: a JSON body over 1 MB is 413
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = [
    "portal.files.uploads.NotEndless",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700

# --- languages and times --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = environment.time_zone("TIME_ZONE", "Asia/Shanghai")

# --- static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(environment.text("PORTAL_STATIC_ROOT") or BASE_DIR / "var" / "static")
# What residents and staff hand in; outside the code, private, and part of the backup (docs/operations.md).
MEDIA_ROOT = Path(environment.text("PORTAL_FILES_ROOT") or BASE_DIR / "var" / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Tests serve files by their plain names: Django's live server knows no hashed ones.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PORTAL_TESTING
        else "portal.compression.StaticFiles"
    },
}

# --- Celery: the sweep's bell and nothing that carries a promise (RELIABILITY §2.2) ---------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": REDIS_TIMEOUT_SECONDS,
    "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    "visibility_timeout": 600,  # seconds, well above the longest task
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 60  # seconds
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
SWEEP_EVERY_SECONDS = 10
CELERY_BEAT_SCHEDULE = {
    # expires: a sweep that nobody took in time is not worth taking late; the next one finds the same rows.
    "sweep": {
        "task": "portal.promises.tasks.sweep",
        "schedule": SWEEP_EVERY_SECONDS,
        "options": {"expires": SWEEP_EVERY_SECONDS},
    },
    "forget": {"task": "residents.tasks.forget_old_answers", "schedule": 3600.0},
    "week": {"task": "residents.tasks.tell_the_week", "schedule": 900.0},
    "imports": {"task": "residents.tasks.take_up_imports", "schedule": 5.0, "options": {"expires": 5}},
    "bar days": {"task": "bar_service.tasks.plan_days", "schedule": 300.0},
    "reports": {"task": "reports.tasks.plan_and_make", "schedule": 60.0, "options": {"expires": 60}},
    "repeats": {"task": "complaints.tasks.look_for_repeats", "schedule": 3600.0},
    "visit rounds": {"task": "visits.tasks.tell_missing_rounds", "schedule": 900.0},
    "suggestion box": {"task": "complaints.tasks.tell_missed_box", "schedule": 900.0},
    "months": {"task": "reports.tasks.count_months", "schedule": 120.0},
    "forget drafts": {"task": "portal.drafts.tasks.forget_old_drafts", "schedule": 3600.0},
    "sweep files": {"task": "portal.files.tasks.sweep_orphans", "schedule": 3600.0},
    "send": {
        "task": "portal.notifications.tasks.send_waiting_messages",
        "schedule": SWEEP_EVERY_SECONDS,
        "options": {"expires": SWEEP_EVERY_SECONDS},
    },
}

# --- messages -------------------------------------------------------------------------------------------------------
# console writes who was told what (never whom it is about) into the log: the demo's and the developer's channel.
NOTIFICATION_CHANNELS = ["in_app", "console"] if PORTAL_DEMO else ["in_app"]
SMS_BACKEND = environment.text("SMS_BACKEND", "" if PRODUCTION else "console")
vars().update(environment.mail("EMAIL_URL"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM") or vars().get("EMAIL_HOST_USER") or "portal@localhost"

# --- the residents' API ---------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["residents.api.authentication.ResidentTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is an unknown parameter like any other
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Front-desk portal: residents' API",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,  # generators stumble over an enum of nothing
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.openapi.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "TicketKind": "complaints.states.Kind.choices",
        "TicketStatus": "complaints.states.Status.choices",
        "PreferredContact": "residents.models.Contact.choices",
    },
}
_DEMO = 100 if PORTAL_DEMO else 1  # for everybody trying it out at once
RESIDENT_RATES = {
    "token": f"{600 * _DEMO}/minute",
    "address": f"{1200 * _DEMO}/minute",
    "new_tickets": f"{60 * _DEMO}/hour",
    "code_phone_minute": "1/minute",
    "code_phone_hour": "5/hour",
    "code_address": f"{30 * _DEMO}/hour",
    "token_address": f"{20 * _DEMO}/hour",
}

# --- logs: English, ids instead of names and numbers ----------------------------------------------------------------
LOG_LEVEL = environment.log_level("LOG_LEVEL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "portal.logs.WithoutNumbers", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False},
        "pikepdf": {"level": "ERROR"},  # it says at each start that it is there, and what it mends in documents
    },
}

# --- residents' tokens (INTERFACES §4) ------------------------------------------------------------------------------
MIGRATION_MODULES = {"knox": None}  # its own token table would stand beside ours
KNOX_TOKEN_MODEL = "residents.ApiToken"  # noqa: S105 - a name
REST_KNOX = {
    "TOKEN_MODEL": KNOX_TOKEN_MODEL,
    "TOKEN_TTL": timedelta(days=30),
    "AUTH_HEADER_PREFIX": "Bearer",
    "AUTO_REFRESH": False,
}
