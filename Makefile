# Two commands: `make report` and `make test`. Both set the environment up when it is not there.
# Needs Python >= 3.11, git and make; choose another interpreter with `make PYTHON=python3.12 test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUTPUT ?= report

# One thread for each of the two test workers; array code does not gain from more here.
export OMP_NUM_THREADS := 1

# Every processor adds in an order of its own, so the last bits of sums, products and decompositions
# differ between machines, and what is fitted to them may differ by more. That concerns all of
# numerics but generated code, whose operations are elementwise, and the chapters that fit or train.
LINEAR_ALGEBRA := tests/numerics --ignore tests/numerics/codegen --ignore tests/numerics/compiled \
  $(addprefix tests/derivations/,connections descent gates memory rates)

.PHONY: report docs test test-machines mutate lint golden bench install clean

report: $(STAMP)
	$(BIN)/longlag report --output $(OUTPUT)

# Notebooks are executed, formulas derived and checked; what did not change is kept beside them.
docs: $(STAMP)
	$(BIN)/python -m sphinx -W -q --keep-going -d build/docs-trees docs build/docs
	@echo "wrote build/docs/index.html"

test: $(STAMP)
	$(BIN)/pytest -n 2 --dist loadfile

# With fused operations on four numbers and without them: any x86-64 can do the second, any since
# 2013 the first. NumPy and SciPy ask OpenBLAS, PyTorch asks MKL.
test-machines: $(STAMP)
	@for kind in Haswell/AVX2 Prescott/COMPATIBLE; do \
	  echo "as on $${kind%/*}"; \
	  OPENBLAS_CORETYPE=$${kind%/*} MKL_CBWR=$${kind#*/} \
	    $(BIN)/pytest -n 2 --dist loadfile -m "not slow" $(LINEAR_ALGEBRA) || exit 1; \
	done

mutate: $(STAMP)
	@$(BIN)/python -c 'import cosmic_ray' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[mutate]'
	$(BIN)/python .ci/mutate $(FILES)

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy src tests
	$(BIN)/mypy --config-file mypy-strict.ini src/longlag/theory

golden: $(STAMP)
	$(BIN)/pytest tests/numerics/codegen --update-golden

bench: $(STAMP)
	$(BIN)/python -m benchmarks

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "longlag: $(PYTHON) is older than Python 3.11; run make PYTHON=python3.11 …" >&2; exit 2; }
	@echo "setting up $(VENV) (a few minutes the first time)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,lint]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) build $(OUTPUT) .pytest_cache .mypy_cache .ruff_cache .hypothesis
