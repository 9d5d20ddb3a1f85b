"""While the shared cache is away people still sign in, guessing is still limited, and readiness says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client

from tests.makers import PASSWORD, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _away(tmp_path: Path, settings: object) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"  # type: ignore[attr-defined]
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "shp_portal.cache.SharedCache",
            "LOCATION": f"unix://{tmp_path}/nobody.sock?db=1",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    caches["default"].clear()


def sign_in(email: str, password: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_people_sign_in():
    Cast()
    assert sign_in("chair@test.example", PASSWORD)


def test_guessing_is_limited_all_the_same():
    Cast()
    for _ in range(5):
        assert not sign_in("chair@test.example", "wrong green bottles")
    assert not sign_in("chair@test.example", PASSWORD)


def test_readiness_names_the_broker_and_stays_ready():
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["broker"] == "does not answer"


def test_every_verb_answers_without_its_server():
    cache = caches["default"]
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.incr("a") == 2
    cache.set_many({"b": 3, "c": 4})
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": 3, "c": 4}
    assert cache.touch("b")
    cache.delete_many(["a", "b"])
    assert cache.delete("c")
    assert not cache.has_key("c")
    assert cache.get("a") is None
    cache.set("d", 5, timeout=None)
    assert cache.get_or_set("d", 6) == 5
