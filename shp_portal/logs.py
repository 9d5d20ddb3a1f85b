"""How a log event looks: one event, one line, whatever it says."""

import logging


class OneLine(logging.Formatter):
    """Escapes line breaks and control characters, so that what a visitor sends cannot pass for an event of its own."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
