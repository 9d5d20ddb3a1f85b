"""The words of this room's e-mails: subject, text and HTML from templates, with one link under SITE_URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from charts.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partners.models import Partner, User
    from reports.models import (
        Decision,
        FactCheck,
        FactCheckAnswer,
        MatterArising,
        MatterHandover,
        Report,
        ReportVersion,
    )


@dataclass(frozen=True, slots=True)
class Message:
    kind: str
    subject: str
    text: str
    html: str


def with_chair(version: ReportVersion, check: FactCheck | None, said: Sequence[Said], *, reader: User) -> Message:
    """To a chair: a report waits for the decision, and what came of its fact check if it had one."""
    answered = [one.answer for one in said if one.answer is not None]
    return _message(
        "report_with_chair",
        version,
        reader,
        check=check,
        asked=len(said),
        right=sum(1 for answer in answered if answer.is_right),
        not_right=listed([one.partner.name for one in said if one.answer and not one.answer.is_right]),
        silent=listed([one.partner.name for one in said if one.answer is None]),
    )


def decided(version: ReportVersion, decision: Decision, *, reader: User) -> Message:
    """To a coordinator: what was decided, and what comes next."""
    return _message("report_decided", version, reader, decision=decision)


def recorded(version: ReportVersion, decision: Decision, *, reader: User) -> Message:
    """To a chair: somebody else recorded a decision of a meeting, which is theirs to put right if it is not what was decided."""
    return _message("decision_recorded", version, reader, decision=decision)


def published(
    version: ReportVersion, lists: Sequence[str], *, reason: str, reader: User, has_to_wait: bool = False
) -> Message:
    """To somebody on these lists: a report can be read. The file never goes with it. `reason`: why there is another
    version, as they may read it. `has_to_wait`: they are a reader, and it is still being checked for readers.
    """
    return _message("report_published", version, reader, lists=lists, reason=reason, has_to_wait=has_to_wait)


class Said(Protocol):
    """A partner that was asked, and its newest answer or None."""

    @property
    def partner(self) -> Partner: ...
    @property
    def answer(self) -> FactCheckAnswer | None: ...


def fact_check_opened(check: FactCheck, *, reader: User) -> Message:
    """To an officer of a partner of whom a draft says something: to say by a day whether it is right."""
    return _message("fact_check_opened", check.version, reader, check=check, path=check.get_absolute_url())


def fact_check_not_right(answer: FactCheckAnswer, *, reader: User) -> Message:
    """To a coordinator: a partner found something wrong. What, stands on the page alone."""
    check = answer.fact_check
    return _message("fact_check_not_right", check.version, reader, answer=answer, path=check.get_absolute_url())


def fact_check_settled(answer: FactCheckAnswer, version_number: int, *, is_made: bool, reader: User) -> Message:
    """To whoever found something wrong for a partner: what became of it. `version_number` is that of the version which says
    what was corrected, or is to be made and say so.
    """
    version = answer.fact_check.version
    path = reverse("reports:fact-check-part", args=[version.report_id, version.number, answer.partner.code])
    told = {"answer": answer, "corrected_in": version_number, "is_made": is_made}
    return _rendered("fact_check_settled", version.report, reader, path=path, version=version, **told)


def fact_check_closed(check: FactCheck, said: Sequence[Said], *, reader: User) -> Message:
    """To a coordinator: the days for answers are over, and what came."""
    given = [one.answer for one in said if one.answer is not None]
    counts = {
        "right": sum(1 for answer in given if answer.is_right),
        "not_right": sum(1 for answer in given if not answer.is_right),
        "silent": len(said) - len(given),
    }
    return _message("fact_check_closed", check.version, reader, path=check.get_absolute_url(), **counts)


def matter_raised(matter: MatterArising, *, reader: User) -> Message:
    """To whoever is to answer a matter, or stands in for them."""
    return _rendered("matter_raised", matter.report, reader, path=matter.get_absolute_url(), matter=matter)


def matter_reassigned(matter: MatterArising, handover: MatterHandover, *, reader: User) -> Message:
    """To who is to answer it now, and to who was before."""
    path = matter.get_absolute_url()
    return _rendered("matter_reassigned", matter.report, reader, path=path, matter=matter, handover=handover)


def matter_due(matter: MatterArising, *, reader: User) -> Message:
    """To whoever is to answer a matter, or stands in for them, and then to the coordinator: its day came, and no answer."""
    return _rendered("matter_due", matter.report, reader, path=matter.get_absolute_url(), matter=matter)


def matter_answered(matter: MatterArising, *, reader: User) -> Message:
    """To who raised it. The answer stands on the page alone."""
    return _rendered("matter_answered", matter.report, reader, path=matter.get_absolute_url(), matter=matter)


def _message(name: str, version: ReportVersion, reader: User, *, path: str = "", **more: object) -> Message:
    """`path` is the page the one link leads to: the version's own when it is empty."""
    return _rendered(name, version.report, reader, path=path or version.get_absolute_url(), version=version, **more)


def _rendered(name: str, report: Report, reader: User, *, path: str, **more: object) -> Message:
    told = {"report": report, "plan": report.plan, "reader": reader, "link": f"{settings.SITE_URL}{path}", **more}

    def said(part: str) -> str:
        return render_to_string(f"reports/emails/{name}_{part}", told).strip()

    return Message(
        kind=name.replace("_", "-"),
        subject=" ".join(said("subject.txt").split()),
        text=f"{said('text.txt')}\n",
        html=said("html.html"),
    )
