from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Labelled `portal`, the name under which its pages, commands and templates are known."""

    name = "shp_portal"
    label = "portal"
    verbose_name = "Portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shp_portal import checks  # noqa: F401  (registers itself)
