from django.apps import AppConfig


class PrioritiesConfig(AppConfig):
    name = "priorities"
    verbose_name = "Plan and priorities"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from priorities import permissions  # noqa: F401 (registers the rules; models must be loaded first)
