# Two commands do everything on a fresh Debian 12 with Swift 6: `make demo` and `make test`.
.PHONY: all demo test bench build deps format clean install

PREFIX ?= /usr/local

all: build

deps:
	scripts/install-deps.sh build test

build:
	scripts/install-deps.sh build
	swift build -c release

demo:
	scripts/install-deps.sh build test
	swift build -c release
	scripts/demo.sh

test: deps
	scripts/test.sh

bench:
	scripts/install-deps.sh build test bench
	swift build -c release
	Benchmarks/run.sh

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

install: build
	install -D -s -m 0755 .build/release/portgate $(DESTDIR)$(PREFIX)/sbin/portgate
	install -D -s -m 0755 .build/release/portgate-nft $(DESTDIR)$(PREFIX)/sbin/portgate-nft
	install -D -s -m 0755 .build/release/portgate-session $(DESTDIR)$(PREFIX)/sbin/portgate-session

clean:
	rm -rf .build
