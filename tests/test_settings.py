"""Production refuses what would make it unsafe and the demonstration refuses company, each in a sentence naming the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent

PRODUCTION = {
    "DEMO": "false",
    "DEBUG": "false",
    "SECRET_KEY": "kq8rS2v1Jx_0ZtYw7uEo5NcLbPa3MdFgHi9TjVyQe4WsXzRnUm6",
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://portal:secret@db.example.org/portal",
    "REDIS_URL": "redis://broker.example.org:6379",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "MEDIA_ROOT": "var/media",
    "PROXY_COUNT": "1",
    "TICK_SECONDS": "",
    "ALLOW_SQLITE": "",
}
DEMONSTRATION = dict.fromkeys(PRODUCTION, "") | {
    "DEMO": "true",
    "SITE_URL": "http://127.0.0.1:8000",
    "EMAIL_URL": "consolemail://",
    "PROXY_COUNT": "0",
    "MEDIA_ROOT": "var/media",
}
# What an empty value would not mean: these are left to their defaults.
for _settings in (PRODUCTION, DEMONSTRATION):
    _settings["TICK_SECONDS"] = "60"


def manage(settings: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**surroundings, "DJANGO_SETTINGS_MODULE": "shp_portal.settings", **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def settings_alone(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The settings file by itself, which starts in a fifth of the time that Django takes."""
    surroundings = {name: value for name, value in os.environ.items() if name not in PRODUCTION}
    return subprocess.run(
        [sys.executable, "shp_portal/settings.py"],
        cwd=ROOT,
        env={**surroundings, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_djangos_deployment_check() -> None:
    done = manage(PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_demonstration_needs_nothing_but_its_name(tmp_path: Path) -> None:
    done = manage(DEMONSTRATION | {"DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}"}, "check")
    assert done.returncode == 0, done.stderr


REFUSED = [
    (PRODUCTION, {"DEBUG": "true"}, "DEBUG is on"),
    (PRODUCTION, {"DEBUG": "ture"}, "DEBUG is 'ture': write true or false"),
    (PRODUCTION, {"SECRET_KEY": ""}, "SECRET_KEY is missing or weak"),
    (PRODUCTION, {"SECRET_KEY": "short"}, "SECRET_KEY is missing or weak"),
    (PRODUCTION, {"SECRET_KEY": "a" * 60}, "SECRET_KEY is missing or weak"),
    (
        PRODUCTION,
        {"SECRET_KEY": "django-insecure-" + "kq8rS2v1Jx0ZtYw7uEo5NcLbPa3MdFgHi9TjVyQ"},
        "SECRET_KEY is missing or weak",
    ),
    (PRODUCTION, {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is empty"),
    (PRODUCTION, {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is empty or *"),
    (PRODUCTION, {"SITE_URL": ""}, "SITE_URL is not set"),
    (PRODUCTION, {"SITE_URL": "http://portal.example.org"}, "sign-in needs an https:// address"),
    (PRODUCTION, {"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    (PRODUCTION, {"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read"),
    (PRODUCTION, {"DATABASE_URL": "sqlite:///portal.sqlite3"}, "ALLOW_SQLITE=true"),
    (PRODUCTION, {"REDIS_URL": "http://broker"}, "REDIS_URL cannot be read"),
    (PRODUCTION, {"TICK_SECONDS": "0"}, "TICK_SECONDS is '0': write a whole number of 1 or more"),
    (PRODUCTION, {"EMAIL_URL": "pigeon://post"}, "EMAIL_URL cannot be read"),
    (
        DEMONSTRATION,
        {"ALLOWED_HOSTS": "localhost,portal.example.org"},
        "DEMO is on and ALLOWED_HOSTS names portal.example.org",
    ),
    (
        DEMONSTRATION,
        {"SITE_URL": "https://portal.example.org"},
        "DEMO is on and SITE_URL is https://portal.example.org",
    ),
    (DEMONSTRATION, {"PROXY_COUNT": "1"}, "DEMO is on and PROXY_COUNT is set"),
]


@pytest.mark.parametrize(
    ("mode", "change", "sentence"),
    REFUSED,
    ids=[f"{next(iter(change))}={next(iter(change.values()))[:20]}" for _, change, _ in REFUSED],
)
def test_a_setting_that_is_refused_says_so(mode: dict[str, str], change: dict[str, str], sentence: str) -> None:
    done = settings_alone(mode | change)
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_the_modes_from_which_the_refusals_differ_are_not_refused() -> None:
    assert settings_alone(PRODUCTION).returncode == 0
    assert settings_alone(DEMONSTRATION).returncode == 0


def test_a_command_says_the_sentence_and_no_stack_trace() -> None:
    done = manage(PRODUCTION | {"SECRET_KEY": "short"}, "check")
    assert done.returncode == 1
    assert done.stderr.startswith("Cannot start: SECRET_KEY is missing or weak")
    assert "Traceback" not in done.stderr


def test_sqlite_in_production_by_name() -> None:
    done = manage(PRODUCTION | {"DATABASE_URL": "sqlite:///var/portal.sqlite3", "ALLOW_SQLITE": "true"}, "check")
    assert done.returncode == 0, done.stderr


def test_a_missing_database_folder_is_a_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "portal.sqlite3"
    done = manage(DEMONSTRATION | {"DATABASE_URL": f"sqlite:///{missing}"}, "migrate")
    assert done.returncode != 0
    assert f"The folder {missing.parent} for the database file does not exist." in done.stderr
    assert "Traceback" not in done.stderr


def test_broker_and_cache_never_share_a_database() -> None:
    from shp_portal.settings import _redis

    assert _redis("redis://user:pw@host:6379/5", 1) == "redis://user:pw@host:6379/1"
    assert _redis("unix:///run/valkey.sock", 0) == "unix:///run/valkey.sock?db=0"


def test_the_demonstration_answers_its_own_machine_only(client: Client) -> None:
    assert client.get("/healthz", REMOTE_ADDR="127.0.0.1").status_code == 200
    refused = client.get("/healthz", REMOTE_ADDR="192.0.2.7")
    assert refused.status_code == 403
    assert "its own machine only" in refused.content.decode()
