PYTHON ?= python3
JOBS ?= auto
RUN := .venv/bin/python -m

# The stamp is named after what the environment depends on: the pins and the
# place. It is written last, so an interrupted installation starts afresh.
STAMP := .venv/ready-$(shell { pwd; cat requirements.txt pyproject.toml; } \
	| sha256sum | cut -c1-16)
ifeq ($(wildcard .venv/bin/python),)
.PHONY: $(STAMP)
endif

.NOTPARALLEL:
.PHONY: help book test unit nbval notebooks clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' Makefile \
		| awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

book: $(STAMP)  ## build the HTML (warnings are errors) and say where it is
	.venv/bin/jupyter-book build . -W -n --keep-going
	@echo "Open file://$(CURDIR)/_build/html/index.html"

test: book nbval unit  ## everything; the browser test needs the HTML first

nbval: $(STAMP)  ## run every chapter and compare its outputs with the stored ones
	$(RUN) pytest --nbval book -n $(JOBS)

unit: $(STAMP)  ## test the package and the book (shapes in signatures included)
	OMP_NUM_THREADS=1 $(RUN) pytest tests -n $(JOBS) \
		--jaxtyping-packages=comlib,shapes.check

notebooks: $(STAMP)  ## re-execute the chapters that changed (ALL=1: every one)
	.venv/bin/python book/notebooks.py $(if $(ALL),--all)

clean:  ## remove the environment and everything that was built
	rm -rf .venv _build *.egg-info

$(STAMP):
	@echo "Installing the pinned requirements into .venv (a few minutes)"
	$(PYTHON) -m venv --clear .venv
	$(RUN) pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@
