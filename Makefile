# The front of the repository. Everything happens in `.venv`, made from locks.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LOCK ?= default
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(LOCK)
export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: setup demo test test-other check bench lock clean

setup: $(STAMP)

$(STAMP): requirements/$(LOCK).txt setup.py
	@[ -n "$(PYTHON)" ] && command -v $(PYTHON) >/dev/null || { echo "error: $(PYTHON) is needed; name another with PYTHON=..." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$(LOCK).txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/python -m keras_asd demo

# What the tests of a file share is made once.
BY_FILE := --dist loadfile --no-loadscope-reorder

test: setup
	$(BIN)/python -m pytest -n 2 $(BY_FILE)
	$(MAKE) test-other

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

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks

# Writes the locks anew; needs `uv`.
lock:
	cd requirements && for name in default tensorflow-2.21; do \
		uv pip compile --quiet --python-version 3.11 --generate-hashes \
			--custom-compile-command "make lock" $$name.in -o $$name.txt; \
	done

clean:
	rm -rf .venv .venv-* build dist *.egg-info
