# `make help` lists what there is. `make run` and `make test` are all that most people need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: pictures autobahn bench bench-wire bench-fleet bench-live bench-depot bench-shop bench-orders hostile torture mutants simulate help run build test check format proto fuzz allocations

DATA ?= data
ARGS ?=
comma := ,

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

build: ## Build the mallbots executable (release)
	@scripts/setup
	@echo "Building mallbots (the first build takes some minutes) ..."
	@swift build -c release --product mallbots

run: build ## Start a mall with a small fleet and a trickle of orders; Ctrl-C stops it (DATA=folder, ARGS=...)
	@exec .build/release/mallbots demo --data $(DATA) $(ARGS)

test: ## Run every test that needs no special rights (ONLY=KernelTests,... for some)
	@scripts/setup --check
	@scripts/test $(if $(ONLY),--only $(ONLY),)

pictures: ## Take the documentation's pictures of the pages anew
	@scripts/setup --check
	@MALLBOTS_PICTURES=docs/pictures scripts/test --only Browser

check: ## Formatting, generated code, arrows between modules, scripts
	@scripts/setup --check
	@scripts/check

fuzz: ## Fuzz decoders and machines with libFuzzer and AddressSanitizer (TIME=seconds or RUNS=n for each; ONLY=frames,...)
	@scripts/setup
	@scripts/fuzz $(if $(RUNS),--runs $(RUNS),--time $(or $(TIME),60)) $(subst $(comma), ,$(ONLY))

autobahn: ## Run Autobahn's WebSocket suite against ours (AUTOBAHN="--short", or cases)
	@scripts/setup --check
	@scripts/autobahn $(AUTOBAHN)

simulate: ## Simulate whole malls, each from a seed, with crashes and a bad network (SEEDS=how many, SEED=one to show, COMPARE=how many in debug and release)
	@scripts/setup --check
	@scripts/simulate $(if $(COMPARE),--compare $(COMPARE),$(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000)))

hostile: build ## Attack a server while 100 healthy robots go on, and measure what they feel (about 12 minutes)
	@MALLBOTS=.build/release/mallbots HOSTILE=full python3 -m unittest discover --start-directory Tests/EndToEnd \
		--pattern 'test_hostile.py' --verbose

torture: build ## Break a mall at random under load, then check its books (MINUTES=n SEED=s TORTURE="--robots 400 ...")
	@MALLBOTS=.build/release/mallbots python3 Tests/EndToEnd/torture.py --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED),) $(TORTURE)

mutants: ## Plant bugs one at a time and see that each is caught (an hour; MUTANT=name for one; goes on where it was)
	@scripts/setup --check
	@scripts/mutants $(MUTANT)

bench: bench-wire bench-fleet bench-live bench-depot bench-shop bench-orders ## Measure everything: the six that follow (an hour)

bench-wire: ## Measure Wire beside a bare C server, gRPC and mosquitto, and print a table (half an hour; BENCH="--rows one,many --runs 5")
	@scripts/setup
	@scripts/bench $(BENCH)

bench-fleet: ## Measure a whole mall under load: robots, reconnecting, telemetry, durable reports, restarts (half an hour; FLEET="--rows durable --runs 1")
	@scripts/setup
	@scripts/bench-fleet $(FLEET)

bench-live: build ## What the staff's live pages cost with a thousand of them, and how soon they know (five minutes; LIVE="--rows slow")
	@scripts/bench-live $(LIVE)

allocations: ## Count allocations for each message, and hold them to their ceilings (release build)
	@scripts/setup
	@scripts/allocations

bench-depot: ## What the depot costs with a fleet of 10,000: assignments per second, an event, a snapshot (release build)
	@scripts/setup
	@MALLBOTS_BENCHMARKS=1 swift build -c release --product DepotBench
	@.build/release/DepotBench $(ARGS)

bench-orders: ## Measure orders through the kiosks' REST API, on disk, under many customers at once (ORDERS="--customers 64 --runs 1")
	@scripts/setup
	@scripts/bench-orders $(ORDERS)

bench-shop: ## How many orders a second the services place, each answered once it is on disk (release build; ARGS="--orders 30000")
	@scripts/setup
	@MALLBOTS_BENCHMARKS=1 swift build -c release --product ShopBench
	@.build/release/ShopBench $(ARGS)

format: ## Format the Swift sources in place
	@scripts/swift-sources | xargs swift format format --in-place --parallel

proto: ## Regenerate the code made from protos/
	@scripts/setup --check
	@scripts/proto
	@scripts/proto-python
