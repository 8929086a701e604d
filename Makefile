# Two commands for a new user: `make demo` and `make test`. Each sets up .venv with what it needs, once.
# Neither needs OpenGL or a display. PIP_FLAGS passes anything on to pip, PYTHON names another interpreter.
.DEFAULT_GOAL := help
.PHONY: help demo web test test-slow trial test-desktop lint format catalogue train-skull train-heart benchmark clean
SHELL := /bin/bash

VENV ?= .venv
BIN := $(VENV)/bin
PIP_FLAGS ?=
TORCH := $(shell sed -n 's/^\(torch==[0-9.]*\).*/\1/p' constraints.txt)
PYTHON ?= $(shell for p in python3.12 python3.11 python3.10 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
DEMO := Resources/SampleData/fetal_head
HEART := Resources/SampleData/heart
BENCHMARK ?= speed
# Processes of the tests; 0 runs them in one. More than four want much memory: each takes over a gigabyte. A file stays in one
# process, so that what its tests share is made once.
WORKERS ?= logical
SIDE_BY_SIDE := -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
WEB_FLAGS ?=
SLICER_SOURCE ?=
SLICERDESK ?= ../shared/tools
MODULES ?= CardiacImageSynthesis CardiacSegmentationRepair CardiacShapeExplorer FetalSkullReconstruction
DESKTOP := slicer-core==5.12.4.0 PySide6_Essentials==6.12.0 PySide6_Addons==6.12.0 requests==2.34.2
SAMPLE_OPTIONS := import json, sys; s = json.load(open(sys.argv[1])); \
	print("--gestational-age", s["gestational_age_weeks"], *(f"--{p}-spacing {r},{c}" for p, (r, c) in s["spacing_mm"].items()))

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.10 or newer found: install python3 (and python3-venv), or say make PYTHON=/path/to/python3." >&2; exit 2; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv)." >&2; exit 2; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt $(TORCH)
	$(BIN)/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(BIN)/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.core ## reconstruct the bundled sample head and analyse the bundled heart into demo-output/
	$(BIN)/generative-models heart analyse --output demo-output/heart --overwrite --seed 0 \
		--ed $(HEART)/ed.nii.gz --es $(HEART)/es.nii.gz --labels acdc
	$(BIN)/generative-models skull reconstruct --output demo-output/skull --overwrite --seed 0 \
		--axial $(DEMO)/axial.png --sagittal $(DEMO)/sagittal.png --coronal $(DEMO)/coronal.png \
		$$($(BIN)/python -c '$(SAMPLE_OPTIONS)' $(DEMO)/sample.json)

$(VENV)/.web: $(VENV)/.core
	$(BIN)/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt -e '.[web]'
	@touch $@

web: $(VENV)/.web ## the reconstruction in a browser, on this machine alone
	$(BIN)/generative-models web $(WEB_FLAGS)

test: $(VENV)/.dev ## all tests but the slow ones
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-slow: $(VENV)/.dev ## the slow tests too, the property-based ones on new examples
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not trial" --hypothesis-profile searching

# Attacks and faults: hostile requests, headers that point elsewhere, flipped bits, killed batches, sixty warm runs.
# Bounded, on the loopback interface only, under fifteen minutes.
TRIAL := Testing/trial Testing/test_shipped_bundles.py Testing/GenerativeModelsLib/bundle/test_checksums.py \
	Testing/GenerativeModelsLib/image_files/test_references.py Testing/GenerativeModelsLib/image_files/test_reader.py \
	Testing/GenerativeModelsLib/batch/test_ending.py Testing/GenerativeModelsLib/output/test_staging.py \
	$(addprefix Testing/GenerativeModelsWeb/server/test_,access.py guards.py hub_access.py upload_contents.py upload_limits.py)

trial: $(VENV)/.dev ## attacks and faults on the running program, some ten minutes; see docs/security.md
	$(BIN)/python -m pytest -m "trial or not slow" -s $(TRIAL)

# The Slicer modules on Slicer's own Python layer, without Slicer: SLICER_SOURCE is a checkout of the public repository
# Slicer/Slicer, SLICERDESK the folder that holds the stand-in desktop `slicerdesk`.
$(VENV)-desktop/.ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found: say make PYTHON=/path/to/python3." >&2; exit 2; }
	"$(PYTHON)" -m venv $(VENV)-desktop
	$(VENV)-desktop/bin/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt $(TORCH)
	$(VENV)-desktop/bin/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q -c constraints.txt -e .
	$(VENV)-desktop/bin/python -m pip install $(PIP_FLAGS) --disable-pip-version-check -q $(DESKTOP)
	@touch $@

test-desktop: $(VENV)-desktop/.ready ## the Slicer modules' own tests; wants SLICER_SOURCE=/path/to/Slicer
	@test -f "$(SLICER_SOURCE)/Base/Python/slicer/util.py" || { echo "SLICER_SOURCE is no checkout of Slicer/Slicer: say make test-desktop SLICER_SOURCE=/path/to/Slicer." >&2; exit 2; }
	@test -d "$(SLICERDESK)/slicerdesk" || { echo "No slicerdesk in $(SLICERDESK): say make test-desktop SLICERDESK=/folder/that/holds/it." >&2; exit 2; }
	for module in $(MODULES); do \
		QT_QPA_PLATFORM=offscreen SLICER_SOURCE="$(SLICER_SOURCE)" PYTHONPATH="$(SLICERDESK)" $(VENV)-desktop/bin/python -m slicerdesk \
			--extension "$(SLICER_SOURCE)/Modules/Scripted/SampleData" --extension GenerativeModels --module $$module --test || exit 1; \
	done

lint: $(VENV)/.dev ## ruff, as CI runs it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

catalogue: $(VENV)/.dev ## take new texts of the pages into the catalogues of the languages, and compile them
	PYTHONPATH=GenerativeModels $(BIN)/python -m tools.catalogue update

CONFIGS := GenerativeModels/GenerativeModelsLib/training/configs

train-skull: $(VENV)/.dev ## train all networks of the skull from nothing; continues where it was stopped
	$(BIN)/generative-models train $(CONFIGS)/head-locator.yaml
	$(BIN)/generative-models train $(CONFIGS)/plane-reader.yaml
	$(BIN)/generative-models train $(CONFIGS)/hirec-cvae.yaml

train-heart: $(VENV)/.dev ## train the heart model, and the VAE it is compared with
	$(BIN)/generative-models train $(CONFIGS)/heart-lvae.yaml
	$(BIN)/generative-models train $(CONFIGS)/heart-vae.yaml

benchmark: $(VENV)/.core ## speed as ratios; BENCHMARK=NAME for the others, see generative-models benchmark --help
	$(BIN)/generative-models benchmark $(BENCHMARK)

clean: ## remove what make made
	rm -rf $(VENV) $(VENV)-desktop demo-output build dist .pytest_cache .ruff_cache .hypothesis
