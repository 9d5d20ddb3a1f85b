"""Runs the Procfile's processes together: one's end is the end of all. The virtualenv's Python runs this, for honcho.

honcho's own command would put .env over the shell's settings, and wait five seconds for a process that is slow to stop.
A PDF in the making may be killed: its row's lease runs out and the next start makes it.
"""

import os
import sys
from pathlib import Path

from honcho import manager
from honcho.environ import parse_procfile

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    manager.KILL_WAIT = 2  # seconds
    crew = manager.Manager()
    for name, command in parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes.items():
        crew.add_process(name, command, env=dict(os.environ), cwd=str(ROOT))
    crew.loop()
    sys.exit(crew.returncode)


if __name__ == "__main__":
    main()
