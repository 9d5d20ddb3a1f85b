"""The demonstration's database, in one process (starting Django four times would cost four seconds of every `make run`).

Migrates, loads the published plan, tells the demonstration story when no action is there yet, and prints as JSON on the
last line whom one can be. Run by the virtualenv's Python with the checkout as its folder.
"""

import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shp_portal.settings")


def main() -> None:
    import django

    django.setup()
    from django.core.management import CommandError, call_command
    from django.core.management.base import SystemCheckError

    from actions.models import Action

    quiet = io.StringIO()
    try:
        call_command("check", stdout=quiet)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_plan", stdout=quiet)
        if not Action.objects.exists():
            print(
                "Telling the demonstration story: 40 actions, two and a half years of updates and reports …", flush=True
            )
            call_command("seed_demo")
        accounts = io.StringIO()
        call_command("demo_accounts", json=True, stdout=accounts)
    except (CommandError, SystemCheckError) as error:
        sys.exit(f"\nCannot go on: {error}")
    print(accounts.getvalue().strip().replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
