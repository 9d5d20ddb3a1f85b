"""Without its broker the portal goes on: a nudge gives up at once, and the pages' own word for it is no error."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu.exceptions import OperationalError


def nudge(broker_url: str) -> float:
    """Seconds until publishing gives up, under the portal's own Celery settings."""
    app = Celery("away", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = broker_url
    started = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task("shp_portal.tasks.tick")
    return time.monotonic() - started


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_a_broker_that_is_not_there(tmp_path: Path) -> None:
    assert nudge(f"redis+socket://{tmp_path / 'valkey.sock'}") < 1.5


def test_a_broker_that_never_answers(black_hole: str) -> None:
    assert nudge(black_hole) < 5
