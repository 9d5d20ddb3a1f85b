"""How gunicorn serves the demonstration: two workers of four threads, on this machine only."""

import os

bind = f"127.0.0.1:{os.environ.get('WEB_PORT', '8000')}"
workers = 2
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 2
keepalive = 5
# A worker's memory creeps; a fresh one every few thousand requests, not all at once.
max_requests = 5000
max_requests_jitter = 500
errorlog = "-"
loglevel = "warning"
# Beats on a memory file: on disk, a busy machine's slow writes look like a hung worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # nosec B108
