"""The portal's own settings in demonstration mode, told nothing by the machine that the tests happen to run on.

DATABASE_URL alone is heeded: it chooses SQLite (the default, in a file of its own that goes afterwards) or PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

scratch = Path(tempfile.mkdtemp(prefix="shp-test-"))
atexit.register(shutil.rmtree, scratch, ignore_errors=True)

# Set, not removed: a variable that is missing would be read from the developer's .env.
os.environ.update(
    DEMO="true",
    DEBUG="false",
    SECRET_KEY="for tests only, which guard nothing",
    ALLOWED_HOSTS="",
    SITE_URL="http://127.0.0.1:8000",
    PROXY_COUNT="0",
    REDIS_URL="",
    CLAMAV_URL="",
    EMAIL_URL="memorymail://",
    DEFAULT_FROM_EMAIL="portal@demo.example",
    MEDIA_ROOT=str(scratch / "media"),
    TICK_SECONDS="60",
)
os.environ.setdefault("DATABASE_URL", "")
if not os.environ["DATABASE_URL"]:
    os.environ["DATABASE_URL"] = f"sqlite:///{scratch / 'portal.sqlite3'}"

from shp_portal.settings import *  # noqa: E402, F403
from shp_portal.settings import DATABASES, SQLITE, STORAGES  # noqa: E402

if SQLITE:
    # A file, since the live server's threads, the worker and the tests lock one another out of a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(scratch / "test.sqlite3")}
# Pages are rendered without a `collectstatic` before; tests/test_static.py tries the real storage.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Nudges go nowhere unless a test brings a broker (fixture `worker`).
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
