#!/usr/bin/env python
"""Runs the portal's commands: `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shp_portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A setting that is refused is a sentence to act on, not a fault to trace.
        sys.exit(f"Cannot start: {error}")
    except OperationalError:
        # Some of Django's checks ask the database before ours can say that its folder is missing.
        from shp_portal.checks import folders

        faults = folders(None)
        if not faults:
            raise
        sys.exit("\n".join(f"Cannot start: {fault.msg} {fault.hint or ''}".strip() for fault in faults))


if __name__ == "__main__":
    main()
