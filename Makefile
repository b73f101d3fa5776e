# Postern. `make run` serves the suite on SQLite in ./var; `make test` runs everything.

.PHONY: run build test system-test lint format clean

SWIFT_BUILD = swift build --explicit-target-dependency-import-check error

run: build
	@scripts/run

build:
	@scripts/install-packages build
	@echo "== building (release); the first time takes some minutes"
	@$(SWIFT_BUILD) -c release

test: lint system-test
	@echo "== all tests passed"

# Tests that start the suite and a real Postfix, one after the other.
system-test:
	@scripts/install-packages build test
	@$(SWIFT_BUILD) --build-tests
	@echo "== running the system tests"
	@swift test --skip-build --no-parallel --filter '^(FaultTests|PostfixTests|SuiteTests)\.'

lint:
	@scripts/install-packages build
	@echo "== checking the layout of the sources"
	@swift format lint --strict --recursive --parallel Package.swift Sources Services Tests

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Services Tests

clean:
	@rm -rf .build var
