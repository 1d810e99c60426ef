# Two commands do everything on a fresh Debian 12 with Swift 6: `make demo` and `make test`.
.PHONY: all demo test bench build deps format clean install install-files

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

BINARIES ?= .build/release

install: build install-files

# Copies what is built; staged with DESTDIR for packagers.
install-files:
	install -D -s -m 0755 $(BINARIES)/portgate $(DESTDIR)$(PREFIX)/sbin/portgate
	install -D -s -m 0755 $(BINARIES)/portgate-nft $(DESTDIR)$(PREFIX)/libexec/portgate/portgate-nft
	install -D -s -m 0755 $(BINARIES)/portgate-session $(DESTDIR)$(PREFIX)/sbin/portgate-session
	install -D -s -m 0755 $(BINARIES)/portgate-ship $(DESTDIR)$(PREFIX)/sbin/portgate-ship
	install -D -s -m 0755 $(BINARIES)/portgate-witness $(DESTDIR)$(PREFIX)/sbin/portgate-witness
	install -d $(DESTDIR)/usr/lib/systemd/system
	set -e; for unit in portgate.service portgate-record.service portgate-ship.service portgate-witness.service portgate-witness-submit.service portgate-drift.service portgate-drift.timer; do \
		sed 's|@SBINDIR@|$(PREFIX)/sbin|' packaging/systemd/$$unit > $(DESTDIR)/usr/lib/systemd/system/$$unit; \
		chmod 0644 $(DESTDIR)/usr/lib/systemd/system/$$unit; \
	done

clean:
	rm -rf .build
