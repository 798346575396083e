# SPDX-License-Identifier: GPL-2.0
# For people; kbuild reads Kbuild.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr
DESTDIR ?=
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

all: module tools

help:
	@echo 'all           the module for KVER ($(KVER)) and leveectl'
	@echo 'module        the module alone; W=1 for more warnings'
	@echo 'tools         leveectl alone'
	@echo 'install       DKMS, leveectl, the default policy'
	@echo 'uninstall     all of that but the policy'
	@echo 'check-config  does this kernel have what levee needs?'
	@echo 'check         unit tests and lints, on any machine'
	@echo 'check-slow    minutes of lints: the clang analyser, proofs'
	@echo 'test          check, then the guests: 6.1 in full, 6.12 and 7.3 smoke'
	@echo 'test-all      the same with all three in full, check-slow and coverage'
	@echo 'test-debug    the guests on kernels that watch themselves, faults, storms, netlink fuzzing'
	@echo 'coverage      lines that unit tests and KUnit suites run, and what they do not call'
	@echo 'demo          a guided tour in a guest'
	@echo 'bench         ratios against peers'
	@echo 'clean         forget what was built; .cache/ stays'

module:
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) modules

tools:
	@$(MAKE) --no-print-directory -C tools

check:
	@tests/check

check-slow:
	@tests/check --slow

test:
	@tests/all quick

test-all:
	@tests/all full

test-debug:
	@tests/all debug

coverage:
	@tests/setup
	@tests/coverage

demo:
	@tests/setup
	@tests/vm/run --kernel 6.1 tests/vm/demo.sh

bench:
	@tests/setup
	@tests/bench/run

check-config:
	@tests/lint/check-config $(KVER) $(KDIR)

# The files go where DKMS looks; DKMS builds and installs for KVER, and again
# for every kernel that is installed later. A changed source replaces what was
# built before, an unchanged one keeps the builds for other kernels. With
# DESTDIR (packagers) only the files are laid out.
SOURCES := Kbuild Makefile dkms.conf levee.config module uapi
DKMS_SOURCE := $(DESTDIR)/usr/src/levee-$(VERSION)
BUILT := -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd'

install: install-module install-tools

install-module:
	@rm -rf $(DKMS_SOURCE).new
	@install -d $(DKMS_SOURCE).new
	@cp -r $(wildcard $(SOURCES)) $(DKMS_SOURCE).new/
	@find $(DKMS_SOURCE).new \( $(BUILT) \) -delete
ifeq ($(DESTDIR),)
	@if diff -rq $(DKMS_SOURCE).new $(DKMS_SOURCE) >/dev/null 2>&1; then \
		rm -rf $(DKMS_SOURCE).new; \
	else \
		if [ -d /var/lib/dkms/levee/$(VERSION) ]; then dkms remove levee/$(VERSION) --all; fi; \
		rm -rf $(DKMS_SOURCE); mv $(DKMS_SOURCE).new $(DKMS_SOURCE); \
	fi
	@[ -d /var/lib/dkms/levee/$(VERSION) ] || dkms add levee/$(VERSION)
	dkms install levee/$(VERSION) -k $(KVER) --force
else
	@rm -rf $(DKMS_SOURCE)
	@mv $(DKMS_SOURCE).new $(DKMS_SOURCE)
endif

UNITS := $(wildcard etc/systemd/*.service etc/systemd/*.timer)

install-tools: tools
	@$(MAKE) --no-print-directory -C tools install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	@for unit in $(UNITS); do \
		install -D -m 644 $$unit $(DESTDIR)/usr/lib/systemd/system/$$(basename $$unit); done

# The policy in /etc/levee is the operator's and stays.
uninstall:
	-dkms remove levee/$(VERSION) --all
	rm -rf $(DKMS_SOURCE)
	rm -f $(DESTDIR)/usr/sbin/leveectl \
		$(DESTDIR)$(PREFIX)/share/man/man8/leveectl.8 \
		$(DESTDIR)$(PREFIX)/share/man/man5/levee-policy.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/levee.yaml.5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/leveectl \
		$(addprefix $(DESTDIR)/usr/lib/systemd/system/,$(notdir $(UNITS)))

clean:
	@if [ -d $(KDIR) ]; then $(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) clean; fi
	@if [ -f tools/Makefile ]; then $(MAKE) --no-print-directory -C tools clean; fi

.PHONY: all help module tools check check-slow test test-all test-debug coverage demo bench \
	check-config install install-module install-tools uninstall clean
