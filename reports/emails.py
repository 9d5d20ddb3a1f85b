"""The words of this room's e-mails: subject, text and HTML from templates, with one link under SITE_URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from partners.models import User
    from reports.models import Decision, ReportVersion


@dataclass(frozen=True, slots=True)
class Message:
    kind: str
    subject: str
    text: str
    html: str


def with_chair(version: ReportVersion, *, reader: User) -> Message:
    """To a chair: a report waits for the decision."""
    return _message("report_with_chair", version, reader)


def decided(version: ReportVersion, decision: Decision, *, reader: User) -> Message:
    """To a coordinator: what was decided, and what comes next."""
    return _message("report_decided", version, reader, decision=decision)


def _message(name: str, version: ReportVersion, reader: User, **more: object) -> Message:
    told = {
        "version": version,
        "report": version.report,
        "plan": version.report.plan,
        "reader": reader,
        "link": f"{settings.SITE_URL}{version.get_absolute_url()}",
        **more,
    }

    def said(part: str) -> str:
        return render_to_string(f"reports/emails/{name}_{part}", told).strip()

    return Message(
        kind=name.replace("_", "-"),
        subject=" ".join(said("subject.txt").split()),
        text=f"{said('text.txt')}\n",
        html=said("html.html"),
    )
