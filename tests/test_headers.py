"""What every response says to the browser: pages, redirects, errors, static files, PDFs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from actions.models import ActionQuerySet
from priorities.models import Plan
from shp_portal.middleware import never_stored, strangers_on_the_shelf
from tests.makers import Cast
from tests.paper import half_year, published_report, released

pytestmark = pytest.mark.django_db


def policy(response: HttpResponseBase) -> dict[str, set[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";") if part.strip())
    return {name: set(values) for name, *values in directives}


def assert_guarded(response: HttpResponseBase, *, page: bool = True) -> None:
    """Every header that this portal promises on whatever it sends."""
    said = policy(response)
    assert "unsafe" not in response["Content-Security-Policy"]
    assert said["default-src"] == {"'none'"}
    assert said["frame-ancestors"] == {"'none'"}
    assert said["object-src"] == {"'none'"}
    assert said["base-uri"] == {"'none'"}
    assert said["form-action"] == {"'self'"}
    outside = {value for values in said.values() for value in values if value.startswith("http") or value == "*"}
    assert outside == set()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    if page:
        assert "no-store" in response["Cache-Control"]
    for cookie in response.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key


@pytest.fixture
def cast() -> Cast:
    return Cast()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/accounts/login/", 200),
        ("/accounts/password/reset/", 200),
        ("/", 302),
        ("/actions/", 302),
        ("/admin/", 302),
        ("/no/such/page/", 404),
        ("/static/no-such-file.css", 404),
        ("/healthz", 200),
        ("/readyz", None),
    ],
)
def test_a_strangers_responses_are_guarded(cast: Cast, path: str, status: int | None):
    response = Client().get(path)
    assert status is None or response.status_code == status
    assert_guarded(response)


@pytest.mark.parametrize(
    "path", ["/", "/plan/", "/actions/", "/actions/mine/", "/re-offending/", "/reports/", "/schedule/", "/admin/"]
)
@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_a_signed_in_persons_responses_are_guarded_and_kept_nowhere(cast: Cast, path: str, role: str):
    client = Client()
    client.force_login(cast[role])
    assert_guarded(client.get(path, follow=False))


def test_a_refused_form_and_a_bad_request_are_guarded(cast: Cast):
    refused = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert refused.status_code == 403
    assert_guarded(refused)
    assert_guarded(Client().get("/", headers={"host": "evil.example"}))
    assert_guarded(Client().post("/healthz"))


def test_a_page_that_breaks_is_guarded_and_tells_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def break_down(*args: object, **kwargs: object) -> None:
        raise RuntimeError("planted secret")

    monkeypatch.setattr(ActionQuerySet, "visible_to", break_down)
    client = Client(raise_request_exception=False)
    client.force_login(cast["coordinator"])
    response = client.get("/actions/")
    assert response.status_code == 500
    assert_guarded(response)
    assert "planted secret" not in response.content.decode()
    assert "Traceback" not in response.content.decode()


def test_a_static_file_is_guarded(cast: Cast):
    response = Client().get(f"{settings.STATIC_URL}portal.css")
    assert response.status_code == 200
    assert_guarded(response, page=False)


def test_a_pdf_is_guarded_and_kept_nowhere(cast: Cast):
    version = published_report(cast)
    client = Client()
    client.force_login(cast["officer_of_lead"])
    response = client.get(f"/reports/{version.report_id}/v{version.number}/final.pdf")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert_guarded(response)


def test_what_everybody_may_read_is_guarded_and_may_be_kept(cast: Cast):
    version = released(cast, half_year("2025-04"))
    Plan.objects.update(public_shelf=True)
    client = Client()
    client.force_login(cast["coordinator"])
    for path in ("", f"{version.report_id}/v1/", f"{version.report_id}/v1.pdf"):
        response = client.get(f"/published/{path}")
        assert response.status_code == 200
        assert_guarded(response, page=False)
        assert "nonce-" not in response["Content-Security-Policy"]  # one nonce for many readers would be none
        assert response["Cache-Control"] == "public, max-age=300"
        assert (dict(response.cookies), response.get("Vary", "")) == ({}, "")
    for path in ("/published/987654/", "/published/nowhere/"):
        response = client.get(path)
        assert response.status_code == 404
        assert_guarded(response)


def test_only_what_a_page_of_the_shelf_says_itself_may_be_kept(rf: RequestFactory):
    """Anywhere else, and where a page of the shelf says nothing, nothing is; no cookie gets to the shelf or away from it."""

    def answer(request: HttpRequest) -> HttpResponse:
        assert ({} if request.path.startswith("/published/") else {"a": "b"}) == request.COOKIES
        response = HttpResponse("Hello")
        response["Vary"] = "Accept, Cookie"
        if "said" in request.path:
            response["Cache-Control"] = "public, max-age=300"
        response.set_cookie("session", "secret")
        return response

    layers = never_stored(strangers_on_the_shelf(answer))
    kept = layers(rf.get("/published/said/", headers={"cookie": "a=b"}))
    assert (kept["Cache-Control"], kept["Vary"], dict(kept.cookies)) == ("public, max-age=300", "Accept", {})
    for path in ("/published/", "/said/", "/reports/published/said/"):
        assert "no-store" in layers(rf.get(path, headers={"cookie": "a=b"}))["Cache-Control"], path


def test_a_file_of_evidence_is_guarded_and_kept_nowhere(cast: Cast):
    action = cast.action()
    cast.update(action, 1)
    action.refresh_from_db()
    client = Client()
    client.force_login(cast["officer_of_other"])
    response = client.get(cast.evidence(action).get_absolute_url())
    assert response.status_code == 200
    assert "sandbox" in policy(response)
    assert_guarded(response)


def test_no_page_asks_for_inline_style_or_script(cast: Cast):
    """Anything the policy would block is not written in the first place, in our templates at least."""
    faults = []
    for file in Path(settings.BASE_DIR, "templates").rglob("*.html"):
        text = file.read_text()
        if "reports/document" in str(file) or "reports/print" in str(file):
            text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        if re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\b(src|nonce)=)|javascript:", text):
            faults.append(str(file))
    assert faults == []


def test_the_production_settings_pass_the_deployment_check(tmp_path: Path):
    """In a process of its own: the settings of these tests are the demonstration's."""
    told = {
        "PATH": os.environ["PATH"],
        "DEMO": "false",
        "DEBUG": "false",
        "SECRET_KEY": "".join(chr(ord("A") + n % 50) for n in range(64)),
        "ALLOWED_HOSTS": "portal.example.org",
        "SITE_URL": "https://portal.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "ALLOW_SQLITE": "true",
        "REDIS_URL": "redis://127.0.0.1:6379",
        "EMAIL_URL": "smtp://localhost:25",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DJANGO_SETTINGS_MODULE": "shp_portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_production_cookies_and_redirects_are_strict(tmp_path: Path):
    told = {
        "PATH": os.environ["PATH"],
        "DEMO": "false",
        "SECRET_KEY": "".join(chr(ord("A") + n % 50) for n in range(64)),
        "ALLOWED_HOSTS": "portal.example.org",
        "SITE_URL": "https://portal.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "ALLOW_SQLITE": "true",
        "REDIS_URL": "",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "DJANGO_SETTINGS_MODULE": "shp_portal.settings",
    }
    asked = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "plain = Client().get('/accounts/login/', headers={'host': 'portal.example.org'})\n"
        "secure = Client().get('/healthz', secure=True, headers={'host': 'portal.example.org'})\n"
        "print(plain.status_code, plain['Location'])\n"
        "print(secure['Strict-Transport-Security'])\n"
        "from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=settings.BASE_DIR,
        env=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    redirect, transport, cookies = done.stdout.splitlines()
    assert redirect == "301 https://portal.example.org/accounts/login/"
    assert "max-age=31536000; includeSubDomains" in transport
    assert cookies == "__Host-session True __Host-csrf True"
