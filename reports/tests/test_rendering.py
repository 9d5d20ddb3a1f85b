"""The HTML of a report: the same for paper and screen, escaped, with headings and tables a reader by ear can follow."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string

from actions.rating import Rating
from reports.document import RESTRICTED, Compared, Document, Moves, Recommendation, SimilarAreas
from reports.rendering import SignOff, begin, clip, footer_contact, print_html, screen_context
from reports.rendering.six_monthly_page import _figures_of
from reports.rendering.text import figure_text, unit_beside, whole_sentences
from reports.snapshot.sentences import recommendations
from reports.tests.makers import (
    figure,
    line,
    paper,
    plan_of_forty,
    quarterly,
    silent,
    six_monthly,
    words,
)

APPROVED = SignOff("Approved for the Partnership", "Chair", dt.date(2026, 11, 4), dt.date(2026, 12, 2), "14 (ii)")
COMPARED = Compared(
    kind="year_before",
    label="Same quarter last year",
    period="Q2 2025/26",
    theirs="393",
    number="+25",
    percent="+6.4%",
    word="worse",
    symbol="▲",
    sentence="worse: up 6.4%",
    position="",
    reason="",
    rests_on=(),
)
BOTH = pytest.mark.parametrize("document", [six_monthly(), quarterly()], ids=["six-monthly", "quarterly"])


def draft(document: Document) -> str:
    return print_html(document, stage="draft", snapshot_sha256="ab" * 32, sign_off=None)


def final(document: Document, sign_off: SignOff | None = APPROVED) -> str:
    return print_html(document, stage="final", snapshot_sha256="ab" * 32, sign_off=sign_off)


def screen(document: Document) -> str:
    return render_to_string("reports/document/_body.html", screen_context(document, snapshot_sha256="ab" * 32))


def text_of(html: str) -> str:
    body = html.partition("<body>")[2] or html
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def style_sheet(html: str) -> str:
    return base64.b64decode(html.partition("base64,")[2].partition('"')[0]).decode()


class Outline(HTMLParser):
    """Heading levels, ids, and for every table its caption and header cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.tables: list[dict[str, int]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(given)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "table":
            self.tables.append({"caption": 0, "scoped": 0, "bare": 0})
        elif tag == "caption":
            self.tables[-1]["caption"] += 1
        elif tag == "th":
            self.tables[-1]["scoped" if given.get("scope") in ("row", "col", "colgroup") else "bare"] += 1


# --- Page one ---------------------------------------------------------------------------------------------------------


def test_page_one_says_it_all() -> None:
    page = text_of(draft(six_monthly())).partition("Contents")[0]
    for said in (
        "Safer Hartlepool Partnership · Meeting of 2 December 2026 · Report of the Community Safety Team",
        "Six-monthly report, 1 April to 30 September 2026",
        "month 30 of 36 of the plan · updates received up to 21 October 2026",
        "Strategic objective: “A safe town to live, work and visit”",
        "The Partnership is asked to",
        "40 actions",
        "■ 3 off track (4)",
        "▲ 6 at risk (4)",
        "● 18 on track, 2 of them not confirmed (4)",
        "✓ 12 complete (4)",
        "○ 1 not started (4)",
        "March in brackets.",
        "No update DA-11 Fire brigade · last heard 14 March 2026; ASB-12 Fire brigade · last heard 14 March 2026",
        "Since March 1 worsened: ASB-02; 0 recovered; 0 new; 12 completed; 0 dates moved",
        "Worse than a year ago: Offences of kind SHOP (418, was 393, +6.4%)",
        "help asked of Cleveland Police",
    ):
        assert said in page


def test_page_one_says_which_help_is_asked_where_it_fits() -> None:
    risky = line(4, Rating.AT_RISK), line(6, Rating.AT_RISK)
    start = "decide on the help asked of Cleveland Police for"
    asked = [
        Recommendation(
            "decide", f"{start} {one.ref} {one.title}: {words}", f"{start} {one.ref} {one.title}", (one.ref,)
        )
        for one, words in zip(risky, ("Two officers on Fridays", "Late patrols " * 12), strict=True)
    ]
    page = text_of(draft(six_monthly(risky, recommendations=tuple(asked)))).partition("Contents")[0]
    assert f"{start} ASB-04: Two officers on Fridays" in page
    assert f"{start} ASB-06: {('Late patrols ' * 12).strip()}" in page, "nobody decides on half of what is asked"


def test_who_is_silent_and_waits_for_help_gets_a_decision_on_it() -> None:
    waiting = silent(line(2, Rating.OFF_TRACK))
    asked = words("Late.", help_wanted="Say by June who pays.", help_wanted_from="Housing group", help_state="none")
    [first, *_] = recommendations([dataclasses.replace(waiting, requests=(asked,))], ())
    assert first.text.endswith(", and decide on the help it asks of Housing group: Say by June who pays")
    assert first.short.endswith("for ASB-02 and decide on the help it asks of Housing group")
    [nothing, *_] = recommendations([dataclasses.replace(waiting, requests=())], ())
    assert "help" not in nothing.text + nothing.short


def test_figures_on_page_one_say_what_is_unusual_and_hide_none_of_it() -> None:
    told = [
        figure(f"F{n}", judged=judged) for n, judged in enumerate(("usual", "too few points", "unusual", "unusual"))
    ]
    said = _figures_of(told, "worse", 3)
    assert re.findall(r"F(\d) \([^)]*, (unusual|may be noise|too few to say)\)", said) == [
        ("2", "unusual"),
        ("3", "unusual"),
        ("0", "may be noise"),
    ]
    assert said.endswith("; and 1 more, none unusual")
    assert _figures_of(told, "worse", 1).endswith("; and 3 more, 1 unusual")


def test_a_page_one_without_room_counts_what_moved_and_names_nothing() -> None:
    moved = Moves(tuple(f"ASB-{number}" for number in range(100, 1000)), ())
    assert "900 worsened, 0 recovered" in text_of(draft(six_monthly(moves=moved)))


def test_a_crowded_page_one_points_to_the_rest() -> None:
    lines = tuple(line(number, Rating.OFF_TRACK) for number in range(1, 13))
    lines += tuple(silent(line(number, Rating.ON_TRACK)) for number in range(13, 40))
    asked = tuple(
        Recommendation("agree", "text", f"agree the recovery plan for {one.ref}", (one.ref,)) for one in lines
    )
    page = text_of(draft(six_monthly(lines, recommendations=asked))).partition("Contents")[0]
    shown = [number for number in range(1, 13) if f"-{number:02} Keep the promise" in page]
    assert 0 < len(shown) < 12
    assert f"and {12 - len(shown)} more: progress by priority" in page
    assert re.search(r"and \d+ more: recommendations", page)
    assert re.search(r"and \d+ more: returns by partner", page)


def test_the_quarterly_page_one_says_what_moved_and_what_is_missing() -> None:
    gap = figure(
        "GAP", now=None, word="no comparison", missing="not yet available; was due from Probation on 21 October 2026"
    )
    page = text_of(draft(quarterly((figure("SHOP"), figure("BIKE", word="better"), gap)))).partition("Contents")[0]
    worse, better, missing = (page.index(words) for words in ("What got worse", "What got better", "Missing, and who"))
    assert worse < page.index("Offences of kind SHOP 418, was 393 in Q2 2025/26 (+25 · +6.4%)") < better
    assert better < page.index("Offences of kind BIKE") < missing
    assert "Offences of kind GAP not yet available; was due from Probation on 21 October 2026" in page[missing:]


# --- The whole of it --------------------------------------------------------------------------------------------------


def test_every_action_and_its_latest_words_are_in_the_report() -> None:
    text = text_of(draft(six_monthly()))
    appendix = text.rpartition("Appendix A: The full action plan")[2]
    for one in plan_of_forty():
        assert one.ref in appendix
        assert one.narrative in appendix


def test_exceptions_are_told_in_full_and_first() -> None:
    lines = (line(2, Rating.ON_TRACK), line(4, Rating.OFF_TRACK), silent(line(6, Rating.ON_TRACK)))
    body = (
        text_of(draft(six_monthly(lines)))
        .partition("3. Progress by priority")[2]
        .partition("3. Progress by priority")[2]
    )
    off, quiet, fine = (body.index(f"ASB-0{number} Keep") for number in (4, 6, 2))
    assert off < quiet < fine
    told = body[off:quiet]
    assert "Why: The lights were promised for May" in told
    assert "Recovery: Thirty repairs by January" in told
    assert "Help wanted from Cleveland Police: Late patrols" in told
    assert "not confirmed" in body[quiet:fine]
    assert "No update received for April to September 2026; last heard 14 March 2026." in body[quiet:fine]


def test_restricted_words_are_named_as_held() -> None:
    held = dataclasses.replace(line(1, Rating.AT_RISK), said=words("", restricted=True))
    assert text_of(draft(six_monthly((held,)))).count(RESTRICTED) >= 2


def test_a_missing_commentary_is_said_to_be_missing() -> None:
    bare = figure("SHOP", commentary="", commentary_wanted_from="Cleveland Police")
    assert "No commentary received from Cleveland Police." in text_of(draft(quarterly((bare,))))


def test_what_people_wrote_is_printed_as_they_typed_it() -> None:
    hostile = '<script>alert(1)</script><img src="https://evil.example/x"> {{ 7*7 }} ŵ ŷ &amp; “quoted”'
    html = draft(six_monthly((dataclasses.replace(line(1, Rating.AT_RISK), title=hostile, said=words(hostile)),)))
    assert "<script" not in html
    assert "<img" not in html
    assert hostile in text_of(html.replace("&lt;", "\0lt;").replace("&gt;", "\0gt;")).replace("\0lt;", "<").replace(
        "\0gt;", ">"
    )


@BOTH
def test_paper_and_screen_say_the_same(document: Document) -> None:
    on_screen = text_of(screen(document))
    on_paper = text_of(draft(document)).partition(document.paper.period_long_label)[2].strip()
    # The charts' second drawing for narrow screens is the screen's own.
    without_charts = [re.sub(r"<svg.*?</svg>", "", html, flags=re.S) for html in (screen(document), draft(document))]
    told = text_of(without_charts[0])
    assert told in text_of(without_charts[1])
    assert on_screen[:60] == on_paper[:60]


@BOTH
def test_headings_step_down_by_one_and_ids_are_unique(document: Document) -> None:
    for html, first in ((draft(document), 1), (screen(document), 2)):
        outline = Outline(html)
        assert outline.levels[0] == first
        assert all(after <= before + 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
        assert len(outline.ids) == len(set(outline.ids))
        assert {link[1:] for link in outline.links} <= set(outline.ids)


@BOTH
def test_every_table_has_a_caption_and_scoped_headers(document: Document) -> None:
    tables = Outline(draft(document)).tables
    assert tables
    for table in tables:
        assert table["caption"] == 1
        assert table["scoped"] > 0
        assert table["bare"] == 0


@BOTH
def test_the_screen_keeps_the_content_policy(document: Document) -> None:
    outline = Outline(screen(document))
    assert "style" not in outline.attributes
    assert not outline.tags & {"script", "style", "link", "img"}
    assert not [name for name in outline.attributes if name.startswith("on")]


@BOTH
def test_a_report_made_after_its_day_says_so_in_its_small_print(document: Document) -> None:
    assert "after it was due" not in draft(document)
    late = dataclasses.replace(document.paper, due_on=dt.date(2026, 10, 26), late_by=2)
    said = "Made on 28 October 2026, 2 working days after it was due on 26 October 2026."
    assert said in text_of(draft(dataclasses.replace(document, paper=late)))
    in_time = dataclasses.replace(late, due_on=document.paper.made_on, late_by=0)
    assert draft(dataclasses.replace(document, paper=in_time)) == draft(document)


# --- Draft and final --------------------------------------------------------------------------------------------------


@BOTH
def test_draft_and_final_differ_in_watermark_and_sign_off_alone(document: Document) -> None:
    first, second = draft(document), final(document)
    assert '"DRAFT"' in style_sheet(first)
    assert '"DRAFT"' not in style_sheet(second)

    def rest(html: str) -> str:
        text = re.sub(r'<div class="report-sign-off">.*?</div>', "", html, flags=re.S)
        return text_of(text).replace("Draft. ", "").replace("Final. ", "")

    assert rest(first) == rest(second)
    assert "No decision has been taken on this version." in text_of(first)
    assert (
        "Approved for the Partnership by the Chair on 4 November 2026, at the meeting of 2 December 2026, "
        "minute 14 (ii)." in text_of(second)
    )


@BOTH
def test_a_paper_for_no_known_meeting_says_so_and_so_does_its_sign_off(document: Document) -> None:
    undated = dataclasses.replace(document, paper=dataclasses.replace(document.paper, meeting_on=None))
    signed = dataclasses.replace(APPROVED, meeting=None, minute_reference="")
    for html in (draft(undated), final(undated, signed)):
        assert "Safer Hartlepool Partnership · No meeting date set · Report of the Community Safety Team" in text_of(
            html
        )
        assert "Meeting of" not in text_of(html)
        assert "None" not in text_of(html)
    assert "Approved for the Partnership by the Chair on 4 November 2026." in text_of(final(undated, signed))
    assert "No meeting date set" not in text_of(final(document))


@BOTH
def test_the_same_document_gives_the_same_text(document: Document) -> None:
    assert draft(document) == draft(dataclasses.replace(document))


def test_another_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="“proof” is no stage of a paper"):
        print_html(six_monthly(), stage="proof", snapshot_sha256="", sign_off=None)


def test_the_running_lines_cannot_break_out_of_the_style_sheet() -> None:
    marked = 'X"; } body { display: none } </style> \\'
    sheet = style_sheet(draft(six_monthly(paper=paper(marking=marked, is_demonstration=True))))
    assert marked not in sheet
    assert "display: none } </style>" not in sheet
    assert "DEMONSTRATION\\000020DATA" in sheet


# --- Small things -----------------------------------------------------------------------------------------------------


def test_a_line_of_page_one_is_cut_where_a_sentence_ends_or_with_enough_of_the_next() -> None:
    text = "Anti-Social Behaviour. Officers stop twice as many electric motorbikes as a year ago; most riders get away."
    assert whole_sentences(text, 200) == text
    assert (
        whole_sentences(text, 60) == "Anti-Social Behaviour."
    )  # of "Officers stop twice as many…" nobody has anything
    assert (
        whole_sentences(text, 84) == "Anti-Social Behaviour. Officers stop twice as many electric motorbikes as a year…"
    )
    assert (
        whole_sentences(text, 90)
        == "Anti-Social Behaviour. Officers stop twice as many electric motorbikes as a year ago"
    )
    assert whole_sentences(text, 20) == ""


@pytest.mark.parametrize(
    ("text", "longest", "clipped"),
    [
        ("As it is.", 20, "As it is."),
        ("Two   lines\nbecome one", 30, "Two lines become one"),
        ("The lights, promised for May", 13, "The lights…"),
        ("Kits and the training that goes with them", 14, "Kits…"),
        ("Unbreakableword", 10, "Unbreakab…"),
    ],
)
def test_clip_cuts_between_words(text: str, longest: int, clipped: str) -> None:
    assert clip(text, longest) == clipped
    assert len(clipped) <= longest


@pytest.mark.parametrize(
    ("longest", "begun"),
    [
        (200, "The grant ends in March. No other is in sight. The board looks for one until Christmas."),
        (55, "The grant ends in March. No other is in sight"),
        (40, "The grant ends in March"),
        (18, "The grant ends…"),
    ],
)
def test_words_on_page_one_end_with_a_sentence(longest: int, begun: str) -> None:
    text = "The grant ends in March. No other is in sight.\nThe board looks for one until Christmas."
    assert begin(text, longest) == begun
    assert len(begun) <= longest


def test_page_one_lets_words_run_where_there_is_room_and_cuts_them_where_there_is_none() -> None:
    """One action off track has the side to itself; of twelve, each shows as much as fits and says where the rest stands."""
    why = "The scheme waits for its grant. " + "No date is given for it. " * 30
    one, *others = [
        dataclasses.replace(found, said=dataclasses.replace(found.said, reason=why))
        for found in (line(number, Rating.OFF_TRACK) for number in range(1, 13))
        if found.said
    ]
    alone = text_of(draft(six_monthly((one,)))).partition("Contents")[0]
    assert " ".join(why.split()).rstrip(".") in alone
    assert "in full at" not in alone
    page = text_of(draft(six_monthly((one, *others)))).partition("Contents")[0]
    assert re.search(r"The scheme waits for its grant[^·]* · help asked of [^·]* \( ?in full at ASB-\d\d ?\)", page)
    assert "…" not in page


@pytest.mark.parametrize(
    ("name", "unit", "beside", "figure_after"),
    [
        ("Shoplifting", "offences", "offences", "84 offences"),
        ("Fly-tipping incidents", "incidents", "", "84"),
        ("ASB powers used (warnings, notices)", "actions", "actions", "84 actions"),
        ("Drug-related deaths per 100,000", "rate per 100,000", "", "84"),
        ("Survey respondents who feel safe", "%", "in %", "84%"),
        ("Actions", "action", "action", "84 action"),
    ],
)
def test_a_unit_is_said_once(name: str, unit: str, beside: str, figure_after: str) -> None:
    assert unit_beside(name, unit) == beside
    assert figure_text("84", unit, after=name) == figure_after
    assert figure_text("84", unit) != "84", "alone it has its unit"


def test_brackets_stand_in_no_brackets_and_addresses_in_square_ones() -> None:
    html = draft(quarterly())
    assert 'content: " [" attr(data-to) "]"' in style_sheet(html)
    # A name that has brackets of its own, with its unit beside it.
    powers = figure("POW", name="ASB powers used (warnings, closures)", unit="actions")
    told = text_of(draft(six_monthly(figures=(powers,))))
    assert "ASB powers used (warnings, closures) · actions" in told
    assert not re.search(r"\([^()]*\([^()]*\)[^()]*\) *actions", told)


def test_that_a_figure_may_be_revised_is_said_once() -> None:
    shop = figure(
        "SHOP",
        sentence="similar: up 0.3%; provisional, and may be revised",
        range_sentence="418 is within the usual range. The figure for Q2 2026/27 is provisional and may be revised.",
        comparisons=(COMPARED,),
    )
    told = text_of(draft(quarterly((shop,))))
    assert "418 is within the usual range." in told
    assert told.count("may be revised") == 1


def test_a_target_that_is_a_direction_prints_no_figure_to_reach() -> None:
    row = dataclasses.replace(COMPARED, label="Target: to reduce, judged against", theirs="", word="moving as wanted")
    html = draft(quarterly((figure("SHOP", comparisons=(row,)),)))
    assert "Target: to reduce, judged against" in text_of(html)
    assert '<td class="n">–</td>' in html.partition("Target: to reduce")[2].partition("</tr>")[0]


def test_the_quarters_page_one_says_how_many_figures_got_better_and_worse() -> None:
    gap = figure("GAP", now=None, word="no comparison", missing="not yet available")
    told = (figure("A"), figure("B", word="better"), figure("C", word="similar"), figure("D", word="up"), gap)
    page = text_of(draft(quarterly(told))).partition("Contents")[0]
    assert "5 figures: 1 worse, 1 better, 1 much the same, 1 moved and not judged, 1 missing." in page


def test_the_footer_names_who_to_ask_and_how() -> None:
    assert (
        footer_contact("Safety Team\nCivic Centre\nTelephone 01\nteam@test.example") == "Safety Team, team@test.example"
    )
    assert footer_contact("Safety Team\nTelephone 01") == "Safety Team, Telephone 01"
    assert footer_contact("Safety Team") == "Safety Team"
    assert footer_contact("") == ""


def test_units_and_bases_stand_beside_their_numbers() -> None:
    similar = SimilarAreas("Q2 2026/27", "320", "the group's average rate", 12, 15, "25.0% above similar areas")
    text = text_of(draft(quarterly((figure("SHOP", similar=similar), figure("BIKE", baseline_unit="")))))
    assert "17.576 per 1,000 population" in text
    assert "25.0% above similar areas (Q2 2026/27; the group's average rate)." in text
    unjudged = dataclasses.replace(similar, sentence="")
    text = text_of(draft(quarterly((figure("SHOP", similar=unjudged),))))
    assert "Similar areas: 320 (Q2 2026/27; the group's average rate)." in text
