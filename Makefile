# Postern. `make run` serves the suite on SQLite in ./var; `make test` runs everything; `make install` is for systemd.

.PHONY: run build install test unit-test system-test simulate fuzz sanitize bench bench-large bench-peers lint format \
        clean

SWIFT_BUILD = swift build --explicit-target-dependency-import-check error
SEEDS ?= 100000
# Of release builds: they need no Swift runtime where they run, and do not watch exclusive access (docs/decisions/0028).
SWIFT_FLAGS ?= --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked
RELEASE_BUILD = $(SWIFT_BUILD) -c release $(SWIFT_FLAGS)
# Seconds for each fuzz target, and the targets; none means all.
SECONDS ?= 60
TARGETS ?=
# address, thread; none means both.
SANITIZERS ?=
# Options of the benchmark.
BENCH ?=
SOURCES = Package.swift Sources Services Tests Benchmarks/Package.swift Benchmarks/Sources Fuzz/Package.swift Fuzz/Sources

# Test targets that start servers, in two lots that take about the same time; the others are unit tests.
FAULT_TESTS = FaultTests|ReputationServiceTests|SRSDatabaseTests|ThrottleTests
SERVER_TESTS = DatabaseTests|DirectoryBackendTests|GreylistServiceTests|PostfixTests|SuiteTests|SystemdTests

DESTDIR ?=
PREFIX ?= /usr
SERVICES = directory frontend greylist reputation srs throttle
# Where the built programs are.
BINARIES ?= .build/release
LIB = $(DESTDIR)$(PREFIX)/lib
DOC = $(DESTDIR)$(PREFIX)/share/doc/postern

run: build
	@scripts/run

build:
	@scripts/install-packages build
	@echo "== building (release); the first time takes some minutes"
	@$(RELEASE_BUILD)

# Programs, units, users, documentation, and the sample configuration unless there is one already. Builds nothing, so
# that it can run as root: `make build && sudo make install`.
install:
	install -d $(LIB)/postern $(LIB)/systemd/system/postern-.service.d
	install -d $(DOC)/decisions $(DOC)/examples $(DOC)/man $(DOC)/postfix
	install -d $(DESTDIR)$(PREFIX)/bin $(LIB)/sysusers.d $(LIB)/tmpfiles.d $(DESTDIR)/etc/postern
	install -m 0755 $(BINARIES)/postern $(SERVICES:%=$(BINARIES)/postern-%) $(LIB)/postern
	ln -sf ../lib/postern/postern $(DESTDIR)$(PREFIX)/bin/postern
	cd deploy/systemd && for unit in *.service *.socket *.target *.d/*.conf; do \
	    sed 's|/usr/lib/postern/|$(PREFIX)/lib/postern/|; s|/usr/share/doc/|$(PREFIX)/share/doc/|g' "$$unit" \
	        >$(LIB)/systemd/system/"$$unit" || exit 1; done
	install -m 0644 deploy/sysusers.d/postern.conf $(LIB)/sysusers.d
	install -m 0644 deploy/tmpfiles.d/postern.conf $(LIB)/tmpfiles.d
	install -m 0644 docs/*.md LICENSE README.md $(DOC)
	@# The README's links lead to where the files are here.
	sed -i 's|](docs/|](|g; s|](deploy/systemd/examples/|](examples/|g; s|](deploy/etc/|](examples/|g; s|](deploy/|](|g' \
	    $(DOC)/README.md
	install -m 0644 docs/man/*.md $(DOC)/man
	install -m 0644 docs/decisions/*.md $(DOC)/decisions
	install -m 0644 docs/examples/*.md $(DOC)/examples
	install -m 0755 docs/examples/*.py $(DOC)/examples
	install -m 0644 deploy/systemd/examples/* $(DOC)/examples
	install -m 0644 deploy/postfix/* $(DOC)/postfix
	install -m 0644 deploy/etc/postern.yaml $(DOC)/examples
	[ -e $(DESTDIR)/etc/postern/postern.yaml ] || install -m 0644 deploy/etc/postern.yaml $(DESTDIR)/etc/postern

test: lint unit-test system-test simulate
	@echo "== all tests passed"

# Pure tests and tests of one process, side by side.
unit-test:
	@scripts/install-packages build test
	@scripts/fetch-spf-tests
	@echo "== building the tests (debug)"
	@$(SWIFT_BUILD) --build-tests
	@echo "== running the unit tests"
	@swift test --skip-build --skip '^($(FAULT_TESTS)|$(SERVER_TESTS))\.'

# Tests that start database servers, the suite, a real Postfix and a real systemd.
system-test:
	@scripts/install-packages build test
	@$(SWIFT_BUILD) --build-tests
	@echo "== running the system tests"
	@scripts/system-tests '$(SERVER_TESTS)' '$(FAULT_TESTS)'

simulate:
	@scripts/install-packages build
	@echo "== building the simulation (release)"
	@$(RELEASE_BUILD) --product postern-simulation
	@$(RELEASE_BUILD) --product postern-forgeries
	@echo "== simulating $(SEEDS) seeds"
	@"$$(swift build -c release --show-bin-path)/postern-simulation" --seeds $(SEEDS)
	@echo "== trying two million forged SRS addresses"
	@"$$(swift build -c release --show-bin-path)/postern-forgeries"

# Performance, as shares of what a bare C server reaches beside it; docs/performance.md. BENCH="--only throttle" etc.
bench: build
	@echo "== building the benchmarks (release)"
	@swift build -c release --package-path Benchmarks
	@echo "== measuring: some minutes, best on a machine that does nothing else"
	@Benchmarks/.build/release/bench --binaries "$$(swift build -c release --show-bin-path)" $(BENCH)

# The same with ten million known clients, on SQLite and PostgreSQL: about ten minutes more, and 7 GB in ./var.
bench-large:
	@$(MAKE) bench BENCH="--growth 10000000 $(BENCH)"

# The same beside other policy servers, as far as they start.
bench-peers:
	@scripts/install-packages peers
	@$(MAKE) bench BENCH="--peers $(BENCH)"

# Beside the tests: for SECONDS seconds each, libFuzzer looks for inputs that break the parsers (Fuzz/README.md).
fuzz:
	@scripts/install-packages build
	@scripts/fuzz $(SECONDS) $(TARGETS)

# Beside the tests: the tests once more, under the address and the thread sanitizer.
sanitize:
	@scripts/install-packages build test
	@scripts/fetch-spf-tests
	@scripts/sanitize '$(SERVER_TESTS)' '$(FAULT_TESTS)' $(SANITIZERS)

lint:
	@scripts/install-packages build
	@echo "== checking the layout of the sources"
	@swift format lint --strict --recursive --parallel $(SOURCES)
	@if grep -rn --include='*.swift' '^public import Glibc' $(SOURCES); then \
		echo "Glibc's types in an interface compile or not, by chance of what else is compiled with it: say Int32"; \
		exit 1; fi

format:
	@swift format --in-place --recursive --parallel $(SOURCES)

clean:
	@rm -rf .build .build-asan .build-tsan Fuzz/.build Benchmarks/.build Benchmarks/results var
