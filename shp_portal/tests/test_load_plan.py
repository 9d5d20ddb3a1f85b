"""The published plan in the database: complete, character for character, loaded twice without harm."""

import datetime as dt
import json
import shutil
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Model, Q

from actions.services.lifecycle import add_action
from partners import roles
from partners.models import Partner
from partners.tests.makers import make_user
from performance.models import (
    ComparatorGroup,
    ComparatorMember,
    Finding,
    PrintedFigure,
    StrategicAssessment,
    Survey,
    SurveyFinding,
)
from priorities.models import Achievement, AnnualFocus, ContextFact, Duty, Plan, PlanSection, Priority
from priorities.tests.makers import make_sub_group
from scripts import prepare
from shp_portal.published_plan.loading import DATA, load_plan

pytestmark = pytest.mark.django_db

#: Table 1 of the plan (section 5), typed again here so that a slip in the data file shows.
TABLE_1 = """\
All Crime|154.006|117.497|15|Above
Homicide|0.054|0.013|15|Above
Violence with Injury|13.492|12.661|11|Above
Violence without Injury|21.130|17.855|13|Above
Rape|1.577|1.286|12|Above
Other Sexual Offences|3.025|2.461|15|Above
Burglary Residential*|10.404|6.418|15|Above
Burglary Bus & Com|1.707|1.513|9|Above
Bicycle Theft|1.113|0.967|11|Above
Theft from the Person|0.0605|0.574|9|Above
Robbery - Personal|1.145|0.858|12|Above
Robbery - Business|0.162|.0125|13|Above
Vehicle Crime|6.449|6.040|11|Above
Shoplifting|17.576|8.159|15|Above
Other Acquisitive|10.208|8.290|13|Above
All Criminal Damage|16.938|12.309|15|Above
Arson|1.015|0.804|13|Above"""


def test_the_plan_is_there_in_its_order():
    load_plan()
    plan = Plan.objects.get()
    assert (
        plan.strategic_objective == "To make Hartlepool a safe, prosperous and enjoyable place to live, work and visit"
    )
    assert [p.name for p in Priority.objects.order_by("position")] == [
        "Anti-Social Behaviour",
        "Drugs and Alcohol",
        "Domestic Violence and Abuse",
        "Serious Violence",
    ]
    assert list(PlanSection.objects.values_list("number", flat=True)) == list(range(1, 11))
    focus = AnnualFocus.objects.get()
    assert (focus.priority.code, focus.year_label) == ("DVA", "2024/25")
    assert Achievement.objects.filter(priority__code="SV").count() == 0
    assert {a.priority.code for a in Achievement.objects.all()} == {"ASB", "DA", "DVA"}
    assert not plan.is_demonstration


def test_table_1_stands_character_for_character_beside_its_numbers():
    load_plan()
    rows = PrintedFigure.objects.filter(table="Table 1").order_by("position")
    printed = "\n".join(
        "|".join([r.label, r.printed, r.printed_average, r.printed_position, r.printed_comparison]) for r in rows
    )
    assert printed == TABLE_1
    assert all(row.value == Decimal(row.printed) and row.average == Decimal(row.printed_average) for row in rows)


def test_each_doubtful_figure_carries_its_query():
    load_plan()
    doubtful = set(PrintedFigure.objects.exclude(query="").values_list("label", flat=True))
    assert {"Theft from the Person", "Robbery - Business", "Burglary Residential*", "All Crime", "Homicide"} <= doubtful
    population = ContextFact.objects.filter(Q(printed__contains="93,366") | Q(printed__contains="95,366"))
    assert population.count() == 2
    assert all(fact.query for fact in population)
    icb = Partner.objects.get(code="ICB")
    assert "Hartlepool and Stockton Clinical Commissioning Group" in icb.former_names


def test_the_group_has_fifteen_names_as_printed():
    load_plan()
    names = list(ComparatorMember.objects.values_list("printed_name", flat=True))
    assert len(names) == 15
    assert {"Barrowin-Furness", "Knowlesley", "Hartlepool"} <= set(names)


def test_the_assessment_shows_what_is_outside_the_priorities():
    load_plan()
    assessment = StrategicAssessment.objects.get()
    assert (assessment.covers_from.isoformat(), assessment.covers_to.isoformat()) == ("2022-10-01", "2023-09-30")
    outside = Finding.objects.filter(priority__isnull=True).values_list("text", flat=True)
    assert any("Shoplifting" in text for text in outside)
    assert SurveyFinding.objects.filter(topic="What makes people feel unsafe").count() == 4
    assert (assessment.state, assessment.adopted_on, assessment.adopted_at_meeting) == ("adopted", None, "")
    assert assessment.printed_figures.count() == PrintedFigure.objects.filter(table="Table 1").count() == 17


def test_duties_cite_the_law_only_where_it_was_looked_up():
    load_plan()
    found = dict(Duty.objects.values_list("code", "verified"))
    assert len(found) == 9
    assert {code for code, verified in found.items() if verified == "found"} == {
        "serious-violence", "scrutiny", "copy-to-pcc", "asb-case-review", "domestic-abuse"
    }  # fmt: skip
    assert "13A" in Duty.objects.get(code="copy-to-pcc").statute
    assert "section 104" in Duty.objects.get(code="asb-case-review").statute
    assert found["public-meeting"] == found["assessment"] == "unverified"


def test_loading_again_adds_nothing_and_overwrites_no_edit():
    load_plan()
    section = PlanSection.objects.get(number=1)
    section.body = "The Partnership's own foreword."
    section.save()
    ContextFact.objects.get(position=3).delete()
    again = load_plan()
    assert again.added == {}
    assert PlanSection.objects.get(number=1).body == "The Partnership's own foreword."
    assert not ContextFact.objects.filter(position=3).exists()


def change(row: Model, **changes: object) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def swap(one: PrintedFigure, other: PrintedFigure) -> None:
    here, there = one.position, other.position
    change(one, position=999)
    change(other, position=here)
    change(one, position=there)


def swap_codes(one: Priority, other: Priority) -> None:
    here, there = one.code, other.code
    change(one, code="X")
    change(other, code=here)
    change(one, code=there)


#: What an administrator may do between two starts of the portal, to the keys that the data files know rows by.
EDITS = {
    "a priority's code": lambda: change(Priority.objects.get(code="DVA"), code="DV"),
    "two priorities' codes": lambda: swap_codes(Priority.objects.get(code="DVA"), Priority.objects.get(code="SV")),
    "a partner's code": lambda: change(Partner.objects.get(code="CFB"), code="FIRE"),
    "a partner's code in place of another's": lambda: [
        change(Partner.objects.get(code="CFB"), code="FIRE"),
        change(Partner.objects.get(code="HBC"), code="CFB"),
    ],
    "a figure's place": lambda: change(PrintedFigure.objects.get(position=3), position=99),
    "two figures' places": lambda: swap(*PrintedFigure.objects.filter(position__in=[3, 4])),
    "the plan's first day": lambda: change(Plan.objects.get(), starts_on=dt.date(2024, 4, 2)),
    "a focus's year": lambda: change(AnnualFocus.objects.get(), year=2025),
    "a section's number": lambda: change(PlanSection.objects.get(number=3), number=30),
    "the assessment's window": lambda: change(StrategicAssessment.objects.get(), covers_from=dt.date(2022, 9, 1)),
    "the survey's year": lambda: change(Survey.objects.get(), year=2021),
    "the group's name": lambda: change(ComparatorGroup.objects.get(), name="Similar places"),
    "a member's place": lambda: change(ComparatorMember.objects.get(position=3), position=30),
    "a member, removed": lambda: ComparatorMember.objects.get(position=3).delete(),
    "a figure, removed": lambda: PrintedFigure.objects.get(position=3).delete(),
    "the group, removed": lambda: ComparatorGroup.objects.get().delete(),
    "the survey, removed": lambda: Survey.objects.get().delete(),
    "a figure, removed and its place taken": lambda: [
        PrintedFigure.objects.get(position=3).delete(),
        change(PrintedFigure.objects.get(position=4), position=3),
    ],
    "a priority, removed with all of its own": lambda: [
        Achievement.objects.filter(priority__code="DVA").delete(),
        PrintedFigure.objects.filter(priority__code="DVA").delete(),
        Finding.objects.filter(priority__code="DVA").delete(),
        Priority.objects.get(code="DVA").delete(),
    ],
}


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the rooms the plan is loaded into, column by column."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values_list())
        for room in ("partners", "priorities", "performance")
        for model in apps.get_app_config(room).get_models()
    }


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_what_an_administrator_made_of_a_key_stays(edit):
    load_plan()
    edit()
    before = everything()
    again = load_plan()
    assert again.added == {}
    assert everything() == before


def test_the_second_start_of_make_run_survives_every_edit(settings, capsys):
    settings.DEMO = True
    load_plan()
    plan = Plan.objects.get()
    add_action(
        plan=plan,
        ref="ASB-01",
        priority=Priority.objects.get(code="ASB"),
        sub_group=make_sub_group(plan),
        title="So that the story counts as told",
        lead_partner=Partner.objects.get(code="HBC"),
        starts_on=plan.starts_on,
        due_on=plan.ends_on,
        by=make_user("coordinator@example.org", roles.COORDINATOR),
        at=dt.datetime(2024, 4, 2, 9, tzinfo=dt.UTC),
    )
    capsys.readouterr()
    for name in (
        "a priority's code",
        "a partner's code",
        "a figure's place",
        "the plan's first day",
        "a member, removed",
    ):
        EDITS[name]()
    before = everything()
    prepare.main()
    assert json.loads(capsys.readouterr().out)[0]["password"]
    assert everything() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("plan.yaml", "  starts_on: 2024-04-01", "  starts_on: April", "plan.yaml, plan: “starts_on” should be a date"),
        ("plan.yaml", "    name: Serious Violence\n", "", "priorities 4: “name” is missing"),
        ("plan.yaml", "kind: programme", "kind: club", "partners 9: kind:"),
        ("plan.yaml", "sections:\n", "sections: [\n", "not valid YAML"),
        ("plan.yaml", "priority: DVA\n    year", "priority: XX\n    year", "there is no priority “XX”"),
        ("plan.yaml", "    - printed: Thanet\n", "", "15 names are announced and 14 given"),
        ("table1.csv", "printed_average", "average_printed", "the column “printed_average” is missing"),
        ("table1.csv", "Above,3.025", "Above,many", "“value” should be a number"),
        ("table1.csv", ",Above,0.162,", ",0.162,", "wrong number of columns"),
    ],
)
def test_a_broken_file_says_where_and_changes_nothing(tmp_path, file, old, new, sentence):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / file
    text = path.read_text()
    assert old in text
    path.write_text(new.join(text.rsplit(old, 1)))
    with pytest.raises(CommandError, match="nothing is changed") as refusal:
        call_command("load_plan", folder=tmp_path / "data")
    assert sentence in str(refusal.value)
    assert not Plan.objects.exists()
    assert not Partner.objects.exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"plan\.yaml cannot be read"):
        call_command("load_plan", folder=tmp_path)
