# SPDX-License-Identifier: GPL-2.0-only
#
# For people; what the modules consist of is in Kbuild. All products go to build/.

KERNELS  ?= $(or $(KERNEL),6.12 6.1)
PREFIX   ?= /usr/local
DEMO_CMD ?= build/tools/demo
BUILD    := $(CURDIR)/build

# The kernel to build against: KERNEL=, else KDIR=, else the running one.
ifdef KERNEL
override KDIR := $(shell tools/vm/kernel headers '$(KERNEL)')
ifneq ($(.SHELLSTATUS),0)
$(error no headers for KERNEL=$(KERNEL))
endif
endif
KDIR ?= /lib/modules/$(shell uname -r)/build
UTSRELEASE = $(KDIR)/include/generated/utsrelease.h
KREL  = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' '$(UTSRELEASE)')
MDIR  = $(BUILD)/$(KREL)$(if $(FAULTS),-faults)

# Debian 12's pahole is too old to make BTF with the headers of 6.12.
KBUILD = -C '$(KDIR)' M='$(MDIR)' CONFIG_DEBUG_INFO_BTF_MODULES= \
	 'IRQLINE_FAULTS=$(if $(FAULTS),y)'

.PHONY: all
all: modules tools

.PHONY: help
help:
	@echo 'make                 build the modules for the running kernel, and the tools'
	@echo '     KDIR=DIR        ... for the kernel whose headers or build tree are in DIR'
	@echo '     KERNEL=NAME     ... for one of Debian 12: 6.12, 6.1, 6.12-rt or 6.1-rt;'
	@echo '                     or for a debug kernel that is built here: debug-a to debug-c'
	@echo 'make modules, tools  only these'
	@echo '     FAULTS=1        ... a test build, in which calls of the kernel fail on demand'
	@echo 'make demo            watch it work in a virtual machine (KERNEL=6.12)'
	@echo 'make check           run all tests in virtual machines (GUESTS="6.12 6.1-rt ...")'
	@echo 'make soak            crowd lines, and besiege them, for T=600 seconds (KERNEL=6.12)'
	@echo 'make fuzz            fuzz netlink, the device and irqctl for T=60 seconds each (KERNEL=debug-a)'
	@echo 'make check-debug     run them with kernels that look for bugs themselves (KINDS="a a-bats a-shared a-levels b c")'
	@echo 'make bench           count the instructions, against minimal drivers (KERNEL=6.12)'
	@echo 'make bench-live      the same in real time, as it is on this machine'
	@echo 'make lint            run all static checks (KERNELS="6.12 6.1")'
	@echo 'make model           check the model of the protocol exhaustively (LARGE=1)'
	@echo 'make mutation        break the driver in many ways, and see that the tests notice (ONLY=NAME)'
	@echo 'make coverage        tell which lines the tests run, of the driver and of irqctl (GUESTS=)'
	@echo 'make install         install modules, irqctl and man pages (DESTDIR=, PREFIX=$(PREFIX))'
	@echo 'make clean           remove what was built'
	@echo 'make distclean       ... and the downloaded kernels'

.PHONY: check-kdir
check-kdir:
	@[ -e '$(UTSRELEASE)' ] || { \
		echo 'There are no kernel headers in $(KDIR).' >&2; \
		echo 'Install those of the running kernel, or name others: KDIR=DIR, or' >&2; \
		echo 'KERNEL=6.12 or 6.1 for those of Debian 12 (see make help).' >&2; \
		exit 1; }

# A tree of symbolic links to the sources for each kernel, so that builds for
# several of them live side by side. The stamp is as old as the build's start.
.PHONY: modules
modules: check-kdir
	@mkdir -p '$(MDIR)'
	@flock '$(MDIR)/.lock' $(MAKE) --no-print-directory locked-modules KDIR='$(KDIR)' KERNEL=

.PHONY: locked-modules
locked-modules:
	@touch '$(MDIR)/.started'
	@find '$(MDIR)' -xtype l -delete
	@cp -rsf '$(CURDIR)/Kbuild' '$(CURDIR)/driver' '$(CURDIR)/uapi' '$(MDIR)/'
	$(MAKE) $(KBUILD) modules
	@mv '$(MDIR)/.started' '$(MDIR)/.stamp'

# irqctl and whatever else has a Makefile there.
.PHONY: tools
tools:
	@mkdir -p '$(BUILD)/tools'
	@flock '$(BUILD)/tools/.lock' $(MAKE) --no-print-directory locked-tools

.PHONY: locked-tools
locked-tools:
	@touch '$(BUILD)/tools/.started'
	@$(foreach makefile,$(wildcard tools/*/Makefile),\
		$(MAKE) --no-print-directory \
			-C $(dir $(makefile)) O='$(BUILD)/tools' &&) :
	@mv '$(BUILD)/tools/.started' '$(BUILD)/tools/.stamp'

# The test harness and the checkers come from the kernel's source package.
SOURCE  := $(BUILD)/linux-source-6.12
TARBALL := /usr/src/linux-source-6.12.tar.xz
KSFT    := $(SOURCE)/tools/testing/selftests

.PHONY: source
source:
	@tools/vm/need 'have the kernel'\''s test harness and checkers' linux-source-6.12 xz-utils
	@mkdir -p '$(BUILD)'
	@flock '$(BUILD)/.source.lock' $(MAKE) --no-print-directory locked-source

.PHONY: locked-source
locked-source:
	@[ '$(SOURCE)/.stamp' -nt $(TARBALL) ] || { \
		echo 'Unpacking a part of $(TARBALL)' && \
		tar -xJf $(TARBALL) -C '$(BUILD)' $(addprefix linux-source-6.12/, \
			tools/testing/selftests/lib.mk \
			tools/testing/selftests/kselftest.h \
			tools/testing/selftests/kselftest_harness.h \
			tools/testing/selftests/kselftest \
			scripts/checkpatch.pl \
			scripts/spelling.txt \
			scripts/const_structs.checkpatch \
			scripts/coccinelle) && \
		touch '$(SOURCE)/.stamp'; }

.PHONY: selftests
selftests: source
	@mkdir -p '$(BUILD)/selftests'
	@flock '$(BUILD)/selftests/.lock' $(MAKE) --no-print-directory -C selftests KSFT='$(KSFT)' OUTPUT='$(BUILD)/selftests'

# How many instructions it takes, against minimal drivers and UIO; bench-live in time.
BENCH_KERNEL = $(or $(KERNEL),6.12)

.PHONY: bench bench-live
bench bench-live: packages source
	@tools/vm/need 'plot what was measured' gnuplot-nox
	@$(MAKE) --no-print-directory modules KERNEL='$(BENCH_KERNEL)'
	@$(MAKE) --no-print-directory tools
	@$(MAKE) --no-print-directory bench-modules KERNEL='$(BENCH_KERNEL)'
	@$(MAKE) --no-print-directory -C selftests/bench KSFT='$(KSFT)' O='$(BUILD)/bench'
	@selftests/bench/run $(if $(filter bench-live,$@),--live) '$(BENCH_KERNEL)'

.PHONY: bench-modules
bench-modules: check-kdir
	@mkdir -p '$(MDIR)/bench'
	@find '$(MDIR)/bench' -xtype l -delete
	@rm -f '$(MDIR)/bench/Module.symvers' # have the versions of irqline's symbols looked up again
	@cp -sf '$(CURDIR)'/selftests/bench/*.[ch] '$(CURDIR)/selftests/bench/Kbuild' '$(MDIR)/bench/'
	$(MAKE) -C '$(KDIR)' M='$(MDIR)/bench' CONFIG_DEBUG_INFO_BTF_MODULES= \
		KBUILD_EXTRA_SYMBOLS='$(MDIR)/Module.symvers' modules

.PHONY: packages
packages:
	@tools/vm/need 'build the tools' gcc make libc6-dev pkg-config \
		libnl-3-dev libnl-genl-3-dev libsmartcols-dev
	@tools/vm/need 'run virtual machines' qemu-system-x86 busybox-static kmod

.PHONY: demo
demo: packages
	@$(MAKE) --no-print-directory modules KERNEL='$(or $(KERNEL),6.12)'
	@$(MAKE) --no-print-directory tools
	@tools/vm/run --kernel '$(or $(KERNEL),6.12)' --cpus 2 --edu 2 --load -- $(DEMO_CMD)

# Which guests there are is in tools/check.
.PHONY: check
check: packages source
	@tools/vm/need 'run the tests' bats jq socat patch
	@tools/check --modules $(GUESTS) | while read -r build; do \
		$(MAKE) --no-print-directory -j$$(nproc) modules $$build </dev/null || exit; done
	@$(MAKE) --no-print-directory -j$$(nproc) tools selftests
	@tools/check $(GUESTS)

# What the tests do for seconds, for T seconds: half of them each. And what a kernel that
# looks for data races says.
.PHONY: soak
soak: T ?= 600
soak: packages source
	@tools/vm/need 'unplug devices' bats socat
	@$(MAKE) --no-print-directory modules KERNEL='$(or $(KERNEL),6.12)'
	@$(MAKE) --no-print-directory tools selftests
	@tools/vm/run --kernel '$(or $(KERNEL),6.12)' --cpus 4 --edu 3 --shared --load \
		--env IRQLINE_CROWD_SECONDS=$$(($(T) / 2)) \
		--timeout $$(($(T) + 900)) -- selftests/run -t $$(($(T) / 2 + 400)) crowd
	@KERNEL='$(or $(KERNEL),6.12)' IRQLINE_SIEGE_SECONDS=$$(($(T) / 2)) \
		bats --show-output-of-passing-tests selftests/host/siege.bats
	@$(MAKE) --no-print-directory check GUESTS=debug-b

# Those of the kernel's interfaces run in a guest. What was found is left in build/fuzz.
.PHONY: fuzz
fuzz: T ?= 60
fuzz: packages source
	@tools/vm/need 'fuzz irqctl' clang-14 libclang-rt-14-dev
	@$(MAKE) --no-print-directory modules KERNEL='$(or $(KERNEL),debug-a)'
	@$(MAKE) --no-print-directory tools
	@$(MAKE) --no-print-directory -C selftests/fuzz KSFT='$(KSFT)' O='$(BUILD)/fuzz'
	@OUTPUT='$(BUILD)/fuzz' selftests/fuzz/run '$(T)' '$(or $(KERNEL),debug-a)'

# With kernels that are built first, which takes a while: a of those in selftests/configs.
KINDS ?= a a-bats a-shared a-levels

.PHONY: check-debug
check-debug:
	@$(MAKE) --no-print-directory check GUESTS='$(addprefix debug-,$(KINDS))'

# Python is for spatch: the kernel's semantic patches report by it.
.PHONY: lint
lint: packages source
	@tools/vm/need 'run the static checks' sparse coccinelle shellcheck perl python3
	@SOURCE='$(SOURCE)' tools/lint $(KERNELS)

# LARGE=1 takes more events and switches, and longer.
.PHONY: model
model:
	@tools/vm/need 'check the model' spin gcc libc6-dev
	@OUTPUT='$(BUILD)/model' selftests/model/check $(if $(LARGE),--large)

# selftests/mutation has the breakages.
.PHONY: mutation
mutation: packages source
	@tools/vm/need 'break the driver and run the tests' bats patch
	@$(MAKE) --no-print-directory -j$$(nproc) tools selftests
	@OUTPUT='$(BUILD)/mutation' selftests/mutation/check $(ONLY)

# Which guests there are is in selftests/coverage/check.
.PHONY: coverage
coverage: packages source
	@tools/vm/need 'run the tests and count' bats jq socat lcov binutils
	@$(MAKE) --no-print-directory -j$$(nproc) tools selftests
	@OUTPUT='$(BUILD)/coverage' selftests/coverage/check $(GUESTS)

MANDIR = $(DESTDIR)$(PREFIX)/share/man

.PHONY: install
install: modules tools
	$(MAKE) $(KBUILD) $(if $(DESTDIR),INSTALL_MOD_PATH='$(DESTDIR)') modules_install
	$(MAKE) -C tools/irqctl O='$(BUILD)/tools' PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' install
	for page in $(wildcard Documentation/man/*.[1-9]); do \
		install -D -m 644 -t "$(MANDIR)/man$${page##*.}" "$$page" || exit; done

# Not what was downloaded, or unpacked from a package.
.PHONY: clean
clean:
	[ ! -d '$(BUILD)' ] || find '$(BUILD)' -mindepth 1 -maxdepth 1 \
		! -name cache ! -name 'linux-source-*' -exec rm -rf {} +

.PHONY: distclean
distclean:
	rm -rf '$(BUILD)'
