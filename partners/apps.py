from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partners and people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners import permissions  # noqa: F401 (registers the rules; models must be loaded first)
