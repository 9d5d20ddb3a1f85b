from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Action plan"
    default_auto_field = "django.db.models.BigAutoField"
