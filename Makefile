PYTHON ?= python3
JOBS ?= auto
RUN := .venv/bin/python -m
INSTALL := $(RUN) pip install -q --disable-pip-version-check

# Pages need stored outputs only, so `make book` installs no torch; the other targets
# add the rest to the same environment. The stamps are named after what they depend
# on: the pins and the place. They are written last, so an interrupted installation
# starts afresh.
PINS := $(shell { pwd; cat requirements*.txt pyproject.toml; } \
	| sha256sum | cut -c1-16)
DOCS := .venv/docs-$(PINS)
STAMP := .venv/ready-$(PINS)
OLDEST := tests/test_bad_calls.py tests/test_kernels.py tests/test_models.py \
	tests/test_adapters.py tests/test_training.py tests/test_figures.py \
	tests/test_measures_memory.py tests/test_measures_stability.py
ifeq ($(wildcard .venv/bin/python),)
.PHONY: $(DOCS) $(STAMP)
endif

.NOTPARALLEL:
.PHONY: help book test unit nbval oldest notebooks clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' Makefile \
		| awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

book: $(DOCS)  ## build the HTML (warnings are errors) and say where it is
	.venv/bin/jupyter-book build . -W -n --keep-going
	@echo "Open file://$(CURDIR)/_build/html/index.html"

test: book nbval unit  ## everything; the browser test needs the HTML first

nbval: $(STAMP)  ## run every chapter and compare its outputs with the stored ones
	$(RUN) pytest --nbval book -n $(JOBS)

unit: $(STAMP)  ## test the package and the book (shapes in signatures included)
	OMP_NUM_THREADS=1 $(RUN) pytest tests -n $(JOBS) --dist worksteal \
		--jaxtyping-packages=comlib,shapes.check

oldest:  ## test the package with the oldest versions it allows (Python 3.10 or 3.11)
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip install -q --disable-pip-version-check \
		-c requirements-oldest.txt -e . pytest pillow
	OMP_NUM_THREADS=1 .venv-oldest/bin/python -m pytest -q $(OLDEST)

notebooks: $(STAMP)  ## re-execute the chapters that changed (ALL=1: every one)
	.venv/bin/python book/notebooks.py $(if $(ALL),--all)

clean:  ## remove the environment and everything that was built
	rm -rf .venv .venv-oldest _build *.egg-info

$(DOCS):
	@echo "Installing what the pages need into .venv (half a minute)"
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) -r requirements-docs.txt
	@touch $@

$(STAMP): $(DOCS)
	@echo "Installing the package and the tests into .venv (a few minutes)"
	$(INSTALL) -r requirements.txt
	@touch $@
