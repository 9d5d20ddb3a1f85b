"""What the frame of every page needs: the plan in force, who is signed in, and where they may go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from partners import roles
from priorities.models import Plan
from shp_portal.idle import length, seconds_left

if TYPE_CHECKING:
    from partners.models import User
    from priorities.models import SubGroup


@dataclass(frozen=True)
class Item:
    """A link of the navigation; `current` is "page" on the page itself, "true" below it, else empty."""

    text: str
    url: str
    current: str


#: Where the session keeps the sub-group this person leads, so that no page asks for it to draw the menu.
LED = "led"


#: Pages under a link of the menu that their address does not begin with.
BELOW = {
    "/indicators/": "portal:performance",
    "/issues/": "portal:performance",
    "/assessments/": "portal:performance",
    "/consultation/": "portal:performance",
}


def remember_led(request: HttpRequest, led: Sequence[SubGroup]) -> None:
    """Keep for the menu which sub-group this person leads; the first page, which everybody begins with, knows."""
    code = led[0].code if led else ""
    if request.session.get(LED, "") != code:
        request.session[LED] = code


#: Where the session keeps the day on which this person, who is no coordinator, may open the board.
BOARD = "board"


def remember_board(request: HttpRequest, user: User, today: dt.date) -> None:
    """Keep for the menu of the day whether this person stands in for the coordinator; the first page and the board know."""
    day = today.isoformat() if not user.is_coordinator and user.covers_coordinator else ""
    if request.session.get(BOARD, "") != day:
        request.session[BOARD] = day


def may_read_plan(user: User) -> bool:
    """The plan's text is for those who do the work and for readers; not for bare administrators."""
    return user.sees_the_work or user.is_reader


def _links(user: User, *, stands_in: bool) -> list[tuple[str, str]]:
    """Words and URL names of the pages this person may open, in order."""
    works = user.sees_the_work
    links = [
        ("Home", "portal:home", True),
        ("Board", "portal:board", user.is_coordinator or stands_in),
        ("My actions", "actions:mine", works),
        ("Actions", "actions:list", works),
        ("Performance", "portal:performance", works),
        ("Plan", "portal:plan", may_read_plan(user)),
        ("Re-offending", "portal:reoffending", works),
        ("Reports", "reports:list", may_read_plan(user)),
        ("Schedule", "reports:schedule", works),
        ("Administration", "admin:index", user.is_staff),
    ]
    return [(text, name) for text, name, open_to in links if open_to]


class Frame:
    """Worked out when the page first asks, so that a response without a page costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def plan(self) -> Plan | None:
        """The plan in force, which a view may have read and left on the request already."""
        if hasattr(self._request, "plan_in_force"):
            found: Plan | None = self._request.plan_in_force
            return found
        return Plan.objects.current(timezone.localdate())

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def seconds_left(self) -> int:
        """Until the session ends unless somebody comes by."""
        return seconds_left(self._request)

    @property
    def session_length(self) -> int:
        """Seconds that a session goes on without a visit."""
        return length(self._request)

    @cached_property
    def roles(self) -> str:
        if self.user is None:
            return ""
        held = [name for name in roles.ALL if name in self.user.role_names]
        if self.user.is_staff:
            held.append("Administrator")
        return ", ".join(held)

    @property
    def _stands_in(self) -> bool:
        return bool(self._request.session.get(BOARD) == timezone.localdate().isoformat())

    @cached_property
    def shelf(self) -> str:
        """Where everybody can read published reports; empty while no plan's shelf is open."""
        return reverse("reports:published-list") if Plan.objects.filter(public_shelf=True).exists() else ""

    def _for_strangers(self) -> list[Item]:
        """Between the pages that want no sign-in; nothing on the sign-in pages themselves."""
        here = self._request.path
        links = [
            ("Published reports", reverse("reports:published-list")),
            ("Check a PDF", reverse("reports:check")),
            ("Sign in", reverse("account_login")),
        ]
        if not here.startswith((links[0][1], links[1][1])) or not self.shelf:
            return []
        return [
            Item(text, url, "page" if url == here else "true" if here.startswith(url) else "") for text, url in links
        ]

    @property
    def rehearsal(self) -> str:
        """Where the dry run is, for the schedule, which stands in a lower room; empty for those who may not see it."""
        return reverse("portal:rehearsal") if self.user and self.user.has_perm("reports.rehearse") else ""

    @cached_property
    def navigation(self) -> list[Item]:
        if self.user is None:
            return self._for_strangers()
        here = self._request.path
        items = [(text, reverse(name)) for text, name in _links(self.user, stands_in=self._stands_in)]
        if self.user.sees_the_work and (led := self._request.session.get(LED)):
            # Beside what they update: whoever leads several finds the others on the first page.
            place = next((n for n, (text, _) in enumerate(items, start=1) if text == "My actions"), len(items))
            items.insert(place, ("Our meeting", reverse("portal:meeting-sheet", args=[led])))
        nearest_to = next((place for start, place in BELOW.items() if here.startswith(start)), "")
        here_or_above = reverse(nearest_to) if nearest_to else here
        # The longest address that starts ours is where we are: /actions/mine/ is not under "Actions".
        nearest = max((url for _, url in items if url != "/" and here_or_above.startswith(url)), key=len, default="")
        return [Item(text, url, "page" if url == here else "true" if url == nearest else "") for text, url in items]


def frame_of(request: HttpRequest) -> Frame:
    """The one frame of this request, shared by view and template, so that the plan is read once."""
    frame = getattr(request, "portal_frame", None)
    if frame is None:
        frame = Frame(request)
        request.portal_frame = frame  # type: ignore[attr-defined]
    return frame


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `portal` in every template."""
    return {"portal": frame_of(request)}
