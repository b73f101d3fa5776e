# Postern. `make run` serves the suite on SQLite in ./var; `make test` runs everything.

.PHONY: run build test unit-test system-test simulate fuzz sanitize lint format clean

SWIFT_BUILD = swift build --explicit-target-dependency-import-check error
SEEDS ?= 100000
# Seconds for each fuzz target, and the targets; none means all.
SECONDS ?= 60
TARGETS ?=
# address, thread; none means both.
SANITIZERS ?=

run: build
	@scripts/run

build:
	@scripts/install-packages build
	@echo "== building (release); the first time takes some minutes"
	@$(SWIFT_BUILD) -c release

test: lint unit-test system-test simulate
	@echo "== all tests passed"

# Pure tests and tests of one process, side by side.
unit-test:
	@scripts/install-packages build test
	@echo "== building the tests (debug)"
	@$(SWIFT_BUILD) --build-tests
	@echo "== running the unit tests"
	@swift test --skip-build --skip '^(FaultTests|PostfixTests|SuiteTests)\.'

# Tests that start the suite and a real Postfix, one after the other.
system-test:
	@scripts/install-packages build test
	@$(SWIFT_BUILD) --build-tests
	@echo "== running the system tests"
	@swift test --skip-build --no-parallel --filter '^(FaultTests|PostfixTests|SuiteTests)\.'

simulate:
	@scripts/install-packages build
	@echo "== building the simulation (release)"
	@$(SWIFT_BUILD) -c release --product postern-simulation
	@echo "== simulating $(SEEDS) seeds"
	@"$$(swift build -c release --show-bin-path)/postern-simulation" --seeds $(SEEDS)

# Beside the tests: for SECONDS seconds each, libFuzzer looks for inputs that break the parsers (Fuzz/README.md).
fuzz:
	@scripts/install-packages build
	@scripts/fuzz $(SECONDS) $(TARGETS)

# Beside the tests: the tests once more, under the address and the thread sanitizer.
sanitize:
	@scripts/install-packages build test
	@scripts/sanitize $(SANITIZERS)

lint:
	@scripts/install-packages build
	@echo "== checking the layout of the sources"
	@swift format lint --strict --recursive --parallel Package.swift Sources Services Tests Fuzz/Package.swift Fuzz/Sources

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Services Tests Fuzz/Package.swift Fuzz/Sources

clean:
	@rm -rf .build .build-asan .build-tsan Fuzz/.build var
