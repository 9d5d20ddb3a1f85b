# Every target starts from a bare checkout: what it needs and has not, it gets first.
SHELL := /bin/sh
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help run test check bench kit lock python

help:  ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Python from Debian …"; \
	    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 python3-venv ca-certificates; } >/dev/null 2>&1 || \
	    { echo "Cannot go on: Debian's packages could not be installed. Try it by hand: apt-get install python3 python3-venv" >&2; exit 1; }; \
	  else echo "Cannot go on: $(PYTHON) is missing. As root: apt-get install python3 python3-venv" >&2; exit 1; fi; }

run: python  ## the portal with its demonstration, on http://127.0.0.1:8000 (PORT=8001 for another port)
	@exec $(PYTHON) scripts/run.py

test: python  ## every test, each on the real thing: SQLite, PostgreSQL, worker, browser, PDF
	@exec $(PYTHON) scripts/test.py

check: python  ## style, types, layers, migrations, templates, security
	@exec $(PYTHON) scripts/check.py

bench: python  ## the portal beside a bare Django page: ratios (BENCH="pages --large" for a part, 100,000 actions)
	@exec $(PYTHON) scripts/bench.py $(BENCH)

kit: python  ## virtualenv, locked packages, tools and front-end kit, and nothing else
	@exec $(PYTHON) scripts/bootstrap.py tools

lock:  ## requirements*.txt anew from requirements*.in (needs uv)
	@for name in requirements requirements-dev requirements-node; do \
	  uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	    --custom-compile-command "make lock" $$name.in -o $$name.txt || exit 1; done
