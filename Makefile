# Sluice. `make` sets up what is missing and builds build/sluice; `make help` lists the targets.
#
#   SETUP=0      neither install packages nor fetch anything: use what is here
#   CC=clang     another compiler
#   CPU_FLAGS=-march=native  for this machine's processor only
#   LTO=0        build/quick, linked in a second instead of a minute; a request takes 4 % more instructions there
#   SAN=address  build/address with AddressSanitizer and UndefinedBehaviorSanitizer; SAN=thread likewise
SHELL := /bin/bash
.DEFAULT_GOAL := all
SETUP ?= 1
SAN ?=
LTO ?= 1
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := $(shell cat VERSION)
PREFIX ?= /usr/local

# The order of the layers: a folder may use those before it. Also checked by scripts/lint.sh.
LAYERS := base config text wire chat gate intent verify price route shape upstream local ledger meter gateway report cmd

BUILD := build
OBJ := $(BUILD)/obj/$(notdir $(CC))$(if $(SAN),-$(SAN))
BIN := $(BUILD)/$(if $(SAN),$(SAN)/,$(if $(filter 0,$(LTO)),quick/))sluice

PACKAGES := libuv libcurl jansson libhs libpcre2-8 yaml-0.1 sqlite3 zlib libzstd
# Debian 13 has the library; Debian 12 has its C sources in the package node-llhttp.
LLHTTP_SOURCES := $(if $(shell pkg-config --exists libllhttp 2>/dev/null && echo y),,$(wildcard /usr/share/llhttp/*.c))
LLHTTP_FLAGS := $(if $(LLHTTP_SOURCES),-isystem /usr/share/include/llhttp,$(shell pkg-config --cflags libllhttp 2>/dev/null))
LLHTTP_LIBS := $(if $(LLHTTP_SOURCES),,$(shell pkg-config --libs libllhttp 2>/dev/null))

# Hyperscan needs SSSE3 anyway; what else came with SSE4.2 (2009) is x86-64-v2, a name that older compilers lack.
CPU_FLAGS ?= $(if $(filter x86_64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),-msse4.2 -mpopcnt -mcx16)

# gcc clears and copies structures of about 80 bytes and more by `rep stos` and `rep movs`, some 50 cycles each to
# start; a request did so thirty times. Stores of 16 bytes instead, as clang has them: it does not know the options.
STRUCT_FLAGS := -mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign \
  -mmemcpy-strategy=vector_loop:512:noalign,libcall:-1:noalign
STRUCT_FLAGS := $(shell $(CC) $(STRUCT_FLAGS) -x c -E /dev/null >/dev/null 2>&1 && echo $(STRUCT_FLAGS))

# A function begins a cache line, and what is jumped to is not padded: a request runs through a tenth fewer lines of code,
# nearly all of them once. Loops stay aligned. clang does not know these either, and only warns.
LAYOUT_FLAGS := -falign-functions=64 -falign-jumps=1 -falign-labels=1
LAYOUT_FLAGS := $(shell $(CC) -Werror $(LAYOUT_FLAGS) -x c -E /dev/null >/dev/null 2>&1 && echo $(LAYOUT_FLAGS))

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
ifeq ($(SAN),address)
  SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1
else ifeq ($(SAN),thread)
  SAN_FLAGS := -fsanitize=thread -O1
else
  SAN_FLAGS := -O3 -D_FORTIFY_SOURCE=2 $(STRUCT_FLAGS) $(LAYOUT_FLAGS) # -O2 takes 8 % more of the processor for gate, score and plan
endif
# A request makes some three hundred calls of functions of a few instructions in other files: in the program they are
# compiled together, from what its objects hold beside their code (tests link that). report and cmd are on no such way.
LTO_OBJECT := $(if $(SAN),,$(if $(findstring gcc,$(CC)),-flto -ffat-lto-objects))
# (What may be used uninitialized was warned of file by file.) A -fno-lto is not taken back by what follows it.
LTO_LINK := $(if $(filter 0,$(LTO)),,$(if $(LTO_OBJECT),-flto=auto -Wno-maybe-uninitialized))
# Libraries' functions are called by their addresses, all of them bound at the start and read-only from then on: no
# detour by a table of jumps, some forty cache lines of them a request.
LINK_FLAGS := -Wl,-z,relro,-z,now
CFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE -Isrc -DSLUICE_VERSION='"$(VERSION)"' -DSLUICE_PREFIX='"$(PREFIX)"' $(WARN) -g $(SAN_FLAGS) $(CPU_FLAGS) \
  -fno-lto -fstack-protector-strong -fno-common -fno-plt -pthread $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null) $(LLHTTP_FLAGS) $(CFLAGS)
LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) $(LLHTTP_LIBS) -lm -pthread $(LINK_FLAGS) $(LDFLAGS)

sources = $(foreach d,$(1),$(sort $(wildcard src/$(d)/*.c)))
objects = $(patsubst src/%.c,$(OBJ)/%.o,$(call sources,$(1)))
LLHTTP_OBJECTS := $(patsubst /usr/share/llhttp/%.c,$(OBJ)/llhttp/%.o,$(LLHTTP_SOURCES))
ALL_OBJECTS := $(call objects,$(LAYERS)) $(OBJ)/main.o

.PHONY: all build setup run test unit e2e bench eval-model eval-cascade eval-gate bench-gate eval-router bench-router bench-audit lint check-deep fuzz install uninstall clean help
ifeq ($(SETUP),1)
all: setup
	@$(MAKE) --no-print-directory build SETUP=0
build: all
else
all build: $(BIN)
endif

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1 \t/' | expand -t 20

setup: ## install what is missing (packages, llama-server)
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build

$(BIN): $(ALL_OBJECTS) $(LLHTTP_OBJECTS)
	@mkdir -p $(@D)
	@echo "  link  $@"
	@$(CC) $(if $(LTO_LINK),$(filter-out -fno-lto,$(CFLAGS_ALL)) $(LTO_LINK),$(CFLAGS_ALL)) -o $@ $^ $(LIBS)

$(OBJ)/report/%.o $(OBJ)/cmd/%.o: LTO_OBJECT :=
$(OBJ)/%.o: src/%.c
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CFLAGS_ALL) $(LTO_OBJECT) -MMD -MP -c -o $@ $<

# Somebody else's sources: our warnings do not apply.
$(OBJ)/llhttp/%.o: /usr/share/llhttp/%.c
	@mkdir -p $(@D)
	@$(CC) -O2 -g $(CPU_FLAGS) -isystem /usr/share/include/llhttp $(filter -fsanitize%,$(SAN_FLAGS)) -c -o $@ $<

# The layers up to one of them.
upto = $(if $(filter $(1),$(firstword $(2))),$(1),$(firstword $(2)) $(call upto,$(1),$(wordlist 2,99,$(2))))
# What is built into the binary.
$(OBJ)/config/embedded.o: $(wildcard data/intent.weights data/prices.json data/names.weights)
$(OBJ)/report/html.o: $(BUILD)/web/report.html

# The page of the reports: web/report.html, where a line "@include FILE" stands for that file.
WEB_PARTS := $(addprefix web/,$(shell sed -n 's/^@include //p' web/report.html))
$(BUILD)/web/report.html: web/report.html $(WEB_PARTS)
	@mkdir -p $(@D)
	@echo "  page  $@"
	@awk '$$1 == "@include" { while ((getline line < ("web/" $$2)) > 0) print line; next } { print }' $< > $@
web/node_modules/%:
	@echo "make: $@ is missing. Run scripts/fetch-web.sh (it needs npm), or make setup" >&2; exit 1

# ---------------------------------------------------------------- tests
# tests/unit/LAYER/x_test.c is linked with the layers up to LAYER only: a layer that needs a lower one does not link.
UNIT_TESTS := $(sort $(wildcard tests/unit/*/*_test.c))
UNIT_BINS := $(patsubst tests/unit/%_test.c,$(BUILD)/unit$(if $(SAN),-$(SAN))/%,$(UNIT_TESTS))

define unit_rule
$(BUILD)/unit$(if $(SAN),-$(SAN))/$(1)/%: tests/unit/$(1)/%_test.c $$(call objects,$$(call upto,$(1),$$(LAYERS))) $$(LLHTTP_OBJECTS)
	@mkdir -p $$(@D)
	@echo "  test  $$<"
	@$$(CC) $$(CFLAGS_ALL) -Itests/unit -MMD -MP -MF $$@.d -MT $$@ -o $$@ $$(filter %.c %.o,$$^) $$(shell pkg-config --libs cmocka) $$(LIBS)
unit-$(1): $$(filter $(BUILD)/unit$(if $(SAN),-$(SAN))/$(1)/%,$$(UNIT_BINS)) ## unit tests of one layer
	@scripts/run-unit.sh $$^
.PHONY: unit-$(1)
endef
$(foreach l,$(LAYERS),$(eval $(call unit_rule,$(l))))

unit: $(UNIT_BINS) ## unit tests
	@scripts/run-unit.sh $^

test: ## set up, build and run every test: unit and end to end, under AddressSanitizer and UBSan
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build test
	@scripts/test.sh

e2e: ## end-to-end tests with real clients (SLUICE_BIN=... for another binary)
	@tests/e2e/run.sh

run: ## set up, build and start the gateway with its embedded model
	@$(MAKE) --no-print-directory all
	@$(BIN) serve

bench: ## compare with nginx; writes docs/benchmarks.md
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build bench
	@$(MAKE) --no-print-directory build SETUP=0
	@scripts/bench.sh

eval-model: ## the embedded model on unseen instances of its five tasks; writes models/tiny/RESULTS.md
	@models/tiny/evaluate.sh

eval-cascade: ## which of the embedded model's answers the checks doubt, and with what right; writes models/tiny/CASCADE.md
	@models/tiny/cascade.sh

eval-gate: ## what the policy gate finds, on labelled data in DATA (FOLDS: see scripts/eval-gate.py); writes docs/gate-figures.md
	@[ -n "$(DATA)" ] || { echo "make eval-gate DATA=/where/the/labelled/data/is (see scripts/eval-gate.py --help)" >&2; exit 2; }
	@$(MAKE) --no-print-directory build SETUP=0
	@scripts/eval-gate.py $(DATA) --sluice $(BIN) $(if $(FOLDS),--folds $(FOLDS)) --write docs/gate-figures.md

bench-gate: ## what a scan costs, against the same rules as regular expressions; writes docs/gate-figures.md
	@$(MAKE) --no-print-directory $(BUILD)/bench/gate SETUP=0
	@$(BUILD)/bench/gate bench/gate_patterns.txt > $(BUILD)/bench/gate.table; status=$$?; cat $(BUILD)/bench/gate.table; \
	  scripts/put_table.py docs/gate-figures.md bench "make bench-gate" < $(BUILD)/bench/gate.table && exit $$status

eval-router: ## the figures of the intent score, on labelled data in DATA; writes docs/router-figures.md
	@[ -n "$(DATA)" ] || { echo "make eval-router DATA=/where/the/labelled/data/is (see scripts/eval-router.py --help)" >&2; exit 2; }
	@$(MAKE) --no-print-directory build SETUP=0
	@scripts/eval-router.py $(DATA) --sluice $(BIN) $(if $(WEIGHTS),--weights $(WEIGHTS)) --write docs/router-figures.md; status=$$?; \
	  models/intent/fit.sh $(DATA) --figures > $(BUILD)/shipped.figures && sed -n '/^|/p' $(BUILD)/shipped.figures | tee $(BUILD)/shipped.table && \
	  scripts/put_table.py docs/router-figures.md shipped "make eval-router DATA=..." < $(BUILD)/shipped.table && exit $$status

bench-router: ## what a decision of the intent score costs; writes docs/router-figures.md
	@[ -n "$(DATA)" ] || { echo "make bench-router DATA=/where/the/labelled/data/is" >&2; exit 2; }
	@$(MAKE) --no-print-directory build $(BUILD)/bench/router SETUP=0
	@$(BIN) learn --from $(DATA)/router/gsm8k.jsonl --out $(BUILD)/bench/router.weights > /dev/null
	@$(BUILD)/bench/router bench/gate_patterns.txt $(DATA)/router/mmlu.jsonl $(BUILD)/bench/router.weights > $(BUILD)/bench/router.table; \
	  status=$$?; cat $(BUILD)/bench/router.table; \
	  scripts/put_table.py docs/router-figures.md bench "make bench-router DATA=..." < $(BUILD)/bench/router.table && exit $$status

# For models/*/*.sh.
$(BUILD)/fusion-features: models/fusion/features.c $(call objects,$(call upto,gate,$(LAYERS))) $(LLHTTP_OBJECTS)
	@$(CC) $(CFLAGS_ALL) -o $@ $^ $(LIBS)
$(BUILD)/intent-fit: $(wildcard models/intent/*.[ch]) $(call objects,$(call upto,intent,$(LAYERS))) $(LLHTTP_OBJECTS)
	@$(CC) $(CFLAGS_ALL) -o $@ $(filter-out %.h,$^) $(LIBS)
$(BUILD)/names-fit: $(wildcard models/names/*.[ch]) $(call objects,$(call upto,gate,$(LAYERS))) $(LLHTTP_OBJECTS)
	@$(CC) $(CFLAGS_ALL) -o $@ $(filter-out %.h,$^) $(LIBS)

$(BUILD)/bench/gate: bench/gate.c bench/gate_texts.c bench/gate_patterns.c bench/pattern_loop.c $(call objects,$(call upto,gate,$(LAYERS))) $(LLHTTP_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS_ALL) -Ibench -o $@ $^ $(LIBS)

$(BUILD)/bench/router: bench/router.c bench/gate_patterns.c bench/pattern_loop.c $(call objects,$(call upto,intent,$(LAYERS))) $(LLHTTP_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS_ALL) -Ibench -o $@ $^ $(LIBS)

bench-audit: ## `sluice audit` against sqlite3 over ROWS rows (5,000,000); writes docs/audit-figures.md
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build bench
	@$(MAKE) --no-print-directory build $(BUILD)/bench/audit_rows SETUP=0
	@bench/audit.py $(BIN) $(BUILD)/bench/audit_rows $(BUILD)/bench $(ROWS) > $(BUILD)/bench/audit.table; status=$$?; \
	  cat $(BUILD)/bench/audit.table; [ -n "$(ROWS)" ] || scripts/put_table.py docs/audit-figures.md bench "make bench-audit" \
	  < $(BUILD)/bench/audit.table && exit $$status

$(BUILD)/bench/audit_rows: bench/audit_rows.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS_ALL) -o $@ $< -lm

lint: ## rules that a program can check
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build test lint
	@$(MAKE) --no-print-directory build SETUP=0
	@$(MAKE) --no-print-directory build SETUP=0 CC=clang BIN=$(BUILD)/clang/sluice
	@scripts/lint.sh

check-deep: ## TSan, valgrind and the unit tests of both compilers; slow
	@[ "$(SETUP)" = 0 ] || scripts/setup.sh build test lint
	@scripts/check-deep.sh

# ---------------------------------------------------------------- fuzzing
FUZZERS := $(patsubst tests/fuzz/%_fuzz.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SECONDS ?= 60
FUZZ_FLAGS = -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -O1
$(BUILD)/fuzz/%: tests/fuzz/%_fuzz.c $(call sources,$(filter-out gateway report cmd,$(LAYERS))) $(LLHTTP_OBJECTS)
	@mkdir -p $(@D)
	@echo "  fuzz  $@"
	@clang $(filter-out -D_FORTIFY_SOURCE=2 -O3 $(STRUCT_FLAGS) $(LAYOUT_FLAGS),$(CFLAGS_ALL)) $(FUZZ_FLAGS) -o $@ $(filter-out %.o,$^) $(LLHTTP_OBJECTS) $(LIBS)
# The readers of logs stand above the layers that the others need.
$(BUILD)/fuzz/report: $(patsubst %,src/report/%.c,values fields format layout window csv pick pieces source unpack \
  reader reader_csv reader_json reader_ledger)
fuzz: $(FUZZERS) ## fuzz every parser for FUZZ_SECONDS each
	@for f in $(FUZZERS); do n=$$(basename $$f); mkdir -p $(BUILD)/corpus/$$n tests/fuzz/corpus/$$n; \
	  echo "  $$n"; $$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1 -artifact_prefix=$(BUILD)/corpus/ \
	  $(BUILD)/corpus/$$n tests/fuzz/corpus/$$n || exit 1; done

# ---------------------------------------------------------------- install
install: build ## into PREFIX (default /usr/local)
	install -Dm755 $(BIN) $(DESTDIR)$(PREFIX)/bin/sluice
	install -Dm644 data/tiny.gguf $(DESTDIR)$(PREFIX)/share/sluice/tiny.gguf
	install -Dm644 sluice.example.yaml $(DESTDIR)$(PREFIX)/share/sluice/sluice.example.yaml
	install -Dm644 packaging/man/sluice.1 $(DESTDIR)$(PREFIX)/share/man/man1/sluice.1
	install -Dm644 packaging/completion/sluice.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sluice
	install -Dm644 packaging/completion/_sluice $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sluice
	install -Dm644 packaging/completion/sluice.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sluice.fish
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin|$(PREFIX)/bin|' packaging/systemd/sluice.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/sluice.service
	if [ -d $(BUILD)/llama/lib ]; then mkdir -p $(DESTDIR)$(PREFIX)/lib/sluice && cp -a $(BUILD)/llama $(DESTDIR)$(PREFIX)/lib/sluice/; fi

uninstall: ## undo install
	rm -rf $(DESTDIR)$(PREFIX)/bin/sluice $(DESTDIR)$(PREFIX)/share/sluice $(DESTDIR)$(PREFIX)/lib/sluice
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/sluice.1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sluice \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_sluice $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sluice.fish \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system/sluice.service

-include $(shell find $(OBJ) $(BUILD)/unit$(if $(SAN),-$(SAN)) -name '*.d' 2>/dev/null)

clean: ## remove what was built (keeps the private prefix with llama-server)
	@find $(BUILD) -mindepth 1 -maxdepth 1 ! -name llama -exec rm -rf {} + 2>/dev/null || true
