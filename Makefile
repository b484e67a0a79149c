# The front of the repository. Everything happens in `.venv`, made from locks.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LOCK ?= default
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(LOCK)
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED = --require-hashes -r requirements/$(LOCK).txt
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: setup scoring demo notebooks test test-again test-other test-python-3.12 test-scoring test-beam check docs picture bench lock clean

setup: $(STAMP)

$(STAMP): requirements/$(LOCK).txt setup.py
	@[ -n "$(PYTHON)" ] && command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is needed; name another with PYTHON=..." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# uv takes a sixth of the time, where it is there and knows the index.
	{ command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python $(LOCKED); } \
		|| $(PIP) $(LOCKED)
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/python -m keras_asd demo

# Runs the notebooks of `examples` in full, and fails where they print other
# numbers than the stored ones; with STORE=1 it stores what they show now.
notebooks: setup
	KERAS_ASD_NOTEBOOKS=$(if $(STORE),store,full) $(BIN)/python -m pytest -q --durations=0 tests/examples

# What the tests of a file share is made once.
BY_FILE := --dist loadfile --no-loadscope-reorder

test: setup
	$(BIN)/python -m pytest -n 2 $(BY_FILE)

# What failed in the last `make test`, alone.
test-again:
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

# The other supported TensorFlow: decoding, training, export. Every layer, model
# and scorer on the JAX backend: compiled, and in a training step.
OTHER := tests/integration/test_main_job.py $(addprefix tests/pipelines/, \
	$(addprefix audio/test_,tf_data_decoder.py tensorflow_io_ops.py waveforms.py) \
	training/test_training_data.py)
JAX := $(addprefix tests/keras_asd/,test_contract.py losses/test_contract.py \
	$(addprefix models/test_,classifier.py detector.py))
IN_JAX := compiled or one_training_step or gradient or test_classifier or test_detector

test-other:
	$(MAKE) setup LOCK=tensorflow-2.21 VENV=.venv-tensorflow-2.21
	.venv-tensorflow-2.21/bin/python -m pytest -q -n 2 $(BY_FILE) $(OTHER)
	KERAS_BACKEND=jax .venv-tensorflow-2.21/bin/python -m pytest -q -n 2 -m "not slow" -k "$(IN_JAX)" $(JAX)
	KERAS_BACKEND=jax .venv-tensorflow-2.21/bin/python -m pytest -q tests/benchmarks/test_accelerator.py

# Another Python, where there is one (pyenv and uv are asked, too): decoding, a
# training and its export.
IN_312 := every_format_decodes or the_run_holds or the_saved_model_scores
SAY := "import sys; print(sys.executable)"
PYTHON_312 = $(shell (python3.12 -c $(SAY) || uv python find --no-python-downloads 3.12 \
	|| PYENV_VERSION=`pyenv versions --bare | grep '^3[.]12' | tail -1` python3.12 -c $(SAY)) 2>/dev/null)

test-python-3.12:
ifeq ($(PYTHON_312),)
	@echo "There is no Python 3.12 here; its tests are skipped."
else
	PIP_NO_COMPILE=1 $(MAKE) setup PYTHON=$(PYTHON_312) LOCK=tensorflow-2.21 VENV=.venv-python-3.12
	.venv-python-3.12/bin/python -m pytest -q -k "$(IN_312)" $(wordlist 1,2,$(OTHER))
endif

# An environment that scores with exported forms, without TensorFlow; and the
# tables of both environments, held against each other.
scoring:
	$(MAKE) setup LOCK=scoring VENV=.venv-scoring

test-scoring: setup scoring
	KERAS_ASD_SCORING=.venv-scoring $(BIN)/python -m pytest -q tests/integration/test_scoring_only.py
	@echo "The environment for scoring alone has $$(du -sm .venv-scoring | cut -f1) MB."

# Pipelines of Apache Beam, which wants older packages than the others; Prism, a
# runner that it downloads, must not be asked for.
test-beam:
	PIP_NO_COMPILE=1 $(MAKE) setup LOCK=beam VENV=.venv-beam
	.venv-beam/bin/python -m pytest -q tests/integration/test_beam.py

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The documentation site, in build/docs; built without the net once installed.
docs:
	PIP_NO_COMPILE=1 $(MAKE) setup LOCK=docs VENV=.venv-docs
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs build

# The pictures of the front page and of the page of a watch, of the machines of
# their tests; needs chromium.
picture: setup
	mkdir -p build
	KERAS_ASD_PAGE=build/page.html $(BIN)/python -m pytest -q tests/pipelines/report/test_page_in_a_browser.py
	chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--window-size=1000,820 --screenshot=build/report.png $(abspath build/page.html)
	$(BIN)/python -c "from PIL import Image as image; image.open('build/report.png').convert('RGB').quantize(64).save('docs/images/report.png', optimize=True)"
	KERAS_ASD_PICTURE=build/page.png $(BIN)/python -m pytest -q tests/pipelines/watching/page/test_page_layout.py
	$(BIN)/python -c "from PIL import Image as image; image.open('build/page.png').convert('RGB').quantize(64).save('docs/images/watch_page.png', optimize=True)"

bench: setup
	$(BIN)/python -m benchmarks

# Writes the locks anew; needs `uv`.
lock:
	cd requirements && for name in default tensorflow-2.21 beam docs uv; do \
		uv pip compile --quiet --python-version 3.11 --generate-hashes \
			--custom-compile-command "make lock" $$name.in -o $$name.txt; \
	done
	cd requirements && uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
		--custom-compile-command "make lock" scoring.in -o scoring.txt

clean:
	rm -rf .venv .venv-* build dist *.egg-info
