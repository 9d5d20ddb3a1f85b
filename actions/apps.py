from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Action plan"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from actions import emails, permissions  # noqa: F401 (registers the rules; models must be loaded first)
        from actions.services import chasing
        from partners import email_kinds, outbox

        email_kinds.add(*emails.KINDS)
        outbox.ask_before_sending(emails.DIGEST, outbox.Caution(chasing.why_not_to_send, chasing.forget))
