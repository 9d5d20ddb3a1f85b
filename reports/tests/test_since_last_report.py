"""“Since the last report” comes from the sealed text of that report; every number on page one is a count of what is printed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest

from actions.models import HelpReply, ProgressUpdate
from actions.rating import Rating
from actions.services.help import answer_help
from actions.services.lifecycle import withdraw
from actions.tests.makers import key
from reports import comparing
from reports.document import (
    Change,
    Count,
    DateMove,
    Moves,
    PriorityPart,
    Recommendation,
    Sealed,
    Since,
    SixMonthlyDocument,
    from_json,
    to_json,
)
from reports.models import Report, ReportVersion
from reports.public import for_public
from reports.rendering import print_html
from reports.rendering.since import asked_last_time, changed_since, most_trouble, most_worse, overall, since_line
from reports.services.building import build_version, make_first, mark_not_produced
from reports.snapshot.paper import usual_cut_off
from reports.tests.makers import (
    H1_2026,
    H2_2025,
    Q2_2026,
    UTC,
    Town,
    figure,
    line,
    mark,
    plan_of_forty,
    quarterly,
    silent,
    six_monthly,
    words,
)

SPRING = dt.datetime(2026, 4, 29, 9, tzinfo=UTC)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2])).split())


def paper_of(document: SixMonthlyDocument) -> str:
    return print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)


# --- Which version is compared with -----------------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    """ASB-01 was at risk in spring and is on track in autumn."""
    town = Town()
    action = town.action()
    town.say(action, Rating.AT_RISK, dt.date(2026, 4, 9), H2_2025)
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9))
    return town


def sealed(town: Town, number: int = 1, **fields: object) -> ReportVersion:
    """A version of the report on October to March, with another number of the same report if there is one."""
    report = Report.objects.filter(period_start=H2_2025.start).first() or town.report(H2_2025)
    if report.pk is None:
        report.created_at = SPRING
        report.save()
    version = build_version(
        report=report,
        number=number,
        cut_off=usual_cut_off(town.plan, H2_2025),
        at=SPRING + dt.timedelta(days=number),
        reason="Again." if number > 1 else "",
    )
    assert version is not None
    ReportVersion.objects.filter(pk=version.pk).update(**fields)
    return version


def test_the_quarterly_report_says_of_an_action_given_up_that_it_was_withdrawn(db: None) -> None:
    """Of two off track, one is better and one was given up: only the first recovered."""
    town = Town()
    better, given_up = town.action(ref="ASB-01"), town.action(ref="ASB-02")
    quarter = Q2_2026.previous()
    for action in (better, given_up):
        town.say(action, Rating.OFF_TRACK, dt.date(2026, 5, 2), H2_2025)
    make_first(plan=town.plan, kind="quarterly", period=quarter, now=dt.datetime(2026, 7, 30, 8, tzinfo=UTC))
    withdraw(action=given_up, by=town.coordinator, at=dt.datetime(2026, 8, 20, 12, tzinfo=UTC), reason="No money.")
    town.say(better, Rating.ON_TRACK, dt.date(2026, 9, 9))
    document = town.quarterly()
    assert document.since is not None
    assert [(row.kind, row.text) for row in document.since.rows] == [
        ("recovered", "ASB-01 Action ASB-01 was off track and is now on track."),
        ("closed", "ASB-02 Action ASB-02 was off track and was withdrawn."),
    ]
    assert "1 action recovered, 1 action withdrawn, replaced or moved on" in changed_since(document)
    paper = text_of(print_html(document, stage="draft", snapshot_sha256="", sign_off=None))
    assert "Withdrawn, replaced or moved to the next plan: 1. ASB-02 Action ASB-02 was off track" in paper
    public = for_public(document).since
    assert (public.rows, public.sealed.standing) == (
        document.since.rows,
        "",
    )  # what was never published is nobody’s to know


def before_of(document: SixMonthlyDocument) -> dict[str, int | None]:
    return {count.mark.key: count.before for count in document.counts if count.before}


def test_the_report_before_counts_as_it_was_sealed(town: Town) -> None:
    version = sealed(town)
    assert town.six_monthly().moves.recovered == ("ASB-01",)
    # Whatever happens to the rows, what was told then stays what is compared with.
    ProgressUpdate.objects.filter(period_start=H2_2025.start).update(rating=Rating.OFF_TRACK)
    document = town.six_monthly()
    assert document.since
    assert document.since.sealed == Sealed(
        "Six-monthly partnership report",
        "October 2025 to March 2026",
        1,
        "Draft",
        dt.date(2026, 4, 21),
        version.snapshot_sha256,
        version.cut_off,
    )
    assert before_of(document) == {"at_risk": 1}
    assert document.by_ref["ASB-01"].before == mark(Rating.AT_RISK)
    assert [row.text for row in document.since.of("recovered")] == [
        "ASB-01 Action ASB-01 was at risk and is now on track."
    ]
    assert (
        "Compared with version 1 of the six-monthly partnership report on October 2025 to March 2026 (draft), with what "
        "had been received by 21 April 2026."
    ) in text_of(paper_of(document))
    small_print = text_of(f"<body>{paper_of(document).partition('report-sign-off')[2]}")
    assert f"Compared with facts sealed as {version.snapshot_sha256[:12]}." in small_print


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        (("published", "draft"), 1),
        (("approved", "returned"), 1),
        (("replaced", "published", "approved"), 2),
        (("returned", "draft"), 2),
    ],
)
def test_the_decided_version_counts_else_the_newest(town: Town, states: tuple[str, ...], counts: int) -> None:
    for number in range(1, len(states) + 1):
        sealed(town, number)
    for number, state in enumerate(states, start=1):
        published = SPRING if state == "published" else None
        ReportVersion.objects.filter(number=number).update(state=state, published_at=published)
    since = town.six_monthly().since
    assert since
    assert since.sealed
    assert since.sealed.number == counts


def test_a_version_made_later_is_not_looked_at(town: Town) -> None:
    sealed(town, made_at=dt.datetime(2026, 12, 1, tzinfo=UTC))
    since = town.six_monthly().since
    assert since
    assert since.sealed is None


def test_without_a_sealed_one_it_is_judged_again_and_says_so(town: Town) -> None:
    document = town.six_monthly()
    assert document.since
    assert (document.since.sealed, document.moves.recovered, before_of(document)) == (None, ("ASB-01",), {"at_risk": 1})
    assert (
        "There is no version of the report on October 2025 to March 2026. What is compared with was therefore worked out "
        "again by what had been received by 21 April 2026." in text_of(paper_of(document))
    )


def test_one_that_was_never_produced_is_not_compared_with(town: Town) -> None:
    sealed(town)
    said = {"kind": "six_monthly", "period": H2_2025, "reason": "The system was down.", "by": town.coordinator}
    mark_not_produced(plan=town.plan, at=SPRING, **said)
    document = town.six_monthly()
    assert document.since
    assert (document.since.sealed, document.moves.recovered) == (None, ("ASB-01",))
    assert (
        "It was decided that the report on October 2025 to March 2026 is not produced. What is compared with was "
        "therefore worked out again by what had been received by 21 April 2026." in text_of(paper_of(document))
    )


def test_a_text_that_was_tampered_with_is_not_relied_on(town: Town) -> None:
    version = sealed(town)
    ReportVersion.objects.filter(pk=version.pk).update(snapshot=version.snapshot.replace("At risk", "On track"))
    since = town.six_monthly().since
    assert since
    assert since.why_not == "The text of version 1 on October 2025 to March 2026 cannot be relied on."
    ReportVersion.objects.filter(pk=version.pk).update(snapshot="{", snapshot_sha256="ab" * 32)
    assert town.six_monthly().moves.recovered == ("ASB-01",)


def test_the_plans_first_report_compares_with_nothing(town: Town) -> None:
    town.plan.starts_on = H1_2026.start
    town.plan.save()
    document = town.six_monthly()
    assert document.since
    assert document.since.label == ""
    assert "This is the plan's first report" in text_of(paper_of(document))


def test_a_quarter_is_compared_with_the_quarter_before_as_it_was_sealed(town: Town) -> None:
    indicator = town.indicator(small_numbers=True)
    before = Q2_2026.previous()
    for period, printed, on in (
        (before, "300", dt.date(2026, 7, 15)),
        (before.year_before(), "310", dt.date(2025, 7, 15)),
    ):
        town.figure(indicator, period, printed, on)
    report = town.report(before)
    report.created_at = SPRING
    report.save()
    cut_off = usual_cut_off(town.plan, before)
    version = build_version(report=report, number=1, cut_off=cut_off, at=cut_off + dt.timedelta(days=7))
    assert version
    town.figure(indicator, Q2_2026, "420", dt.date(2026, 10, 15))
    town.figure(indicator, Q2_2026.year_before(), "300", dt.date(2026, 10, 15))
    document = town.quarterly()
    assert document.since
    assert document.since.sealed
    assert document.since.sealed.snapshot_sha256 == version.snapshot_sha256
    assert document.since.keys("figure_worse") == ("SHOP",)
    html = text_of(print_html(document, stage="draft", snapshot_sha256="", sign_off=None))
    assert "Compared with Q1 2026/27: 0 figures newly unusual; 1 turned worse: Indicator SHOP; 0 turned better" in html
    assert "Indicator SHOP, 420 in Q2 2026/27, turned worse." in html
    # Under the small-number rule a difference could tell a number that the public version holds back.
    public = for_public(document)
    assert public.since
    assert public.since.of("figure_worse") == ()


def test_a_request_that_was_answered_meanwhile_is_told_by_its_answer(town: Town) -> None:
    action = town.action("ASB-02")
    asked = town.say(
        action, Rating.AT_RISK, dt.date(2026, 4, 9), H2_2025, help_wanted="Vans.", help_wanted_from=town.housing
    )
    sealed(town)
    answer_help(
        update=asked,
        by=town.supporter,
        at=dt.datetime(2026, 6, 1, 12, tzinfo=UTC),
        answer=HelpReply.Answer.DONE,
        text="Two vans came.",
        submission_key=key(900),
    )
    town.say(action, Rating.ON_TRACK, dt.date(2026, 10, 9))
    document = town.six_monthly()
    assert document.since
    assert [row.text for row in document.since.of("help_answered")] == [
        "ASB-02: Housing group has helped (1 June 2026)."
    ]
    assert "Asked last time Help: 1 of 1 answered, 0 open." in text_of(paper_of(document))


def test_what_moved_is_told_with_its_reasons(town: Town) -> None:
    late, gone = town.action("ASB-02"), town.action("ASB-03")
    for action in (late, gone):
        town.say(action, Rating.ON_TRACK, dt.date(2026, 4, 9), H2_2025)
    sealed(town)
    for day, new, why in (
        (dt.date(2026, 6, 1), dt.date(2027, 5, 31), "One."),
        (dt.date(2026, 8, 1), dt.date(2027, 6, 30), "Two."),
    ):
        town.say(late, Rating.AT_RISK, day, new_due_on=new, new_due_reason=why)
    withdraw(action=gone, by=town.coordinator, at=dt.datetime(2026, 7, 1, 12, tzinfo=UTC), reason="No money.")
    document = town.six_monthly()
    [move] = document.date_moves
    assert (move.old, move.new, move.times, move.reason) == (dt.date(2027, 3, 31), dt.date(2027, 6, 30), 2, "One. Two.")
    assert [(change.ref, change.what, change.text) for change in document.closed] == [
        ("ASB-03", "Withdrawn", "No money.")
    ]
    assert document.since
    assert "1 withdrawn, replaced or moved on" in since_line(document.since)


# --- Every number is a count ------------------------------------------------------------------------------------------


def told(before: tuple, lines: tuple, **fields: object) -> SixMonthlyDocument:
    """A document on `lines` that says what changed since `before`, put together as the snapshot does."""
    rows = comparing.told(
        [*comparing.actions(before, lines), *comparing.figures((figure("SHOP", word="similar"),), (figure("SHOP"),))]
    )
    since = Since(
        "March",
        Sealed("Six-monthly report", "October 2025 to March 2026", 1, "Published", dt.date(2026, 4, 21), "ab" * 32),
        "",
        dt.date(2026, 4, 21),
        rows,
    )
    by_ref, then = {one.ref: one for one in lines}, {one.ref: one for one in before}
    document = six_monthly(lines, since=since)

    def counted(counts: tuple[Count, ...], mine: Callable[[object], bool]) -> tuple[Count, ...]:
        return tuple(
            dataclasses.replace(c, before=sum(1 for one in before if one.mark == c.mark and mine(one))) for c in counts
        )

    changes = {
        kind: tuple(
            Change(ref, by_ref[ref].title, by_ref[ref].lead, dt.date(2026, 8, 1), kind, "Done.")
            for ref in since.keys(kind)
        )
        for kind in ("added", "completed", "closed")
    }
    return dataclasses.replace(
        document,
        counts=counted(document.counts, lambda one: True),
        priorities=tuple(
            dataclasses.replace(part, counts=counted(part.counts, lambda one, code=part.code: one.priority == code))
            for part in document.priorities
        ),
        moves=Moves(since.keys("worsened"), since.keys("recovered")),
        date_moves=tuple(
            DateMove(
                ref, by_ref[ref].title, then[ref].due_on, by_ref[ref].due_on, None, 1, dt.date(2026, 8, 1), "Late."
            )
            for ref in since.keys("dates")
        ),
        **changes,
        **fields,
    )


def half_year() -> SixMonthlyDocument:
    """The plan of forty against the position before, in which much was otherwise."""
    lines = plan_of_forty()
    then = []
    for number, one in enumerate(lines):
        if number in (38, 39):
            continue  # two are new
        rating = {
            0: Rating.AT_RISK,
            4: Rating.ON_TRACK,
            12: Rating.AT_RISK,
            28: Rating.AT_RISK,
            29: Rating.ON_TRACK,
        }.get(number)
        changed = dataclasses.replace(one, mark=mark(rating)) if rating else one
        if number in (5, 6, 7):
            changed = dataclasses.replace(changed, due_on=dt.date(2026, 12, 31))
        if number in (10, 14):
            changed = dataclasses.replace(changed, received=number == 10, confirmed=number == 10)
        if number in (3, 20):
            asked = words("…", help_wanted="Vans", help_wanted_from="Housing group", help_state="none")
            changed = dataclasses.replace(changed, requests=(asked,))
        then.append(changed)
    return told(tuple(then), lines)


def numbers(pattern: str, text: str) -> tuple[int, ...]:
    found = re.search(pattern, text)
    assert found, f"{pattern} is not in: {text}"
    return tuple(int(number) for number in found.groups())


def test_every_number_of_page_one_equals_what_the_report_lists() -> None:
    document = half_year()
    html = paper_of(document)
    page = text_of(html.partition('<div class="report-body">')[0])
    body = html.partition('<div class="report-body">')[2]
    appendix = body.rpartition('id="plan"')[2].partition('id="definitions"')[0]
    section = body.partition('<h2 id="changes">')[2].partition('<h2 id="issues">')[0]

    # The counts and their sum, against the ratings of the plan's rows.
    assert numbers(r"(\d+) actions \(March in brackets\)", page) == (appendix.count('<tr id="plan-'),)
    rated = re.findall(r'<td><strong class="rating rating--([a-z-]+)( rating--not-confirmed)?', appendix)
    for count in document.counts:
        mine = [silent for css, silent in rated if css == count.mark.css]
        shown = rf"{re.escape(count.mark.shape)} (\d+) {count.mark.word.lower()}"
        assert numbers(shown, page) == (len(mine),)
        if any(mine):
            assert numbers(shown + r", (\d+) of them not confirmed", page)[1] == sum(1 for silent in mine if silent)
    # In most trouble, against the line under the priority's heading.
    name, off, risk = re.search(r"Most trouble: ([\w -]+?) with (\d+) off track, (\d+) at risk", page).groups()  # type: ignore[union-attr]
    assert f"{off} off track, {risk} at risk" in text_of(
        "<body>" + body.partition(f">{name}</h3>")[2].partition("</strong></p>")[0]
    )

    # Since March, against the lists of the section.
    listed = {
        heading: len(re.findall("<li[ >]", rest.partition("<h3")[0]))
        for heading, rest in (part.split("</h3>", 1) for part in re.split("<h3(?: id=.completed.)?>", section)[1:])
    }
    grouped = {heading: int(number) for heading, number in re.findall(r"<strong>([^<:]+): (\d+)\.</strong>", section)}
    line_of = page.partition("Since March ")[2]
    now, then = numbers(r"^Worse overall than in March: (\d+) off track, (\d+) then; more got worse", line_of)
    assert (now, then) == next((c.number, c.before) for c in document.counts if c.mark.key == "off_track")
    assert numbers(r"(\d+) worsened", line_of) == (grouped["Got worse"],)
    assert numbers(r"(\d+) recovered", line_of) == (grouped["Recovered"],)
    assert numbers(r"(\d+) new", line_of) == (listed["New initiatives"],)
    assert numbers(r"(\d+) completed", line_of) == (listed["Completed"],)
    assert numbers(r"(\d+) dates moved", line_of) == (section.count('<tr><th scope="row">'),)
    assert numbers(r"(\d+) gone quiet", line_of) == (grouped["Gone quiet"],)
    assert numbers(r"(\d+) heard again", line_of) == (grouped["Heard again"],)

    # What was asked last time.
    answered, of, waiting = numbers(r"Help: (\d+) of (\d+) answered, (\d+) open", page)
    dropped = grouped.get("Help no longer asked", 0)
    assert (answered, waiting) == (grouped.get("Help answered", 0), grouped.get("Help still without an answer", 0))
    assert of == answered + waiting + dropped
    assert (waiting, dropped) == (8, 2), "eight in trouble ask now as then; two had asked and do no more"

    # Who is silent, what is delivered, what is asked: those shown and those that are more.
    for label, refs in (
        ("No update", [one.ref for one in document.actions if one.owing and not one.received]),
        ("Delivered", [change.ref for change in document.completed]),
        ("Off track", [one.ref for one in document.actions if one.mark.key == "off_track"]),
    ):
        fact = html.partition(f"<h2>{label}</h2>")[2].partition("</div>")[0]
        more = re.search(r"and (\d+) more", fact)
        assert len(re.findall("<strong>", fact)) + (int(more[1]) if more else 0) == len(refs)
    asked = html.partition('<ol class="report-asked">')[2].partition("</ol>")[0]
    assert asked.count("<li>") == body.partition('<ol class="report-recommendations">')[2].partition("</ol>")[0].count(
        "<li>"
    )


def test_ratings_then_and_the_moves_since_add_up_to_those_now() -> None:
    document = half_year()
    assert document.since
    now = {count.mark.key: count.number for count in document.counts}
    then = {count.mark.key: count.before or 0 for count in document.counts}
    lines = document.by_ref
    moved = set(document.since.keys("worsened", "recovered", "completed", "closed", "reopened", "started"))
    new = set(document.since.keys("added"))
    moved -= new
    gone = set(document.since.keys("gone"))
    assert sum(now.values()) == sum(then.values()) + len(new) - len(gone)
    assert len(moved) == 5
    into = {key: sum(1 for ref in moved | new if lines[ref].mark.key == key) for key in now}
    unmoved = {key: sum(1 for ref in set(lines) - moved - new if lines[ref].mark.key == key) for key in now}
    assert now == {key: unmoved[key] + into[key] for key in now}
    # Each priority's numbers add up to the plan's, then as now.
    for field in ("number", "before"):
        for count in document.counts:
            parts = [getattr(c, field) for part in document.priorities for c in part.counts if c.mark == count.mark]
            assert sum(parts) == getattr(count, field)


def test_what_is_printed_is_what_is_frozen() -> None:
    document = half_year()
    assert from_json(to_json(document)) == document


# --- Sentences --------------------------------------------------------------------------------------------------------


def part(name: str, off: int = 0, risk: int = 0, silent_: int = 0) -> PriorityPart:
    counts = tuple(
        Count(mark(rating), number, unconfirmed, None)
        for rating, number, unconfirmed in (
            (Rating.OFF_TRACK, off, 0),
            (Rating.AT_RISK, risk, 0),
            (Rating.ON_TRACK, 4, silent_),
        )
        if number
    )
    return PriorityPart(name, name, "", "", counts, (), ())


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((part("A", 2), part("B", 1, 5)), "A with 2 off track; then B with 1 off track and 5 at risk"),
        ((part("A", 1, 1), part("B", 1, 2)), "B with 1 off track and 2 at risk; then A with 1 off track and 1 at risk"),
        ((part("A", 1), part("B", 1, 0, 1)), "B with 1 off track and 1 not confirmed; then A with 1 off track"),
        (
            (part("A", 1), part("B", 1), part("C")),
            "A and B alike, each with 1 off track",
        ),
        ((part("A", 1), part("B", 1)), "all priorities alike, each with 1 off track"),
        ((part("A"), part("B")), "no priority has an action off track, at risk or not confirmed"),
        ((), ""),
    ],
)
def test_which_priority_is_in_most_trouble_and_ties_are_said(parts: tuple[PriorityPart, ...], sentence: str) -> None:
    assert most_trouble(parts) == sentence


@pytest.mark.parametrize(
    ("now", "then", "moved", "sentence"),
    [
        (3, 2, (3, 2), "Worse overall than in March: 3 off track, 2 then; more got worse than recovered"),
        (2, 2, (1, 0), "Worse overall than in March: 2 off track, 2 then; more got worse than recovered"),
        (1, 2, (0, 0), "Better overall than in March: 1 off track, 2 then"),
        (0, 1, (1, 2), "Better overall than in March: none off track, 1 then; more recovered than got worse"),
        (2, 2, (1, 1), "Overall as in March: 2 off track, 2 then"),
        (
            3,
            2,
            (0, 1),
            "Better in part and worse in part since March: 3 off track, 2 then, but more recovered than got worse",
        ),
    ],
)
def test_whether_things_are_better_or_worse_overall_is_said_plainly(
    now: int, then: int, moved: tuple[int, int], sentence: str
) -> None:
    rows = tuple(
        comparing.Difference(kind, f"ASB-{n:02}", "…")
        for kind, number in zip(("worsened", "recovered"), moved, strict=True)
        for n in range(number)
    )
    document = six_monthly(
        counts=(Count(mark(Rating.OFF_TRACK), now, 0, then),), since=Since("March", None, "None made.", None, rows)
    )
    assert overall(document) == sentence
    assert f"{sentence}." in text_of(paper_of(document)).partition("Contents")[0]
    assert overall(dataclasses.replace(document, since=Since("", None, "", None, ()))) == ""


def test_page_one_names_what_moved_as_far_as_one_side_holds_it_and_what_was_delivered_by_title() -> None:
    document = half_year()
    page = text_of(paper_of(document)).partition("Contents")[0]
    assert "2 new: DA-39, ASB-40; 3 completed: DA-29, ASB-30, DA-39; 3 dates moved: ASB-06, DA-07, ASB-08" in page
    # A paper that asks for very much counts, and tells what was delivered by its titles.
    long = tuple(dataclasses.replace(change, text="It was long in coming. " * 20) for change in document.completed)
    asked = tuple(Recommendation("agree", "x", f"agree to thing number {n}", ()) for n in range(12))
    page = text_of(paper_of(dataclasses.replace(document, completed=long, recommendations=asked)))
    delivered = page.partition("Contents")[0].rpartition("Delivered ")[2]
    assert re.findall(r"[A-Z]+-\d\d Keep the promise made to street number \d\d", delivered)
    assert "…" not in delivered


def test_everything_that_changed_is_told_in_one_form() -> None:
    section = paper_of(half_year()).partition('<div class="report-since">')[2].partition("</div>")[0]
    assert section.count("<p><strong>") > 5
    assert "<li" not in section


def test_where_most_figures_got_worse() -> None:
    outside = dataclasses.replace(quarterly((figure("A"), figure("B"))), other_codes=("B",))
    parts = tuple(dataclasses.replace(part, codes=("A",)) for part in outside.priorities)
    assert most_worse(dataclasses.replace(outside, priorities=parts)) == (
        "Anti-Social Behaviour: 1 of its 1 figure worse; outside our priorities: Offences of kind B"
    )
    assert (
        most_worse(quarterly((figure("A"), figure("B", word="similar"))))
        == "Anti-Social Behaviour: 1 of its 2 figures worse"
    )
    assert most_worse(quarterly((figure("B", word="similar"),))) == ""


def test_nothing_asked_last_time_is_not_mentioned() -> None:
    lines = (line(2, Rating.ON_TRACK),)
    document = told(lines, lines)
    assert asked_last_time(document) == ""
    assert "Asked last time" not in paper_of(document)


def test_page_one_says_which_help_an_action_off_track_asks_for() -> None:
    lines = (line(2, Rating.OFF_TRACK), silent(line(4, Rating.ON_TRACK)))
    document = told(lines, lines, recommendations=(Recommendation("note", "note it", "note it", ()),))
    page = text_of(paper_of(document)).partition("Contents")[0]
    assert "help asked of Cleveland Police: Late patrols on the two darkest routes" in page
    final = text_of(print_html(document, stage="final", snapshot_sha256="", sign_off=None))
    assert "Final. Version 1" in final
