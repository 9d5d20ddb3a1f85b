"""Hands one message to the mail server. Plain values in; what went wrong comes back as one of two kinds."""

from __future__ import annotations

import smtplib
from types import TracebackType
from typing import Self

from django.core.mail import EmailMultiAlternatives, get_connection


class NotNow(Exception):
    """The server could not take it this time (no answer, a 4xx, a sign-in refused): worth another try.

    `server_away` says that no other message would fare better just now.
    """

    def __init__(self, sentence: str, *, server_away: bool) -> None:
        super().__init__(sentence)
        self.server_away = server_away


class Never(Exception):
    """This very message will not be taken, however often it is tried (a 5xx, a header that cannot be written)."""


class Mailer:
    """One connection for a run of messages, opened with the first. Use as a context manager."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._connection.close()
        except OSError:
            # The messages are handed over by now; a server that hangs up without a goodbye changes nothing.
            return

    def send(self, *, to: str, subject: str, text: str, html: str, message_id: str) -> None:
        """Send one message. The same `message_id` on a second try lets the receiver drop a double.

        Raises NotNow or Never, with a sentence.
        """
        message = EmailMultiAlternatives(
            subject,
            text,
            to=[to],
            connection=self._connection,
            headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        )
        if html:
            message.attach_alternative(html, "text/html")
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _judged(code, answer) from error
        except (smtplib.SMTPConnectError, smtplib.SMTPAuthenticationError, smtplib.SMTPHeloError) as error:
            # Answers to us, not to the message: a 5xx here would condemn every message for a wrong password.
            raise NotNow(_said(error.smtp_code, error.smtp_error), server_away=True) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Never(f"The mail server cannot take it: {error}.") from error
        except OSError as error:
            # smtplib's own errors are OSErrors too: disconnected, timed out, refused.
            raise NotNow(f"The mail server did not answer: {error}.", server_away=True) from error
        except ValueError as error:
            raise Never(f"The message cannot be written: {error}.") from error


def _judged(code: int, answer: bytes | str) -> NotNow | Never:
    sentence = _said(code, answer)
    return Never(sentence) if code >= 500 else NotNow(sentence, server_away=code == 421)


def _said(code: int, answer: bytes | str) -> str:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return f"The mail server answered {code}: {words[:300]}"
