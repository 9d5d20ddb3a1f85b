"""The portal's settings as in production, on the database that DATABASE_URL names."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

scratch = Path(os.environ.get("BENCH_FOLDER") or tempfile.mkdtemp(prefix="shp-bench-"))
if "BENCH_FOLDER" not in os.environ:
    os.environ["BENCH_FOLDER"] = str(scratch)
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)

os.environ.update(
    DEMO="true",
    DEBUG="false",
    SECRET_KEY="for measurements only, which guard nothing",  # nosec B106
    ALLOWED_HOSTS="",
    SITE_URL="http://127.0.0.1:8000",
    PROXY_COUNT="0",
    REDIS_URL="",
    CLAMAV_URL="",
    EMAIL_URL="memorymail://",
    DEFAULT_FROM_EMAIL="portal@demo.example",
    MEDIA_ROOT=str(scratch / "media"),
)

from shp_portal.settings import *  # noqa: E402, F403

CELERY_BROKER_URL = "memory://"
#: The portal's addresses and those of the floor.
ROOT_URLCONF = "bench.floor"
# Chosen to be slow; nobody signs in by password here.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
