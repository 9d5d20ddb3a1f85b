from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners import email_kinds
        from reports import permissions  # noqa: F401 (registers the rules; models must be loaded first)

        email_kinds.add(
            email_kinds.EmailKind(
                "report",
                "Reports for decision",
                "At once and in an e-mail of its own, when a report waits for you as chair, or yours is decided.",
            )
        )
