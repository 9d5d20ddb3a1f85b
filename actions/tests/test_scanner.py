"""What is asked of the virus scanner, and what its answers mean."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.scanner import NoVerdict, Verdict, check_address, scan
from actions.tests.clamd import Clamd, clamd
from actions.tests.samples import EICAR


@pytest.fixture
def scanner() -> Iterator[Clamd]:
    with clamd() as server:
        yield server


def test_a_clean_file_is_sent_whole(scanner: Clamd):
    content = b"0123456789" * 20_000  # some pieces
    assert scan(scanner.address, content) == Verdict(clean=True)
    assert scanner.seen == [content]


def test_a_virus_is_named(scanner: Clamd):
    assert scan(scanner.address, b"before " + EICAR) == Verdict(clean=False, found="Eicar-Test-Signature")


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"stream: ", b"UNKNOWN COMMAND"])
def test_anything_else_is_no_verdict_on_this_file(scanner: Clamd, answer: bytes):
    scanner.answer = answer
    with pytest.raises(NoVerdict, match="could not judge") as told:
        scan(scanner.address, b"a")
    assert told.value.away is False


def test_a_scanner_that_is_silent_is_away(scanner: Clamd):
    scanner.silent = 1
    with pytest.raises(NoVerdict, match="does not answer") as told:
        scan(scanner.address, b"a", timeout=0.1)
    assert told.value.away is True


def test_a_scanner_that_is_not_there_is_away():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        with pytest.raises(NoVerdict) as told:
            scan(f"tcp://127.0.0.1:{taken.getsockname()[1]}", b"a")
    assert told.value.away is True


def test_a_unix_socket_is_asked_too(tmp_path: Path):
    place = tmp_path / "clamd.ctl"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()

        def answer() -> None:
            talk, _ = listening.accept()
            with talk:
                while not talk.recv(4096).endswith(bytes(4)):
                    pass
                talk.sendall(b"stream: OK\0")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert scan(f"unix://{place}", b"a").clean
        thread.join(5)


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:3310", "http://127.0.0.1:3310", "tcp://127.0.0.1", "unix://run/clamd.ctl", "unix://"]
)
def test_an_address_it_cannot_ask_is_refused(address: str):
    with pytest.raises(ValueError, match="write tcp://host:3310 or unix:"):
        check_address(address)
