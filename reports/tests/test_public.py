"""The public version holds nothing that is withheld: two stories that differ only in that read alike, letter by letter."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.template.loader import render_to_string

from actions.rating import Rating
from actions.services.lifecycle import add_action
from performance.models import Indicator, SimilarAreasRow, SimilarAreasTable, Source
from performance.services.bulk import place_crime_types
from performance.services.figures import write_commentary
from performance.services.issues import raise_issue
from performance.services.ranges import annotate
from priorities.periods import Period
from reports.document import (
    Difference,
    Document,
    Figure,
    QuarterlyDocument,
    Sealed,
    Since,
    SixMonthlyDocument,
    from_json,
    to_json,
)
from reports.public import RANGE_WITHHELD, TITLE_WITHHELD, WITHHELD, for_public
from reports.rendering import print_html, screen_context
from reports.tests.makers import Q2_2026, Town, noon, quarterly

pytestmark = pytest.mark.django_db

OCTOBER = dt.date(2026, 10, 20)


def quarters(count: int) -> list[Period]:
    found = [Q2_2026]
    while len(found) < count:
        found.insert(0, found[0].previous())
    return found


def story(town: Town, *, deaths: str, applications: str, kept: str) -> None:
    """A town whose deaths and one part of whose reviews are few, and whose kept figures may not be published."""
    dead = town.indicator("DEAD", name="Drug deaths", small_numbers=True, position=1)
    parts = [town.indicator(f"PART{n}", name=f"Reviews of kind {n}", small_numbers=True, position=n) for n in (2, 3)]
    whole = town.indicator("WHOLE", name="Reviews", small_numbers=True, position=4)
    whole.sum_of.set(parts)
    police = Source.objects.create(name="iQuanta", publishable=False)
    secret = town.indicator("KEPT", name="Rank of the town", data_source=police, position=5)
    plain = town.indicator("SHOP", name="Shoplifting", position=6)
    for n, period in enumerate(quarters(14)):
        day = period.end + dt.timedelta(days=20)
        newest = period == Q2_2026
        town.figure(dead, period, deaths if newest else str(7 + n % 3), day)
        town.figure(parts[0], period, applications if newest else str(11 + n % 4), day)
        town.figure(parts[1], period, str(34 - int(applications)) if newest else "30", day)
        town.figure(whole, period, "34" if newest else str(41 + n % 4), day)
        town.figure(secret, period, kept if newest else str(900 + n), day)
        town.figure(plain, period, str(400 + 9 * (n % 5)), day)


def commented(town: Town, code: str, text: str) -> None:
    write_commentary(
        indicator=Indicator.objects.get(code=code), period=Q2_2026, text=text, by=town.analyst, at=noon(OCTOBER)
    )


def printed(document: Document) -> str:
    return print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2] or html)).split())


def of(document: Document, code: str) -> Figure:
    [figure] = [figure for figure in document.figures if figure.code == code]
    return figure


@pytest.fixture
def town() -> Town:
    return Town()


class _Back(Exception):
    """Ends a world."""


def world(**numbers: str) -> dict[str, str]:
    """What the two public papers and their screens say in a world of these numbers, which is gone afterwards."""
    said = {}
    try:
        with transaction.atomic():
            town = Town()
            story(town, **numbers)
            for document in (town.quarterly(), town.six_monthly()):
                public = for_public(document)
                said[f"{document.kind} paper"] = printed(public)
                said[f"{document.kind} screen"] = render_to_string(
                    "reports/document/_body.html", screen_context(public)
                )
                said[f"{document.kind} text"] = to_json(public)
            raise _Back
    except _Back:
        return said


def test_worlds_that_differ_only_in_what_is_withheld_read_alike() -> None:
    base = world(deaths="1", applications="2", kept="4711")
    for deaths, applications, kept in [("4", "2", "4711"), ("1", "4", "4711"), ("3", "1", "815"), ("2", "3", "4711")]:
        other = world(deaths=deaths, applications=applications, kept=kept)
        for name, text in base.items():
            assert text == other[name], (name, deaths, applications, kept)


def test_worlds_that_differ_in_what_is_told_read_differently() -> None:
    """That the comparison above can fail."""
    base, other = (world(deaths=deaths, applications="2", kept="4711") for deaths in ("1", "5"))
    assert all(base[name] != other[name] for name in base)


@pytest.mark.parametrize("kind", ["quarterly", "six_monthly"])
def test_small_numbers_and_what_rests_on_them_are_withheld(town: Town, kind: str) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    document = getattr(town, kind)()
    dead = of(for_public(document), "DEAD")
    assert dead.now
    assert (dead.now.printed, dead.now.number) == ("<5", "")
    assert (dead.difference, dead.percent, dead.word, dead.symbol) == ("not compared", "", "no comparison", "")
    assert (dead.range_words, dead.range_sentence, dead.bands, dead.unusual) == ("", "", (), False)
    assert (dead.trend[-1].number, dead.trend[-1].printed) == ("", "<5")
    assert all(row.reason for row in dead.comparisons)
    assert not dead.better
    assert not dead.worse
    # The partners' own is as it was: the judgement is there, and it is not "no comparison".
    told = of(document, "DEAD")
    assert told.now
    assert (told.now.printed, told.word) == ("3", "better")


def test_what_a_total_would_give_away_is_withheld_too(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    document = for_public(town.quarterly())
    shown = {code: of(document, code).now for code in ("PART2", "PART3", "WHOLE")}
    assert {code: value.printed for code, value in shown.items() if value} == {
        "PART2": "<5",
        "PART3": "withheld",
        "WHOLE": "34",
    }


def test_a_figure_that_may_not_be_published_is_nowhere(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    commented(town, "KEPT", "It is the worst of them.")
    for document in (town.quarterly(), town.six_monthly()):
        public = for_public(document)
        text = text_of(printed(public))
        assert "Rank of the town" not in text
        assert "4711" not in printed(public)
        assert "the worst of them" not in text
        assert "1 figure is left out because its source is not for publication." in text
        assert "Partners' copy" not in text
        assert "Partners' copy" in text_of(printed(document))


def test_words_that_may_tell_a_withheld_number_are_withheld_and_others_stay(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    commented(town, "DEAD", "Three people died, two of them at home.")
    commented(town, "SHOP", "Up by 12 on the week before.")
    annotate(
        indicator=Indicator.objects.get(code="DEAD"),
        period=Q2_2026,
        text="Two died in one night",
        by=town.analyst,
        at=noon(OCTOBER),
    )
    raise_issue(plan=town.plan, title="Strong tablets", text="Three died of them.", by=town.analyst, at=noon(OCTOBER))
    raise_issue(plan=town.plan, title="Three in a night", text="It is new.", by=town.analyst, at=noon(OCTOBER))
    raise_issue(
        plan=town.plan, title="Loud bikes", text="They are back.", evidence="See it.", by=town.analyst, at=noon(OCTOBER)
    )
    public = for_public(town.quarterly())
    text = text_of(printed(public))
    assert "Three" not in text
    assert "Two died" not in text
    assert "Up by 12 on the week before." in text
    assert [issue.text for issue in public.issues] == [WITHHELD, "It is new.", "They are back."]
    assert [issue.title for issue in public.issues] == ["Strong tablets", TITLE_WITHHELD, "Loud bikes"]
    assert "See it." not in text


def test_what_partners_say_of_an_action_measured_by_few_is_withheld(town: Town) -> None:
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
    few = add_action(ref="DA-90", title="Fewer deaths", indicators=[Indicator.objects.get(code="DEAD")], **fields)
    many = add_action(ref="DA-91", title="Fewer thefts", indicators=[Indicator.objects.get(code="SHOP")], **fields)
    for action in (few, many):
        town.say(
            action,
            Rating.OFF_TRACK,
            dt.date(2026, 10, 9),
            narrative=f"{action.ref}: 3 people.",
            help_wanted=f"{action.ref} asks for 3 beds.",
            help_wanted_from=town.supporter.partner,
        )
    document = town.six_monthly()
    public = for_public(document)
    assert isinstance(public, SixMonthlyDocument)
    assert public.by_ref["DA-90"].narrative == WITHHELD
    assert public.by_ref["DA-91"].narrative == "DA-91: 3 people."
    text = text_of(printed(public))
    assert "DA-90: 3 people" not in text
    assert "DA-90 asks for 3" not in text
    assert "DA-91 asks for 3 beds" in text


def test_a_table_that_may_not_be_published_is_left_out_and_the_plans_own_stays_the_measure(town: Town) -> None:
    table = similar_table(town, Source.objects.create(name="iQuanta", publishable=False))
    document = town.quarterly()
    assert document.similar_table
    assert "19.330" in text_of(printed(document))
    public = for_public(document)
    assert isinstance(public, QuarterlyDocument)
    assert public.similar_table is None
    assert "19.330" not in printed(public)
    assert "The newest table of similar areas is left out" in text_of(printed(public))
    # A source that is not known is no leave to publish.
    table.data_source = None
    table.save()
    assert "19.330" not in printed(for_public(town.quarterly()))
    table.data_source = Source.objects.create(name="Police.uk")
    table.save()
    assert "19.330" in text_of(printed(for_public(town.quarterly())))


def test_a_rate_of_few_is_withheld_from_the_table(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    table = similar_table(town, Source.objects.create(name="Police.uk"))
    SimilarAreasRow.objects.create(
        table=table,
        position_in_table=2,
        label="Deaths",
        printed="0.032",
        printed_average="0.020",
        value="0.032",
        average="0.020",
        position=15,
        indicator=Indicator.objects.get(code="DEAD"),
    )
    assert "0.032" in printed(town.quarterly())
    assert "0.032" not in printed(for_public(town.quarterly()))


def test_a_crime_type_linked_to_an_indicator_follows_its_rules(town: Town) -> None:
    """However high its rate: 2.500 is of many people, but the indicator's count may be of something else."""
    story(town, deaths="3", applications="2", kept="4711")
    table = similar_table(town, Source.objects.create(name="Police.uk"))
    for number, (label, rate) in enumerate((("Deaths", "2.500"), ("Ranks", "47.110"), ("Arson", "0.770")), start=2):
        SimilarAreasRow.objects.create(
            table=table, position_in_table=number, label=label, printed=rate, printed_average="2.000", value=rate,
            average="2.000", position=3,
        )  # fmt: skip
    assert "2.500" in text_of(printed(for_public(town.quarterly())))
    rows = {row.label: row for row in table.rows.all()}
    place_crime_types(
        table=table,
        places={},
        indicators={
            rows[label].pk: Indicator.objects.get(code=code) for label, code in (("Deaths", "DEAD"), ("Ranks", "KEPT"))
        },
        reason="They count the same.",
        by=town.analyst,
        at=noon(OCTOBER),
    )
    partners, public = town.quarterly(), for_public(town.quarterly())
    assert partners.similar_table
    assert public.similar_table
    assert [(row.label, row.indicator) for row in partners.similar_table.rows[1:]] == [
        ("Deaths", "DEAD"),
        ("Ranks", "KEPT"),
        ("Arson", ""),
    ]
    # One more of the same heading goes with it, from whose sum it could be had; what is not for publication is not there.
    assert [(row.label, row.printed) for row in public.similar_table.rows] == [
        ("Shoplifting", "19.330"),
        ("Deaths", "withheld"),
        ("Arson", "withheld"),
    ]
    assert "47.110" not in to_json(public)


def similar_table(town: Town, source: Source | None) -> SimilarAreasTable:
    table = SimilarAreasTable.objects.create(
        plan=town.plan,
        period_kind="quarter",
        period_start=Q2_2026.start,
        window="12 months to September 2026",
        group_size=15,
        data_source=source,
        as_at=OCTOBER,
        recorded_at=noon(OCTOBER),
        recorded_by=town.analyst,
    )
    SimilarAreasRow.objects.create(
        table=table,
        position_in_table=1,
        heading="Acquisitive Crime",
        label="Shoplifting",
        printed="19.330",
        printed_average="10.020",
        value="19.330",
        average="10.020",
        position=15,
    )
    return table


def test_a_range_alone_may_be_withheld(town: Town) -> None:
    """The newest figures are large, one of three years ago was not."""
    dead = town.indicator("DEAD", small_numbers=True)
    for n, period in enumerate(quarters(14)):
        town.figure(dead, period, "2" if n == 0 else str(20 + n % 3), period.end + dt.timedelta(days=20))
    figure = of(for_public(town.quarterly()), "DEAD")
    assert figure.sentence
    assert figure.range_sentence == RANGE_WITHHELD
    assert not figure.bands
    assert figure.withheld


def test_who_owes_a_figure_and_why_is_for_partners(town: Town) -> None:
    town.indicator("LATE")
    document = town.quarterly()
    assert "due from Fire brigade" in text_of(printed(document))
    text = text_of(printed(for_public(document)))
    assert "not yet available" in text
    assert "Fire brigade on" not in text


def test_what_changed_tells_neither_why_a_figure_is_missing_nor_how_an_unpublished_version_stood(town: Town) -> None:
    town.indicator("LATE")
    document = town.quarterly()
    # As texts from before it was left out at its source have it.
    row = Difference("figure_missing", "LATE", "Indicator LATE: the analyst is off sick, owed by Fire brigade.")
    sealed = Sealed("Quarterly report", "Q1 2026/27", 1, "Draft", dt.date(2026, 7, 21), "b" * 64)
    document = dataclasses.replace(document, since=Since("Q1 2026/27", sealed, "", sealed.cut_off_on, (row,)))
    assert "(draft)" in text_of(printed(document))
    public = text_of(printed(for_public(document)))
    assert "Indicator LATE: Q2 2026/27 is not yet available." in public
    for words in ("off sick", "owed by", "(draft)"):
        assert words not in public
    published = dataclasses.replace(document.since, sealed=dataclasses.replace(sealed, standing="Published"))
    assert "(published)" in text_of(printed(for_public(dataclasses.replace(document, since=published))))


def test_a_public_version_holds_nothing_to_work_it_out_from(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    for document in (town.quarterly(), town.six_monthly()):
        public = for_public(document)
        assert (public.known, public.sums) == ((), ())
        assert public.paper.edition == "public"
        assert public.paper.marking == ""
        assert from_json(to_json(public)) == public
        assert "Public version" in text_of(printed(public))


def test_a_text_from_before_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="Make another version"):
        for_public(quarterly())


def test_a_report_without_figures_needs_no_decision() -> None:
    bare = dataclasses.replace(quarterly(), figures=(), priorities=())
    assert for_public(bare).figures == ()


def test_every_place_is_read_back(town: Town) -> None:
    story(town, deaths="3", applications="2", kept="4711")
    document = town.quarterly()
    places = [known.place for known in document.known]
    assert len(places) == len(set(places)) >= 6 * 14
    rests = set(itertools.chain.from_iterable(figure.rests_on for figure in document.figures))
    assert rests <= set(places)
