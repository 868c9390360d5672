# Every target calls plain tools; `make demo` and `make test` are all that a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
POLICIES ?= cn,de,us,intl
# One thread a product: tests run side by side, and threads that wait for each other on busy cores take ten times as long.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 --dist loadfile
LINKS := $(addprefix lawbound/,evals rubrics runners tasks)

.PHONY: demo test lint types fast test-slow schema clean

demo: $(STAMP)  ## Ask a real model the quick suite under four policies; results land in out/demo.
	$(BIN)/lawbound run quick --model smollm2 --policy $(POLICIES) --out out/demo

test: $(STAMP)  ## Lint, types and fast tests, side by side.
	$(MAKE) --no-print-directory -j2 lint types fast

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

fast: $(STAMP)
	$(PYTEST)

test-slow: $(STAMP)  ## The real model, a real browser, a real cluster, faults and simulation.
	$(PYTEST) --no-loadscope-reorder -m "model or browser or cluster or faults or sim"

schema: $(STAMP)  ## Write evals/schema anew from the columns that evals/columns.py declares.
	$(BIN)/python -m lawbound.evals.leaderboard.schema evals/schema

# The stamp is renewed whenever the project's own requirements change.
$(STAMP): pyproject.toml constraints.txt | $(LINKS)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade-strategy only-if-needed -c constraints.txt -e ".[local,openvino,ray,dev]"
	touch $(STAMP)

# They are tracked, but a source archive cannot hold them, and mypy finds the package by them.
$(LINKS): lawbound/%:
	ln -s ../$* $@

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
