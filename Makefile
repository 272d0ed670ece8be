# Two commands do everything on a fresh Debian or Ubuntu machine with a Swift toolchain:
#   make demo    installs what is missing, builds, runs the main job on two local nodes
#   make test    installs what is missing, builds, runs every test
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
RELEASE = $(SWIFT) build -c release --static-swift-stdlib --product sky
SOURCES = Package.swift Sources Templates Tests Benchmarks
FUZZ_CASES ?= 20000
RUN_TESTS = SWIFT=$(SWIFT) scripts/run-tests.sh

.PHONY: help setup demo build test fuzz bench lint format install uninstall clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the system packages that are missing
	@scripts/setup.sh build

build: setup ## the release program: .build/release/sky
	$(RELEASE)

demo: build ## the main job on two local nodes, in a home of its own
	@scripts/demo.sh "$$($(RELEASE) --show-bin-path)/sky"

test: lint ## every test, with real sshd, rsync, git …
	@scripts/setup.sh test
	$(SWIFT) build --build-tests
	$(RUN_TESTS)

fuzz: ## the long runs against ssh -G, git and rsync (FUZZ_CASES=20000)
	@scripts/setup.sh test
	$(SWIFT) build --build-tests
	SKY_FUZZ_CASES=$(FUZZ_CASES) $(RUN_TESTS) --filter 'Fuzz|CorpusMutation|HostsFault|HostsCrowd|RandomEdits'

bench: build ## side by side against rsync, ssh -G and others; writes Benchmarks/results
	@scripts/setup.sh bench
	@Benchmarks/run.sh

lint: ## warnings are errors, here as in the compiler
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format: ## rewrite the sources as lint wants them
	$(SWIFT) format --in-place --recursive $(SOURCES)

install: build ## one program with completions and a man page below PREFIX (/usr/local)
	@scripts/install.sh "$$($(RELEASE) --show-bin-path)/sky" "$(DESTDIR)$(PREFIX)"

uninstall: ## take away what install put there
	@scripts/install.sh --remove "$(DESTDIR)$(PREFIX)"

clean: ## remove what was built
	rm -rf .build Benchmarks/.work
