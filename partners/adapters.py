"""How django-allauth behaves here: nobody signs up; administrators add people, who then set a password by e-mail.

E-mails that open accounts leave from here and nowhere else. They are never stored, so that nobody can read their links.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

    from partners.models import User

log = logging.getLogger(__name__)


class InvitationOnlyAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "incorrect_password": "This is not the password you have now.",
        "enter_current_password": "This is not the password you have now.",
        "too_many_login_attempts": "Too many failed attempts to sign in. Wait five minutes, then try again.",
        "account_inactive": "This account is closed.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link under SITE_URL, whatever Host header the asker sent."""
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.SITE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of allauth's messages. With the mail server away the asker sees the same page as ever; the log tells why."""
        try:
            self._send(template_prefix, email, context)
        except OSError as error:
            log.error("A sign-in e-mail (%s) could not be sent: %s", template_prefix, error)

    def send_invitation(self, person: User) -> None:
        """Send a person the link to set their first password by. Raises OSError when it cannot be handed over."""
        key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
        link = self.get_reset_password_from_key_url(key)
        self._send("account/email/invitation", person.email, {"user": person, "password_reset_url": link})

    def _send(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
        told = {"email": email, "site_url": settings.SITE_URL, "days": days, **context}
        self.render_mail(template_prefix, email, told).send()
