"""A stand-in for clamd on 127.0.0.1: speaks INSTREAM, knows one virus (EICAR), and can be told to misbehave."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from actions.tests.samples import EICAR


class _Talk(socketserver.BaseRequestHandler):
    server: Clamd

    def handle(self) -> None:
        if self._read(10) != b"zINSTREAM\0":
            return
        content = b""
        while length := int.from_bytes(self._read(4)):
            content += self._read(length)
        self.server.seen.append(content)
        if self.server.silent:
            time.sleep(self.server.silent)
            return
        answer = self.server.answer or (b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK")
        self.request.sendall(answer + b"\0")

    def _read(self, length: int) -> bytes:
        said = b""
        while len(said) < length and (piece := self.request.recv(length - len(said))):
            said += piece
        return said


class Clamd(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.seen: list[bytes] = []
        self.answer = b""
        self.silent = 0.0

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def clamd() -> Iterator[Clamd]:
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(5)
