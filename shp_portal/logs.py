"""How a log event looks: one event, one line, whatever it says; a refusal without the way it came about."""

import logging


class OneLine(logging.Formatter):
    """Escapes line breaks and control characters, so that what a visitor sends cannot pass for an event of its own."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class RefusalsInShort(logging.Filter):
    """Takes the traceback off requests that were refused (4xx): the portal did what it should, and the line says what."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if record.name == "django.request" and isinstance(status, int) and status < 500:
            record.exc_info = record.exc_text = None
        return True
