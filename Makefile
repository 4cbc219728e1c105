# SPDX-License-Identifier: Apache-2.0
.DEFAULT_GOAL := help
.PHONY: help setup demo dev test fmt faults bench bench-identity screenshots migrate migration fuzz sbom asvs clean

# uv is used if it is there, else brought into a folder of the project.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen
# What is compiled is kept, also where the environment says otherwise: every process that starts saves half its time.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

.tools/bin/uv:
	@python3 -c 'import ensurepip, venv' || { echo "请先安装 python3-venv: apt-get install python3-venv"; exit 1; }
	python3 -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv

setup: $(filter .tools/bin/uv,$(UV)) ## programs and libraries, nothing compiled
	$(UV) sync --frozen --quiet --no-build-package dlib

demo: setup ## one application through the whole chain, then the service on http://127.0.0.1:8000
	$(RUN) main.py demo

dev: setup ## the demonstration service, without the run
	$(RUN) main.py demo --no-run

test: setup ## ruff, mypy, import contracts, pytest
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy .
	$(RUN) lint-imports --no-cache
	$(RUN) pytest -n 2 --dist loadfile $(T)

faults: setup ## everything of the fault matrix, the slow too, into docs/faults.md
	$(RUN) python -m scripts.faults

fmt: setup ## format
	$(RUN) ruff format . && $(RUN) ruff check --fix .

bench: setup ## measure, and replace the tables of docs/benchmarks.md
	$(RUN) python -m bench

bench-identity: setup ## measure face matching on a folder per person: make bench-identity PHOTOS=DIR [OUT=DIR]
	@test -n "$(PHOTOS)" || { echo "make bench-identity PHOTOS=DIR: DIR/person/*.jpg or DIR/group/person/*.jpg"; exit 2; }
	$(RUN) python -m bench.identity "$(PHOTOS)" $(if $(OUT),--out "$(OUT)")

fuzz: setup ## ten thousand calls of the interface and thousands of requests to the pages; nothing may break
	FUZZ_CASES=$(or $(CASES),220) FUZZ_PAGES=60 $(RUN) pytest tests/security/test_fuzz.py

sbom: setup ## what the service is made of, as CycloneDX: dist/sbom.cdx.json
	$(RUN) python -m scripts.sbom

asvs: setup ## count the security requirements that are met, and write the table of docs/security.md
	$(RUN) python -m scripts.asvs

screenshots: setup ## every page at 390 and 1366 pixels into docs/screenshots
	$(RUN) python -m scripts.screenshots

migrate: setup ## bring the database to the present version
	$(RUN) main.py migrate

migration: setup ## a new migration from the models: make migration m="words"
	$(RUN) alembic revision --autogenerate -m "$(m)"
