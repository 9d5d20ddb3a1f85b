"""`make check`: every check runs, and all that fail are named at the end."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scripts import bootstrap
from scripts.bootstrap import ROOT, VENV, say

ROOMS = ["charts", "sheets", "partners", "priorities", "performance", "actions", "reports", "shp_portal"]

# In demonstration mode, and told nothing by a developer's .env.
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}

CHECKS: dict[str, list[str]] = {
    "style": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", *ROOMS, "scripts", "bench"],
    "layers": ["lint-imports", "--no-cache"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "security": ["bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", *ROOMS, "scripts", "bench"],
}


def main() -> int:
    bootstrap.prepare(tools=True)
    failed = []
    for name, (tool, *arguments) in CHECKS.items():
        say(f"check: {name}")
        command = [str(VENV / "bin" / tool), *arguments]
        if subprocess.run(
            command, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.DEVNULL, check=False
        ).returncode:
            failed.append(name)
    say(f"check: failed: {', '.join(failed)}" if failed else "check: all is well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
