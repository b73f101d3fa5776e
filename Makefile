# Postern. `make run` serves the suite on SQLite in ./var; `make test` runs everything.

.PHONY: run build test unit-test system-test simulate bench bench-large bench-peers lint format clean

SWIFT_BUILD = swift build --explicit-target-dependency-import-check error
SEEDS ?= 100000
BENCH ?=

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

# Performance, as shares of what a bare C server reaches beside it; docs/performance.md. BENCH="--only throttle" etc.
bench: build
	@echo "== building the benchmarks (release)"
	@swift build -c release --package-path Benchmarks
	@echo "== measuring: some minutes, best on a machine that does nothing else"
	@Benchmarks/.build/release/bench --binaries "$$(swift build -c release --show-bin-path)" $(BENCH)

# The same with ten million known clients: about half an hour more, and 3 GB in ./var.
bench-large:
	@$(MAKE) bench BENCH="--growth 10000000 $(BENCH)"

# The same beside other policy servers, as far as they start.
bench-peers:
	@scripts/install-packages peers
	@$(MAKE) bench BENCH="--peers $(BENCH)"

lint:
	@scripts/install-packages build
	@echo "== checking the layout of the sources"
	@swift format lint --strict --recursive --parallel Package.swift Sources Services Tests Benchmarks/Package.swift Benchmarks/Sources

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Services Tests Benchmarks/Package.swift \
	    Benchmarks/Sources

clean:
	@rm -rf .build Benchmarks/.build Benchmarks/results var
