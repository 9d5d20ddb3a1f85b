"""What a public version once gave away, one way at a time, and what it hid though nobody is hurt by it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from actions.models import Action
from actions.rating import Rating
from actions.services.lifecycle import add_action
from actions.services.structure import edit
from partners import roles
from partners.tests.makers import make_user
from performance.comparison import Against
from performance.models import Finding, Indicator, PrintedFigure, SimilarAreasRow, Source, StrategicAssessment
from performance.services.figures import record_measurement
from performance.services.issues import raise_issue
from priorities.periods import Period
from reports.models import ReportVersion
from reports.public import AVERAGES_LEFT_OUT, TITLE_WITHHELD, WITHHELD, for_public, withheld
from reports.rendering import figure_text
from reports.services import building, decisions, renditions
from reports.services.release import withdraw
from reports.tests.desk import DUE, LATER, PUBLISHED, SENT, at, make
from reports.tests.makers import Q2_2026, Town, noon
from reports.tests.test_public import OCTOBER, commented, of, printed, quarters, similar_table, story, text_of
from reports.tests.test_release import released

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


def few(town: Town, **fields: Any) -> Indicator:
    """Deaths of six quarters, all of them five and more."""
    dead = town.indicator("DEAD", name="Drug deaths", unit="deaths", small_numbers=True, **fields)
    for n, period in enumerate(quarters(6)):
        town.figure(dead, period, str(7 + n % 3), period.end + dt.timedelta(days=20))
    return dead


def now(town: Town, code: str) -> str:
    value = of(for_public(town.quarterly()), code).now
    assert value
    return value.printed


# --- Figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("linked", [True, False])
def test_a_rate_tells_nothing_of_the_count_it_is_worked_out_from(town: Town, linked: bool) -> None:
    parts = [town.indicator(code, small_numbers=True, position=n) for n, code in enumerate("ACB")]
    whole = town.indicator("W", small_numbers=True, position=3)
    whole.sum_of.set(parts)
    rate = town.indicator(
        "R",
        unit="rate per 100,000",
        small_numbers=True,
        position=4,
        rate_of=Indicator.objects.get(code="B") if linked else None,
    )
    for code, value in {"A": "3", "C": "20", "B": "8", "W": "31"}.items():
        town.figure(Indicator.objects.get(code=code), Q2_2026, value, OCTOBER)
    told = {"numerator": Decimal(8), "denominator": Decimal(92_571), "denominator_source": "ONS"}
    town.figure(rate, Q2_2026, "8.6", OCTOBER, **told)
    public = for_public(town.quarterly())
    assert {figure.code: figure.now.printed for figure in public.figures if figure.now} == {
        "A": "<5",
        "B": "withheld",
        "C": "20",
        "W": "31",
        "R": "withheld",
    }


def test_a_rate_of_a_count_that_is_shown_is_shown(town: Town) -> None:
    count = town.indicator("B", small_numbers=True)
    rate = town.indicator("R", unit="rate per 100,000", small_numbers=True, position=2, rate_of=count)
    other = town.indicator("A", small_numbers=True, position=3)
    town.figure(count, Q2_2026, "8", OCTOBER)
    town.figure(other, Q2_2026, "3", OCTOBER)
    told = {"numerator": Decimal(8), "denominator": Decimal(92_571), "denominator_source": "ONS"}
    town.figure(rate, Q2_2026, "8.6", OCTOBER, **told)
    assert now(town, "R") == "8.6"
    assert now(town, "A") == "<5"


@pytest.mark.parametrize(
    ("value", "counts", "text"),
    [
        ("95", (38, None), "withheld"),  # two are left, if there were 40
        ("62.0", (40, 80), "withheld"),  # it is 50%
        ("75", (40, 30), "withheld"),
        ("75", (30, 40), "75"),
        ("0", (None, None), "withheld"),  # none of how many?
    ],
)
def test_a_percentage_needs_both_its_counts_and_they_must_make_it(
    town: Town, value: str, counts: tuple[int | None, int | None], text: str
) -> None:
    row = town.indicator("PCT", unit="% of reviews", small_numbers=True)
    up, down = (None if count is None else Decimal(count) for count in counts)
    town.figure(row, Q2_2026, value, OCTOBER, numerator=up, denominator=down, denominator_source="Cases")
    assert now(town, "PCT") == text


def test_a_hidden_quarter_takes_the_comparison_with_it_and_no_other(town: Town) -> None:
    dead = town.indicator("DEAD", small_numbers=True)
    for period, value in zip(quarters(5), ("12", "9", "9", "3", "8"), strict=True):
        town.figure(dead, period, value, period.end + dt.timedelta(days=20))
    document = town.quarterly()
    assert of(document, "DEAD").against_previous
    public = of(for_public(document), "DEAD")
    assert (public.against_previous, public.difference) == ("", "−4")


def test_what_the_plan_prints_is_public_and_nothing_else_of_it_is(town: Town) -> None:
    """A baseline of few, and a rate whose count nobody gave: everybody can read both in the plan."""
    few(town, baseline_printed="3", baseline_value=Decimal(3), baseline_period="2023")
    rate = town.indicator(
        "RATE",
        name="Deaths of drugs, rate",
        unit="rate per 100,000",
        small_numbers=True,
        position=2,
        baseline_printed="14.8",
        baseline_value=Decimal("14.8"),
    )
    town.figure(rate, Q2_2026, "13.9", OCTOBER)
    public = for_public(town.quarterly())
    assert [figure.baseline for figure in public.figures] == ["3", "14.8"]
    assert of(public, "RATE").now.printed == "withheld"  # type: ignore[union-attr]
    assert "13.9" not in printed(public)


def test_a_figure_from_a_source_that_may_not_be_published_is_withheld_alone(town: Town) -> None:
    shop = town.indicator("SHOP", name="Shoplifting")
    before, last = quarters(2)
    town.figure(shop, before, "400", before.end + dt.timedelta(days=20))
    made = town.figure(shop, last, "418", OCTOBER)
    made.data_source = Source.objects.create(name="iQuanta", publishable=False)
    made.save()
    public = for_public(town.quarterly())
    assert "418" not in printed(public)
    assert of(public, "SHOP").previous.printed == "400"  # type: ignore[union-attr]
    # A correction comes from where the figure came from.
    record_measurement(
        indicator=shop,
        period=last,
        value=Decimal(419),
        printed="419",
        by=town.analyst,
        at=noon(OCTOBER),
        as_at=OCTOBER,
        note="One more.",
        replaces=made,
    )
    assert "419" not in printed(for_public(town.quarterly()))


@pytest.mark.parametrize(("source", "shown"), [(None, False), (False, False), (True, True)])
def test_an_average_is_published_only_from_a_source_that_says_so(town: Town, source: bool | None, shown: bool) -> None:
    shop = town.indicator("SHOP", name="Shoplifting")
    town.figure(shop, Q2_2026, "418", OCTOBER)
    origin = None if source is None else Source.objects.create(name="Group", publishable=source)
    town.similar_areas(shop, Q2_2026, 397, OCTOBER, position=14, group_size=15, data_source=origin)
    commented(town, "SHOP", "Above the similar areas’ average of 397: position 14 of 15.")
    figure = of(for_public(town.quarterly()), "SHOP")
    text = text_of(printed(for_public(town.quarterly())))
    assert (figure.similar is not None) is shown
    assert ("397" in text) is shown
    assert ("14 of 15" in text) is shown
    assert (AVERAGES_LEFT_OUT in text) is not shown
    named = any(name == "Shoplifting, similar areas’ average" for name in withheld(town.quarterly()).left_out)
    assert named is not shown
    (beside,) = [row for row in figure.comparisons if row.kind == Against.SIMILAR_AREAS]
    assert (beside.reason == "source not for publication, or not known") is not shown
    assert "a figure it needs is withheld" not in beside.sentence
    assert "none of the figures shown here" in text
    assert "every figure is there" in text_of(printed(town.quarterly()))
    assert figure.now
    assert figure.now.printed == "418"


def test_words_of_our_own_stay_beside_an_average_that_is_left_out(town: Town) -> None:
    shop = town.indicator("SHOP", name="Shoplifting")
    town.figure(shop, Q2_2026, "418", OCTOBER)
    town.similar_areas(shop, Q2_2026, 397, OCTOBER)
    commented(town, "SHOP", "Up by 12 on the week before.")
    assert of(for_public(town.quarterly()), "SHOP").commentary == "Up by 12 on the week before."


def test_a_note_that_quotes_the_plans_table_stays_beside_an_average_that_is_left_out(town: Town) -> None:
    PrintedFigure.objects.create(
        plan=town.plan, table="Table 1", label="All crime", printed="154.006", printed_average="117.497", group_position=15,
        group_size=15, position=1,
    )  # fmt: skip
    quoted = "In the plan similar areas averaged 117.497, position 15 of 15."
    for code, note in (
        ("QUOTED", quoted),
        ("NEWER", f"{quoted} Now they average 119.2."),
        ("PLACED", "Position 15 of 15 again; the average is not for passing on."),
    ):
        row = town.indicator(code, note=note)
        town.figure(row, Q2_2026, "418", OCTOBER)
        town.similar_areas(row, Q2_2026, 397, OCTOBER)
    public = for_public(town.quarterly())
    assert of(public, "QUOTED").note == quoted
    assert of(public, "NEWER").note == of(public, "PLACED").note == WITHHELD
    assert of(for_public(town.six_monthly()), "QUOTED").note == quoted


def test_a_rate_of_two_people_is_withheld_from_the_table_whoever_it_is_of(town: Town) -> None:
    table = similar_table(town, Source.objects.create(name="Police.uk"))
    table.note = "Deaths were 3 and not 4 in this quarter."
    table.save()
    for n, (label, rate) in enumerate(
        {"Homicide": "0.022", "Violence with injury": "9.100", "Stalking": "8.050"}.items()
    ):
        SimilarAreasRow.objects.create(
            table=table, position_in_table=n + 2, heading="Violence", label=label, printed=rate, printed_average="0.011",
            value=rate, average="0.011", position=15,
        )  # fmt: skip
    few(town)
    public = for_public(town.quarterly())
    shown = {row.label: row.printed for row in public.similar_table.rows}  # type: ignore[union-attr]
    # With it another of its heading, from whose sum it could be had.
    assert shown == {
        "Shoplifting": "19.330",
        "Homicide": "withheld",
        "Violence with injury": "9.100",
        "Stalking": "withheld",
    }
    text = text_of(printed(public))
    assert "0.022" not in text
    assert "8.050" not in text
    assert "Deaths were 3" not in text


def test_nobody_is_named_as_owing_a_figure(town: Town) -> None:
    town.indicator("LATE")
    document = town.six_monthly()
    assert "1 not yet available (Fire brigade)" in text_of(printed(document))
    public = text_of(printed(for_public(document)))
    assert "1 not yet available" in public
    assert "available (" not in public


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("2 of them died in care.", False),
        ("Seven were men.", False),
        ("6 of the 8 were under 30.", False),
        ("A quarter of them were known to services.", False),
        ("There were 9 after 8, as the table says.", True),
        ("Two landlords stopped sending their lists; the second administrator started in September.", True),
        ("Six months of work remain, from 1 April 2026.", True),
    ],
)
def test_words_on_few_that_are_all_shown_may_tell_no_part_of_them(town: Town, text: str, stays: bool) -> None:
    few(town)
    commented(town, "DEAD", text)
    assert (of(for_public(town.quarterly()), "DEAD").commentary == text) is stays


def test_words_that_name_what_is_withheld_are_watched_wherever_they_stand(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    assessment = StrategicAssessment.objects.create(
        plan=town.plan,
        title="Assessment",
        covers_from=dt.date(2024, 10, 1),
        covers_to=dt.date(2025, 9, 30),
        state="adopted",
        adopted_on=dt.date(2026, 1, 5),
    )
    for n, evidence in enumerate(["3 deaths in Q2 2026/27.", "We stand at 4711.", "Residents name it first."]):
        Finding.objects.create(assessment=assessment, position=n, text=f"Finding {chr(65 + n)}", evidence=evidence)
    raise_issue(
        plan=town.plan,
        title="Strong tablets",
        text="3 drug deaths since June.",
        indicator=Indicator.objects.get(code="SHOP"),
        by=town.analyst,
        at=noon(OCTOBER),
    )
    public = for_public(town.quarterly())
    assert [one.evidence for one in public.outside] == [WITHHELD, WITHHELD, "Residents name it first."]  # type: ignore[union-attr]
    assert [issue.text for issue in public.issues] == [WITHHELD]


def test_an_action_is_watched_in_all_its_words_linked_or_not(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    fields: dict[str, Any] = {
        "plan": town.plan,
        "priority": town.drugs,
        "sub_group": town.sub_group,
        "lead_partner": town.fire,
        "starts_on": dt.date(2026, 4, 1),
        "due_on": dt.date(2026, 12, 31),
        "by": town.coordinator,
        "at": noon(dt.date(2026, 4, 2)),
    }
    add_action(
        ref="DA-90",
        title="Fewer deaths than the 3 of Q2",
        description="There were 3 deaths in Q2 2026/27.",
        measure_of_success="From 3 deaths to none",
        milestones=[("Review of the 3 deaths", dt.date(2026, 11, 1)), ("Train two schools", dt.date(2026, 11, 2))],
        indicators=[Indicator.objects.get(code="DEAD")],
        origin=Action.Origin.INITIATIVE,
        **fields,
    )
    apart = add_action(ref="DA-91", title="Kits in every hostel", **fields)
    town.say(apart, Rating.OFF_TRACK, dt.date(2026, 10, 9), narrative="There were 3 drug deaths in the quarter.")
    document = town.six_monthly()
    public = for_public(document)
    line = public.by_ref["DA-90"]  # type: ignore[union-attr]
    assert (line.title, line.description, line.measure) == (TITLE_WITHHELD, WITHHELD, WITHHELD)
    assert [one.text for one in line.milestones] == [WITHHELD, "Train two schools"]
    assert public.by_ref["DA-91"].narrative == WITHHELD  # type: ignore[union-attr]
    text = text_of(printed(public))
    for told in ("the 3 of Q2", "3 deaths", "3 drug deaths"):
        assert told in text_of(printed(document))
        assert told not in text
    assert "Train two schools" in text


def test_what_the_plan_printed_of_an_action_stays_until_it_is_changed(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    action = add_action(
        plan=town.plan,
        ref="DA-90",
        title="Fewer deaths than 4 a year",
        measure_of_success="From 4 deaths to none",
        priority=town.drugs,
        sub_group=town.sub_group,
        lead_partner=town.fire,
        starts_on=dt.date(2026, 4, 1),
        due_on=dt.date(2026, 12, 31),
        by=town.coordinator,
        at=noon(dt.date(2026, 4, 2)),
        indicators=[Indicator.objects.get(code="DEAD")],
    )

    def told() -> tuple[str, str]:
        line = for_public(town.six_monthly()).by_ref["DA-90"]  # type: ignore[union-attr]
        return line.title, line.measure

    assert told() == ("Fewer deaths than 4 a year", "From 4 deaths to none")
    edit(
        action=action,
        by=town.coordinator,
        at=noon(dt.date(2026, 5, 2)),
        revision=action.revision,
        changes={"measure_of_success": "From 3 deaths to none"},
    )
    assert told() == ("Fewer deaths than 4 a year", WITHHELD)


def test_a_title_is_withheld_everywhere_or_nowhere(town: Town) -> None:
    """Of an action measured by what is left out, a title without a number stays in its row and in every sentence."""
    source = Source.objects.create(name="Shared in confidence", publishable=False)
    kept = town.indicator("KEPT", name="Kept apart", data_source=source)
    town.figure(kept, Q2_2026, "4711", OCTOBER)
    for n, title in enumerate(("Agree the strategy", "Help the 4711")):
        action = add_action(
            plan=town.plan,
            ref=f"DA-9{n}",
            title=title,
            priority=town.drugs,
            sub_group=town.sub_group,
            lead_partner=town.fire,
            starts_on=dt.date(2026, 4, 1),
            due_on=dt.date(2026, 12, 31),
            by=town.coordinator,
            at=noon(dt.date(2026, 4, 2)),
            indicators=[kept],
            origin=Action.Origin.INITIATIVE,
        )
        town.say(action, Rating.OFF_TRACK, dt.date(2026, 10, 9), narrative="It is 4711 now.", recovery="Ask 4711.")
    public = for_public(town.six_monthly())
    assert [public.by_ref[f"DA-9{n}"].title for n in (0, 1)] == ["Agree the strategy", TITLE_WITHHELD]  # type: ignore[union-attr]
    asked = {one.refs: one.short for one in public.recommendations}  # type: ignore[union-attr]
    assert "Agree the strategy" in asked[("DA-90",)], asked
    assert "title withheld" in asked[("DA-91",)], asked
    text = text_of(printed(public))
    assert "4711" not in text
    assert "Agree the strategy" in text


def test_one_note_says_how_many_are_withheld_and_why(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    commented(town, "DEAD", "Three people died.")
    document = town.quarterly()
    public = for_public(document)
    text = text_of(printed(public))
    assert "3 figures and 1 text are withheld so that nobody can be identified" in text
    assert text.count("nobody can be identified") == 1
    assert withheld(document).words == 1
    assert "suppressed" not in text


# --- What must not be kept by mistake ---------------------------------------------------------------------------------


def test_old_values_and_their_reasons_are_for_partners_where_numbers_are_few(town: Town) -> None:
    for code, small in (("DEAD", True), ("SHOP", False)):
        row = town.indicator(code, small_numbers=small)
        first = town.figure(row, Q2_2026, "3", OCTOBER - dt.timedelta(days=2))
        record_measurement(
            indicator=row,
            period=Q2_2026,
            value=Decimal(9),
            printed="9",
            by=town.analyst,
            at=noon(OCTOBER),
            as_at=OCTOBER,
            note=f"{code}: six came late.",
            replaces=first,
        )
    document = town.quarterly()
    dead, shop = (of(for_public(document), code) for code in ("DEAD", "SHOP"))
    assert of(document, "DEAD").corrections
    assert (dead.corrections, dead.now and dead.now.note) == ((), "")
    assert shop.corrections
    assert shop.now
    assert shop.now.note == "SHOP: six came late."
    assert "DEAD: six" not in printed(for_public(document))


def test_similar_areas_stay_unjudged_where_our_own_figure_is_withheld(town: Town) -> None:
    dead = few(town)
    made = Source.objects.create(name="Group")
    town.similar_areas(dead, Q2_2026, 6, OCTOBER, position=2, group_size=15, data_source=made)
    assert of(for_public(town.quarterly()), "DEAD").similar.position == 2  # type: ignore[union-attr]
    record_measurement(
        indicator=dead,
        period=Q2_2026,
        value=Decimal(2),
        printed="2",
        by=town.analyst,
        at=noon(OCTOBER),
        as_at=OCTOBER,
        note="Wrong.",
        replaces=dead.measurements.get(period_start=Q2_2026.start, period_kind="quarter"),
    )
    similar = of(for_public(town.quarterly()), "DEAD").similar
    assert similar
    assert (similar.position, similar.sentence, similar.average) == (None, "", "6")


# --- Who reads it -----------------------------------------------------------------------------------------------------


def published(town: Town, period: Period) -> ReportVersion:
    """On the shelf, its final files made for partners and for everybody."""
    version = building.make_first(plan=town.plan, kind="quarterly", period=period, now=DUE)
    draft = version.renditions.partners().get(stage="draft")
    renditions.make_one(rendition=draft, make=make, clock=at(DUE))
    decisions.prepare(version=version, by=town.coordinator, at=SENT)
    renditions.make_one(rendition=version.renditions.partners().get(stage="final"), make=make, clock=at(SENT))
    decisions.publish(version=version, by=town.coordinator, at=PUBLISHED)
    released(town, version)
    return version


def test_a_reader_gets_the_public_edition_on_the_page_as_pdf_and_in_a_comparison(
    town: Town, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    story(town, deaths="3", applications="2", kept="4711")
    other, version = published(town, Q2_2026.previous()), published(town, Q2_2026)
    both = f"/reports/compare/?a={other.report_id}.1&b={version.report_id}.1"
    pdf = f"/reports/{version.report_id}/v1/final.pdf"
    people = {"partners": town.analyst, "public": make_user("reader@test.example", roles.READER)}
    for edition, person in people.items():
        client = Client()
        client.force_login(person)
        with time_machine.travel(LATER):
            text = text_of(client.get(version.get_absolute_url()).content.decode())
            compared = text_of(client.get(both).content.decode())
            etag = client.get(pdf)["ETag"]
        told = edition == "partners"
        assert ("4711" in text) is told
        assert ("Partners' copy" in text) is told
        assert ("This is the public version, checked on" in text) is not told
        assert ("Drug deaths, 3 in Q2 2026/27," in compared) is told
        assert "Reviews, 34 in Q2 2026/27, turned better" in compared
        assert etag == f'"{version.renditions.get(edition=edition, stage="final").sha256}"'
    withdraw(version=version, reason="A name was left in.", by=town.coordinator, at=LATER)
    client = Client()
    client.force_login(people["public"])
    with time_machine.travel(LATER):
        assert client.get(pdf).status_code == 404
        assert "4711" not in client.get(version.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("printed", "unit", "said"),
    [
        ("withheld", "rate per 100,000", "withheld"),
        ("<5", "applications", "fewer than 5 applications"),
        ("36.0", "% of clients", "36.0% of clients"),
        ("5.5", "rate per 100,000", "5.5 per 100,000"),
    ],
)
def test_a_figure_in_a_sentence_reads_as_one(printed: str, unit: str, said: str) -> None:
    assert figure_text(printed, unit) == said
