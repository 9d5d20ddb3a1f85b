"""One PDF of one HTML file in a process of its own: prints its pages, the processor seconds it took and the megabytes it needed."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    from reports import pdf

    html = Path(sys.argv[1]).read_text()
    face = "@font-face { font-family: S; src: url(font:SourceSans3-Regular.ttf) } html { font-family: S }"
    pdf.make(f"<!doctype html><html lang='en'><title>Warm</title><style>{face}</style><body><p>Warm")
    began = time.process_time()  # of one thread: what else this machine does is not counted
    made = pdf.make(html)
    took = time.process_time() - began
    if len(sys.argv) > 2:  # until it is stopped: somebody measures what goes on beside it
        while True:
            pdf.make(html)
    print(made.pages, f"{took:.3f}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
