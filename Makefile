# halkode: the two commands are `make demo` and `make test`; `make` alone lists the rest.

PREFIX ?= /usr/local
export PREFIX DESTDIR LIBDIR INCLUDEDIR

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' $(MAKEFILE_LIST) | while read -r target text; do printf '  make %-9s %s\n' "$$target" "$$text"; done

setup: ## look for the tools that are needed; as root on Debian and Ubuntu, install what is missing
	@scripts/setup.sh

demo: ## take card payments in six languages against a bank on this machine
	@scripts/setup.sh demo
	@scripts/demo.sh

sandbox: ## start the bank on this machine, at http://127.0.0.1:8321/, until Ctrl-C
	cargo run --quiet --package halkode-sandbox

test: setup ## run every check; ends with "N passed, N failed"
	@scripts/test.sh

generate: ## write everything anew that is generated from the code: header, schema, and the sources of every language
	UPDATE=1 cargo test --package halkode-tests --test generated --test uniffi

dist: setup ## build every package into dist/: C, Python, Node.js, Kotlin, PHP
	@scripts/dist.sh

bench: ## compare sealing and sales through Rust, through the C ABI and through Python
	@scripts/setup.sh demo
	@scripts/bench.sh

install: ## build the release library and install it: PREFIX=/usr/local LIBDIR=… INCLUDEDIR=… DESTDIR=…
	@scripts/install.sh

clean: ## remove everything that was built
	cargo clean

.PHONY: help setup demo sandbox test generate dist bench install clean
