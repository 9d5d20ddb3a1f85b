"""`make bench`: the floor and the portal side by side, on a PostgreSQL of our own. What it is told by `make bench BENCH="pages --large"` goes
to `python -m bench`."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scripts import bootstrap, services
from scripts.bootstrap import ROOT, VENV, say, stop


def main() -> int:
    bootstrap.prepare(tools=True)
    bootstrap.static_files()
    try:
        with services.postgresql() as url:
            say("Measuring on PostgreSQL; anything else that runs on this machine blurs it …")
            return subprocess.run(
                [VENV / "bin" / "python", "-m", "bench", *sys.argv[1:]],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url},
                stdin=subprocess.DEVNULL,
                check=False,
            ).returncode
    except services.MissingError as error:
        stop(str(error))


if __name__ == "__main__":
    sys.exit(main())
