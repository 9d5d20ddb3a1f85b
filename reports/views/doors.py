"""Who gets in: everybody who is signed in, together with those they stand in for today."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.utils import timezone

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from priorities.doors import SignedIn


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Sign-in first. The vice-chair comes as cover of the chair, an officer's deputy as cover of the officer.

    Unlike `for_those_at_work` readers pass too: what they see of a report is up to its rows.
    """

    @login_required
    @functools.wraps(view)
    def entered(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.user.stand_in(timezone.localdate())
        return view(request, *args, **kwargs)

    return entered
