from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners import email_kinds, outbox
        from reports import permissions  # noqa: F401 (registers the rules; models must be loaded first)
        from reports.services import reminding, sending

        outbox.ask_before_sending(sending.KIND, outbox.Caution(sending.why_not_to_send, by_hand_too=True))

        outbox.ask_before_sending(reminding.KIND, outbox.Caution(reminding.why_not_to_send))

        email_kinds.add(
            email_kinds.EmailKind(
                "report",
                "Reports for decision",
                "At once and in an e-mail of its own, when a report waits for you as chair, or yours is decided.",
            ),
            email_kinds.EmailKind(
                "fact-check",
                "Fact checks",
                "At once, when a draft report says something of your organisation that you are asked to check.",
            ),
            email_kinds.EmailKind(
                "matter",
                "Matters arising",
                "At once, when something is asked of you after a report, or what you asked is answered; and when your answer "
                "is due, or overdue.",
            ),
            email_kinds.EmailKind(
                "report-published",
                "Published reports",
                "When the coordinator sends a published report to a list that you are on.",
            ),
        )
