"""What is typed is kept: as one types, by the button, after an error, after a sign-out; and gone once it is sent."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from actions.models import Action, Draft, ProgressUpdate, Proposal
from actions.services import drafts
from actions.services.handover import reassign
from actions.services.updates import confirm_no_change
from actions.tests.makers import H1_2026, H2_2026, NOW, TODAY, Cast, key
from actions.tests.pages import browser, filled, on, url
from partners.models import User

pytestmark = pytest.mark.django_db

FETCH = {"X-Requested-With": "fetch"}
STAYS = "What you typed stays on this page: copy it from here."


@pytest.fixture
def cast() -> Cast:
    return Cast()


def keep(cast: Cast, action: Action, words: str = "Half a sen", by: User | None = None, **changed: object) -> Draft:
    content = {"narrative": [words], "rating": ["on_track"], "period": ["2026-04"]}
    verb = {"action": action, "by": by or cast.officer, "period": H1_2026, "content": content, "at": NOW}
    return drafts.save_draft(**{**verb, **changed})


def form_of(client: Client, action: Action) -> str:
    return client.get(url(action, "update/")).content.decode()


# --- The verbs ---


def test_a_draft_is_one_a_person_action_and_period(cast: Cast) -> None:
    one, other = cast.action("ASB-01"), cast.action("ASB-02")
    keep(cast, one, "First.")
    keep(cast, one, "Second.", at=NOW + dt.timedelta(minutes=1))
    keep(cast, one, "Hers.", by=cast.colleague)
    keep(cast, other, "Another action.")
    keep(cast, one, "Another period.", period=H2_2026)
    kept = {(draft.user, draft.action, draft.period): draft.content["narrative"] for draft in Draft.objects.all()}
    assert kept == {
        (cast.officer, one, H1_2026): ["Second."],
        (cast.colleague, one, H1_2026): ["Hers."],
        (cast.officer, other, H1_2026): ["Another action."],
        (cast.officer, one, H2_2026): ["Another period."],
    }


def test_the_text_moves_along_when_the_period_changes(cast: Cast) -> None:
    action = cast.action()
    first = keep(cast, action, "About the summer.")
    keep(cast, action, "About the winter.", period=H2_2026, instead_of=first.pk)
    assert [draft.period for draft in Draft.objects.all()] == [H2_2026]


def test_nobody_moves_anothers_draft_away(cast: Cast) -> None:
    action = cast.action()
    hers = keep(cast, action, "Hers.", by=cast.colleague)
    keep(cast, action, "His.", period=H2_2026, instead_of=hers.pk)
    assert Draft.objects.filter(pk=hers.pk).exists()


def test_only_those_with_a_form_to_send_keep_a_draft(cast: Cast) -> None:
    action = cast.action()
    for person in (cast.coordinator, cast.supporter):
        keep(cast, action, by=person)
    for person in (cast.outsider, cast.analyst, cast.chair, cast.reader):
        with pytest.raises(PermissionDenied):
            keep(cast, action, by=person)
    assert Draft.objects.count() == 2


def test_whoever_began_a_draft_goes_on_with_it_after_a_handover(cast: Cast) -> None:
    action = cast.action(owner=cast.outsider)
    keep(cast, action, "Ten", by=cast.outsider)
    reassign(actions=[action], to=cast.officer, by=cast.coordinator, at=NOW, note="Yours now.")
    with on():
        outsider = browser(cast.outsider)
        sent = filled(1, narrative="Ten minutes of typing.")
        told = outsider.post(url(action, "draft/"), sent, headers=FETCH).json()
        page = outsider.get(url(action, "update/"))
        refused = outsider.post(url(action, "update/"), sent)
    assert (told["ready"], told["says"]) == (False, "ASB-01 is no longer yours to update.")
    assert "ASB-01 has changed hands" in page.content.decode()
    assert "Ten minutes of typing." in page.content.decode()
    assert refused.status_code == 403
    assert not ProgressUpdate.objects.exists()
    with on():
        outsider.post(url(action, "draft/"), {"discard": "yes"})
        assert outsider.get(url(action, "update/")).status_code == 403
        late = outsider.post(url(action, "draft/"), sent, headers=FETCH)
    assert (late.status_code, late.json()["says"]) == (403, f"{drafts.NOT_YOURS} {STAYS}")


def test_a_draft_has_a_longest_length_and_no_nul(cast: Cast) -> None:
    action = cast.action()
    keep(cast, action, "a" * 50_000 + "\0b")
    assert Draft.objects.get().content["narrative"] == ["a" * 50_000 + "b"]
    with pytest.raises(ValidationError, match="60,000"):
        keep(cast, action, "a" * 1_000_000)
    assert Draft.objects.get().content["narrative"] == ["a" * 50_000 + "b"], "what was kept before stays"


def test_a_slow_keeping_does_not_bring_back_what_was_sent(cast: Cast) -> None:
    action = cast.action()
    with on():
        browser(cast.officer).post(url(action, "update/"), filled(7))
        late = browser(cast.officer).post(url(action, "draft/"), filled(7, narrative="Older."), headers=FETCH)
    assert (late.status_code, late.json()["sent"]) == (409, True)
    assert not Draft.objects.exists()


def test_no_change_sends_no_words_and_takes_none_away(cast: Cast) -> None:
    action = cast.action()
    with on():
        browser(cast.officer).post(url(action, "update/"), filled(1))
    keep(cast, action, "Not sent yet.")
    confirm_no_change(action=action, by=cast.officer, at=NOW, today=TODAY, submission_key=key(2), period=H1_2026)
    assert Draft.objects.get().content["narrative"] == ["Not sent yet."]


# --- The pages ---


def test_typing_is_kept_and_says_whether_it_is_ready(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        half = officer.post(url(action, "draft/"), filled(1, rating="at_risk"), headers=FETCH).json()
        whole = officer.post(
            url(action, "draft/"), filled(1, rating="at_risk", reason="No crew."), headers=FETCH
        ).json()
    draft = Draft.objects.get()
    assert (half["ready"], half["says"]) == (False, "Say why the action is at risk.")
    assert whole == {"kept": "10:30", "draft": draft.pk, "ready": True, "says": ""}
    assert draft.content["reason"] == ["No crew."]
    assert not {"csrfmiddlewaretoken", "writer", "draft"} & set(draft.content)
    assert not ProgressUpdate.objects.exists()


def test_a_row_is_kept_without_its_prefix(cast: Cast) -> None:
    action = cast.action()
    sent = {f"a{action.pk}-{name}": value for name, value in filled().items()}
    with on():
        told = browser(cast.officer).post(url(action, "draft/"), sent, headers=FETCH).json()
    assert told["ready"]
    assert Draft.objects.get().content["narrative"] == ["Two patrols a week since June."]


def test_save_and_come_back_later_offers_everything_again_without_complaint(cast: Cast) -> None:
    action = cast.action()
    typed = filled(1, rating="off_track", reason="", new_due_on_0="31", new_due_on_1="2", restricted="on")
    with on():
        officer = browser(cast.officer)
        back = officer.post(url(action, "draft/"), typed, follow=True)
        page = form_of(officer, action)
    assert back.redirect_chain == [("/actions/mine/", 302)]
    assert "ASB-01 is kept as a draft since 10:30 and not sent." in back.content.decode()
    assert "You have typed something on 12 October 2026, 10:30 that is not sent yet." in back.content.decode()
    assert "Two patrols a week since June." in page
    assert 'value="off_track" checked' in page
    assert 'name="new_due_on_0" value="31"' in page
    assert "There is a problem" not in page
    assert "govuk-error-message" not in page


def test_a_refused_update_is_kept_and_a_sent_one_is_gone(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        refused = officer.post(url(action, "update/"), filled(1, rating="at_risk", narrative="It rained."))
        assert refused.status_code == 200
        assert Draft.objects.get().content["narrative"] == ["It rained."]
        assert "It rained." in form_of(browser(cast.officer), action), "on another computer as well"
        assert "It rained." not in form_of(browser(cast.colleague), action), "a draft is its writer's alone"
        officer.post(url(action, "update/"), filled(1, rating="at_risk", narrative="It rained.", reason="Rain."))
    assert ProgressUpdate.objects.get().reason == "Rain."
    assert not Draft.objects.exists()


def test_sending_about_another_period_takes_the_draft_it_began_with(cast: Cast) -> None:
    action = cast.action()
    draft = keep(cast, action)
    with on():
        browser(cast.officer).post(url(action, "update/"), filled(1, period="2026-10", draft=str(draft.pk)))
    assert ProgressUpdate.objects.get().period == H2_2026
    assert not Draft.objects.exists()


def test_a_draft_can_be_discarded(cast: Cast) -> None:
    action = cast.action()
    keep(cast, action)
    with on():
        answer = browser(cast.officer).post(url(action, "draft/"), {"discard": "yes"}, follow=True)
    assert "What you had typed on ASB-01 is gone. Nothing was sent." in answer.content.decode()
    assert not Draft.objects.exists()


def test_what_was_typed_is_shown_when_the_action_was_closed_meanwhile(cast: Cast) -> None:
    action = cast.action()
    keep(cast, action, "We went on <till> June.")
    Action.objects.update(state="withdrawn")
    with on():
        page = form_of(browser(cast.officer), action)
    assert "ASB-01 takes no updates" in page
    assert "We went on &lt;till&gt; June." in page


def test_a_megabyte_is_refused_with_a_sentence_and_stays_on_the_page(cast: Cast) -> None:
    action = cast.action()
    with on():
        answer = browser(cast.officer).post(url(action, "update/"), filled(narrative="b" * 1_000_000))
        kept = browser(cast.officer).post(url(action, "draft/"), filled(narrative="b" * 1_000_000), headers=FETCH)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Shorten this text to 4,000 characters or fewer; it has 1,000,000." in page
    assert "b" * 1_000_000 in page
    assert (kept.status_code, "60,000 characters" in kept.json()["says"]) == (413, True)
    assert not Draft.objects.exists()
    assert not ProgressUpdate.objects.exists()


# --- Signed out meanwhile ---


def signed_out(client: Client) -> None:
    """What the end of a session does: the row is gone, the cookie still there."""
    Session.objects.all().delete()


def writer_on(client: Client, action: Action) -> str:
    return client.get(url(action, "update/")).context["form"]["writer"].value()


def sign_in(client: Client, person: User, then: str) -> str:
    """Through the page, in the same browser."""
    person.set_password("seven green bottles")
    person.save()
    sent = {"login": person.email, "password": "seven green bottles", "next": then}
    return client.post("/accounts/login/", sent, follow=True).content.decode()


@pytest.mark.parametrize("verb", ["update/", "draft/"])
def test_what_is_sent_after_a_sign_out_is_offered_again_after_sign_in(cast: Cast, verb: str) -> None:
    action = cast.action()
    with on():
        client = browser(cast.officer)
        sent = filled(narrative="Typed before lunch.", rating="at_risk", writer=writer_on(client, action))
        signed_out(client)
        answer = client.post(url(action, verb), sent)
        assert answer["Location"] == f"/accounts/login/?next={url(action, 'update/')}"
        page = sign_in(client, cast.officer, url(action, "update/"))
    assert "You had been signed out, so nothing was sent. What you typed on ASB-01 is here again" in page
    assert "Typed before lunch." in page
    assert 'value="at_risk" checked' in page
    assert not ProgressUpdate.objects.exists()


def test_rows_sent_after_a_sign_out_are_all_there_again(cast: Cast) -> None:
    actions = [cast.action(f"ASB-0{n}") for n in (1, 2)]
    with on():
        client = browser(cast.officer)
        sent: dict[str, object] = {"row": [str(action.pk) for action in actions]}
        for n, action in enumerate(actions, start=1):
            row = filled(n, narrative=f"Words {n}.", writer=writer_on(client, action))
            sent |= {f"a{action.pk}-{name}": value for name, value in row.items()}
        signed_out(client)
        answer = client.post("/actions/mine/send/", sent)
        assert answer["Location"] == "/accounts/login/?next=/actions/mine/"
        page = sign_in(client, cast.officer, "/actions/mine/")
    assert "What you typed on ASB-01, ASB-02 is here again" in page
    assert sorted(draft.content["narrative"] for draft in Draft.objects.all()) == [["Words 1."], ["Words 2."]]


def test_somebody_else_at_the_same_computer_is_not_shown_it(cast: Cast) -> None:
    action = cast.action()
    with on():
        client = browser(cast.officer)
        sent = filled(narrative="For my eyes.", writer=writer_on(client, action))
        signed_out(client)
        client.post(url(action, "update/"), sent)
        page = sign_in(client, cast.colleague, url(action, "update/"))
    assert "For my eyes." not in page
    assert not Draft.objects.exists()


@pytest.mark.parametrize("writer", ["", "forged", None])
def test_a_stranger_fills_no_session(cast: Cast, writer: str | None) -> None:
    action = cast.action()
    with on():
        answer = Client().post(url(action, "update/"), filled(writer=writer))
    assert answer.status_code == 302
    assert not Session.objects.exists()


def test_a_script_learns_that_it_is_signed_out(cast: Cast) -> None:
    action = cast.action()
    with on():
        answer = Client().post(url(action, "draft/"), filled(), headers=FETCH)
    assert (answer.status_code, answer.json()) == (401, {"signed_out": True})


def test_a_page_older_than_the_sign_in_keeps_what_was_typed(cast: Cast) -> None:
    """Signed in again in another tab: the session is good, the old page's token is not."""
    action = cast.action()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.officer)
    with on():
        sent = filled(narrative="From the old tab.", writer=writer_on(client, action))
        refused = client.post(url(action, "update/"), {**sent, "csrfmiddlewaretoken": "a" * 64})
        page = client.get("/actions/mine/").content.decode()
    assert refused.status_code == 403
    assert "What you typed is kept for you." in refused.content.decode()
    assert "You have typed something on 12 October 2026, 10:30 that is not sent yet." in page
    assert Draft.objects.get().content["narrative"] == ["From the old tab."]
    assert not ProgressUpdate.objects.exists()


def test_a_foreign_page_leaves_nothing(cast: Cast) -> None:
    action = cast.action()
    with on():
        writer = writer_on(browser(cast.officer), action)
        Session.objects.all().delete()
        refused = Client(enforce_csrf_checks=True).post(url(action, "update/"), filled(writer=writer))
    assert "Nothing has been saved." in refused.content.decode()
    assert not Session.objects.exists()


# --- What else somebody signed out sends ---


def signed_out_and_back(client: Client, user: User, address: str, sent: dict[str, object]) -> str:
    """Send a form after the session has died, sign in again, and come to the page the sign-in leads to."""
    client.cookies.pop("sessionid", None)
    for name in list(client.cookies):
        if "session" in name:
            del client.cookies[name]
    answer = client.post(address, sent)
    assert answer.status_code == 302, answer
    after = parse_qs(urlsplit(answer.url).query)["next"][0]
    client.force_login(user)
    page = client.get(after)
    assert page.status_code == 200, (after, page.status_code)
    return page.content.decode()


def writer_in(page: str) -> str:
    found = re.search(r'name="writer" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_supporting_partners_words_are_kept_and_offered_again(cast: Cast) -> None:
    action = cast.action()
    words = {"submission_key": str(key(9)), "period": "2026-04", "narrative": "Caretakers briefed."}
    with on():
        supporter = browser(cast.supporter)
        kept = supporter.post(url(action, "draft/"), words, headers=FETCH).json()
        page = supporter.get(url(action, "words/")).content.decode()
        hers = browser(cast.officer).get(url(action, "update/")).content.decode()
        again = supporter.post(url(action, "draft/"), words)
        sent = supporter.post(url(action, "words/"), {**words, "draft": kept["draft"]})
    assert (kept["ready"], kept["says"]) == (True, "")
    assert "Caretakers briefed." in page
    assert "have not sent it yet" in page
    assert "Caretakers briefed." not in hers
    assert (again.url, sent.url) == (url(action), url(action))
    assert action.updates.get().narrative == "Caretakers briefed."
    assert not Draft.objects.exists()


def test_a_supporting_partners_words_survive_the_session(cast: Cast) -> None:
    action = cast.action()
    with on():
        supporter = browser(cast.supporter)
        writer = writer_in(supporter.get(url(action, "words/")).content.decode())
        sent = {"submission_key": str(key(9)), "period": "2026-04", "narrative": "LONG TEXT", "writer": writer}
        page = signed_out_and_back(supporter, cast.supporter, url(action, "words/"), sent)
        assert "LONG TEXT" in page
        assert "You had been signed out, so nothing was sent." in page
        other = browser(cast.officer)
        assert "LONG TEXT" not in signed_out_and_back(other, cast.officer, url(action, "update/"), sent)
    assert not action.updates.exists()


def test_words_refused_are_kept_too(cast: Cast) -> None:
    action = cast.action()
    words = {"submission_key": str(key(9)), "period": "2026-04", "narrative": "a" * 4001}
    with on():
        supporter = browser(cast.supporter)
        assert "4,000 characters or fewer" in supporter.post(url(action, "words/"), words).content.decode()
        assert "a" * 4001 in supporter.get(url(action, "words/")).content.decode()


def test_still_on_track_survives_the_session(cast: Cast) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        writer = writer_in(officer.get(url(action, "update/")).content.decode())
        still = filled(9, narrative="Still walking.", seen="0", still="yes", writer=writer)
        page = signed_out_and_back(officer, cast.officer, url(action, "update/"), still)
    assert "Still walking." in page
    assert not action.updates.exists()


def test_a_proposal_survives_the_session_and_is_its_writers_alone(cast: Cast) -> None:
    typed = {
        "title": "Light two alleys",
        "why": "They come in at night.",
        "starts_on_0": "1",
        "new_1_text": "First gate",
    }
    address = "/actions/propose/"
    with on():
        officer = browser(cast.officer)
        writer = writer_in(officer.get(address).content.decode())
        page = signed_out_and_back(officer, cast.officer, address, {**typed, "rows": "3", "writer": writer})
        for words in ("Light two alleys", "They come in at night.", "First gate", "What you typed is here again"):
            assert words in page
        assert "There is a problem" not in page, "what was cut short is not found fault with"
        assert "Light two alleys" not in officer.get(address).content.decode(), "offered once"
        other = browser(cast.supporter)
        stranger = signed_out_and_back(other, cast.supporter, address, {**typed, "rows": "3", "writer": writer})
        forged = signed_out_and_back(other, cast.supporter, address, {**typed, "rows": "3", "writer": "5:x"})
    assert "Light two alleys" not in stranger + forged
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("button", "lands_on"),
    [
        ("/actions/{pk}/no-change/", "My actions"),
        ("/actions/mine/send/", "My actions"),
        ("/actions/exports/ask/", "Files"),
    ],
)
def test_a_button_pressed_signed_out_leads_to_its_page_with_a_sentence(cast: Cast, button: str, lands_on: str) -> None:
    action = cast.action()
    with on():
        officer = browser(cast.officer)
        officer.post(url(action, "update/"), filled(1))
        pressed = {"submission_key": str(key(2)), "period": "2026-04", "seen": "99", "row": "1"}
        page = signed_out_and_back(officer, cast.officer, button.format(pk=action.pk), pressed)
        assert lands_on in page
        if "send" not in button:
            assert "You had been signed out, so nothing was recorded." in page
            assert "nothing was recorded" not in officer.get("/actions/mine/").content.decode(), "told once"
    assert action.updates.count() == 1


def test_a_form_from_before_a_new_sign_in_is_kept_and_its_page_named(cast: Cast) -> None:
    address = "/actions/propose/"
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.officer)
    with on():
        writer = writer_in(client.get(address).content.decode())
        typed = {"title": "Light two alleys", "rows": "3", "writer": writer, "csrfmiddlewaretoken": "x" * 64}
        refused = client.post(address, typed)
        assert refused.status_code == 403
        assert f'href="{address}">Go on where you were' in refused.content.decode()
        assert "Light two alleys" in client.get(address).content.decode()
