"""Asks a ClamAV daemon about a file. Pure of rows and settings: an address and bytes in, a verdict out.

The protocol is clamd's INSTREAM (clamd(8)): "zINSTREAM\\0", pieces led by their length in four bytes, a piece of no length,
and one answer ended by a zero byte.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class NoVerdict(Exception):
    """The scanner is away (then no other file can be judged either) or cannot judge this one; says which."""

    def __init__(self, sentence: str, *, away: bool = False) -> None:
        super().__init__(sentence)
        self.away = away


@dataclass(frozen=True)
class Verdict:
    """What the scanner said; `found` names the virus."""

    clean: bool
    found: str = ""


def scan(address: str, content: bytes, *, timeout: float = 20.0) -> Verdict:
    """Ask the clamd at `address` ("tcp://host:3310" or "unix:///run/clamav/clamd.ctl"); `timeout` in seconds per step.

    Raises NoVerdict with a sentence; ValueError for an address that is none.
    """
    try:
        with _connected(address, timeout) as talk:
            talk.sendall(b"zINSTREAM\0")
            for place in range(0, len(content), PIECE):
                piece = content[place : place + PIECE]
                talk.sendall(len(piece).to_bytes(4) + piece)
            talk.sendall((0).to_bytes(4))
            answer = _answer(talk)
    except OSError as fault:
        raise NoVerdict(f"The virus scanner does not answer ({type(fault).__name__}).", away=True) from fault
    if answer == "stream: OK":
        return Verdict(clean=True)
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict(clean=False, found=answer.removeprefix("stream: ").removesuffix(" FOUND")[:100])
    raise NoVerdict(f"The virus scanner could not judge: {answer[:150] or 'no answer'}.")


def check_address(address: str) -> None:
    """Raises ValueError, with a sentence, unless `address` is one that `scan` can ask."""
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return
    raise ValueError("write tcp://host:3310 or unix:///run/clamav/clamd.ctl.")


def _connected(address: str, timeout: float) -> socket.socket:
    check_address(address)
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=timeout)
    talk = socket.socket(socket.AF_UNIX)
    talk.settimeout(timeout)
    try:
        talk.connect(parts.path)
    except OSError:
        talk.close()
        raise
    return talk


def _answer(talk: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = talk.recv(1024)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", errors="replace").strip()
