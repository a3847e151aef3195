# SPDX-License-Identifier: GPL-2.0-only
#
# For people; what the modules consist of is in Kbuild. All products go to build/.

KERNELS  ?= 6.12 6.1
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
MDIR  = $(BUILD)/$(KREL)

# Debian 12's pahole is too old to make BTF with the headers of 6.12.
KBUILD = $(MAKE) -C '$(KDIR)' M='$(MDIR)' CONFIG_DEBUG_INFO_BTF_MODULES=

.PHONY: all
all: modules tools

.PHONY: help
help:
	@echo 'make                 build the modules for the running kernel, and the tools'
	@echo '     KDIR=DIR        ... for the kernel whose headers or build tree are in DIR'
	@echo '     KERNEL=NAME     ... for one of Debian 12: 6.12, 6.1, 6.12-rt or 6.1-rt'
	@echo 'make modules, tools  only these'
	@echo 'make demo            watch it work in a virtual machine (KERNEL=6.12)'
	@echo 'make check           run all tests in virtual machines (KERNELS="$(KERNELS)")'
	@echo 'make lint            run all static checks'
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
	$(KBUILD) modules
	@mv '$(MDIR)/.started' '$(MDIR)/.stamp'

.PHONY: tools
tools:
	@mkdir -p '$(BUILD)/tools'
	@touch '$(BUILD)/tools/.started'
	$(MAKE) -C tools/irqctl O='$(BUILD)/tools'
	@mv '$(BUILD)/tools/.started' '$(BUILD)/tools/.stamp'

.PHONY: clean
clean:
	find '$(BUILD)' -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +

.PHONY: distclean
distclean:
	rm -rf '$(BUILD)'
