# Every command is a function in scripts/make.py; without make: python3 scripts/make.py demo
PYTHON ?= python3
RUN = $(PYTHON) scripts/make.py

.DEFAULT_GOAL := help

ifeq ($(firstword $(MAKECMDGOALS)),find)

# what follows `find` is a term, not a target
TERM := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: find $(TERM)
find:
	@$(RUN) find $(TERM)
$(TERM):
	@:
%: # a term of several words in quotes
	@:
Makefile: ;

else

.PHONY: help setup demo test check lint laws cases bench mutate serve find update-golden lock clean

help: ## Show this list
	@$(RUN) help
setup: ## Make .venv and put the program at .venv/bin/partita
	@$(RUN) setup
demo: ## Show a group's months in both finance modes, from money and usage to proof
	@$(RUN) demo $(ARGS)
test: ## Run all tests
	@$(RUN) test $(ARGS)
check: ## Check format, lint and types, and run all tests
	@$(RUN) check $(ARGS)
lint: ## Check format, lint and types only
	@$(RUN) lint
laws: ## Run the properties that hold for all input
	@$(RUN) laws $(ARGS)
cases: ## Play the scenarios that finance staff can read
	@$(RUN) cases $(ARGS)
bench: ## Measure speed and memory, write docs/bench.md
	@$(RUN) bench $(ARGS)
mutate: ## See whether the tests of the money code notice changes of it, write the score into docs/bench.md
	@$(RUN) mutate $(ARGS)
serve: ## Serve the HTTP API (planned; says what to use now)
	@$(RUN) serve
find: ## Find a term in English or Chinese: make find 停复机
	@$(RUN) find
update-golden: ## Write what happens now into the golden files
	@$(RUN) update-golden $(ARGS)
lock: ## Write requirements.lock anew from pyproject.toml
	@$(RUN) lock
clean: ## Remove .venv and caches; the books stay
	@$(RUN) clean

endif
