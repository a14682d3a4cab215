# The one door to everything here: `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Caches live outside the checkout, so that a fresh clone builds on what the last one compiled.
export HEADRACE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/headrace
export CARGO_TARGET_DIR ?= $(HEADRACE_CACHE)/target
export CARGO_TERM_QUIET ?= true
export UV_CACHE_DIR ?= $(HEADRACE_CACHE)/uv
export PYTHONPATH := $(CURDIR)/broker:$(CURDIR)/pulumi
export PATH := $(HEADRACE_CACHE)/venv/bin:$(HOME)/.cargo/bin:$(PATH)
PY := $(HEADRACE_CACHE)/venv/bin/python
ENGINE := broker/engine
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' $(ENGINE)/Cargo.toml | head -1)
DEB := dist/headrace_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null || echo amd64).deb
RPM := dist/headrace-$(VERSION)-1.$(shell uname -m).rpm
# What ends up in the package: when none of it has changed, the package is not built again.
PACKAGED := $(shell git ls-files -co --exclude-standard broker packaging requirements/runtime.txt \
	pyproject.toml CHANGELOG.md LICENSE README.md 2>/dev/null)
say = @printf '\n== %s\n' "$(1)"

##@ The main job
.PHONY: up down
up: deb ## three Linux hosts by Pulumi, installed, tuned and bootstrapped by Ansible
	@tools/setup hosts
	@$(PY) -m headrace_infra.up --package $(DEB)

down: ## remove the hosts of `make up`, their network and their state
	@$(PY) -m headrace_infra.down

##@ Work on the code
.PHONY: setup build dev fmt lock clean
setup: ## install what building needs (says what)
	@tools/setup build

build: setup ## compile the engine and put it beside the Python package
	$(call say,engine)
	cd $(ENGINE) && cargo build --release --locked -p headrace-pybridge
	@cmp -s $(CARGO_TARGET_DIR)/release/lib_engine.so broker/headrace/_engine.abi3.so || \
		install -m 0755 $(CARGO_TARGET_DIR)/release/lib_engine.so broker/headrace/_engine.abi3.so

dev: build ## a three-node cluster of plain processes in ./build/dev (end it with: headrace dev down)
	$(PY) -m headrace dev up --nodes 3 --dir build/dev

fmt: setup ## format Rust and Python
	cd $(ENGINE) && cargo fmt --all
	ruff format . && ruff check --fix --exit-zero -q .

lock: setup ## compile the requirements files from pyproject.toml, with hashes
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-emit-find-links pyproject.toml -o requirements/runtime.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-emit-find-links --extra infra --extra test pyproject.toml -o requirements/dev.txt

clean: ## delete what builds left in the checkout (not the caches)
	rm -rf build dist broker/headrace/_engine*.so .mypy_cache .ruff_cache .pytest_cache

##@ Check it
.PHONY: test test-long tidy test-rust test-python test-hosts compat sim bench flames
test: tidy test-rust test-python ## what must hold before a change lands (see also test-hosts)

tidy: build ## formatters, linters, types, and the rules of the house
	@tools/setup test
	$(call say,tidy)
	cd $(ENGINE) && cargo fmt --all --check
	cargo fmt --check --manifest-path tests/clients/rdkafka/Cargo.toml
	cargo fmt --check --manifest-path bench/load/Cargo.toml
	cd $(ENGINE) && cargo clippy --release --locked --all-targets -- -D warnings
	CARGO_TARGET_DIR=$(HEADRACE_CACHE)/rdkafka cargo clippy --release --locked \
		--manifest-path tests/clients/rdkafka/Cargo.toml -- -D warnings
	CARGO_TARGET_DIR=$(HEADRACE_CACHE)/rdkafka cargo clippy --release --locked \
		--manifest-path bench/load/Cargo.toml -- -D warnings
	ruff format --check -q . && ruff check -q .
	mypy broker/headrace pulumi/headrace_infra bench
	yamllint --strict .
	ANSIBLE_CONFIG=ansible/ansible.cfg ansible-lint --offline -q --profile production
	shellcheck $$(git ls-files -co --exclude-standard | xargs -r -d '\n' grep -lsE \
		'^#!.*\b(ba)?sh\b' -- | grep -v '\.j2$$')
	$(PY) -m pytest tests/tidy

test-rust: setup ## cargo tests, the simulation's everyday seeds, instructions of fixed workloads
	@tools/setup test
	$(call say,cargo test)
	cd $(ENGINE) && cargo test --release --locked --workspace
	$(call say,instructions)
	$(PY) bench/instructions.py

test-python: build ## unit, HTTP, client and cluster tests on loopback processes
	@tools/setup test
	$(call say,pytest: loopback)
	$(PY) -m pytest tests/unit tests/docs tests/infra -m 'not long and not hosts'
	$(PY) -m pytest tests/http tests/clients tests/cluster -m 'not long'

test-hosts: deb rpm ## packages, Pulumi, Ansible and the main job, on real hosts (podman, root)
	@tools/setup hosts
	$(call say,pytest: hosts)
	$(PY) -m pytest tests/package tests/infra tests/e2e -m 'not long'

test-long: build ## longer fault tests and many more simulation seeds (about an hour)
	$(PY) -m pytest tests -m long
	HEADRACE_SIM_SEEDS=2000 $(MAKE) sim

compat: build ## test suites of other projects' clients, fetched and run against our nodes (long)
	@tools/setup test
	$(PY) tests/clients/compat/run.py --oracle

sim: setup ## the deterministic simulation; HEADRACE_SIM_SEEDS=N for more seeds
	cd $(ENGINE) && cargo test --release --locked -p headrace-sim

bench: build ## the same load on Headrace and on Apache Kafka in one run; prints ratios
	@tools/setup test
	$(PY) bench/run.py $(BENCH)

flames: build ## where a node's CPU time goes under a load, as a flame graph (perf); FLAMES=--help
	@tools/setup test
	$(PY) bench/flames.py $(FLAMES)

##@ Packages
.PHONY: deb rpm
deb: $(DEB) ## dist/headrace_VERSION_ARCH.deb, linted
rpm: $(RPM) ## dist/headrace-VERSION-1.ARCH.rpm, linted

$(DEB): build/stage.done
	$(call say,deb)
	@packaging/deb/build build/stage

$(RPM): build/stage.done
	$(call say,rpm)
	@packaging/rpm/build build/stage

# The stamp lies beside the staging folder: what is in there ends up on hosts.
build/stage.done: $(PACKAGED)
	@tools/setup package
	$(call say,stage)
	@rm -rf build/stage && mkdir -p build && packaging/stage build/stage.new
	@mv build/stage.new build/stage && touch $@

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-zA-Z_-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
