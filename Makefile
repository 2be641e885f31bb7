# Everything that people and machines do with this repository. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help run test check fmt shots bench bench-screens bench-cameras bench-peers soak verify packages web

CARGO ?= cargo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: packages web ## build, and serve the demo site, alive, on http://127.0.0.1:8080
	@CARGO="$(CARGO)" scripts/build-gridwatch
	@scripts/run-demo

test: packages web ## every test
	$(CARGO) test --quiet
	cd web && npm test --silent

check: packages web ## format, lints, types, docs, with and without video
	$(CARGO) fmt --check
	$(CARGO) clippy --quiet --all-targets -- -D warnings
	$(CARGO) clippy --quiet --all-targets --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --no-deps --document-private-items
	cd web && npm run --silent check

fmt: ## format the code
	$(CARGO) fmt

shots: packages web ## pictures of the pages, in target/shots
	@CARGO="$(CARGO)" scripts/build-gridwatch
	cd web && SHOTS=$(CURDIR)/target/shots npx vitest run tests

bench: packages ## every benchmark but bench-cameras and soak, each with its baseline; prints "name: value unit" lines
	@$(CARGO) bench --quiet $(addprefix --bench ,$(filter-out farm soak,$(basename $(notdir $(wildcard benches/*.rs)))))

bench-cameras: packages ## 309 cameras at once, against one pipeline each; SECONDS=300 for longer
	@$(CARGO) bench --quiet --bench farm

soak: packages ## 309 cameras for 30 minutes, some of them ill, one dead: what grows; MINUTES=5 for shorter
	@$(CARGO) bench --quiet --bench soak

bench-screens: packages web ## the wall under 50 reports a second: latency, long tasks, heap; SECONDS=300
	@CARGO="$(CARGO)" scripts/build-gridwatch
	cd web && SECONDS=$${SECONDS:-300} npx vitest run --reporter=dot --disable-console-intercept

bench-peers: packages ## benchmarks of heat and hotspots, then what others take for the same (from PyPI)
	@$(CARGO) bench --quiet --bench heat --bench hotspots
	@scripts/install-peers numpy opencv-python-headless datashader pillow esda libpysal scikit-learn KDEpy
	@target/peers/bin/python -W ignore scripts/peers-heat.py
	@target/peers/bin/python -W ignore scripts/peers-hotspots.py --times

verify: packages ## the long proofs: more random cases, more points
	PROPTEST_CASES=20000 GRIDWATCH_POINTS=1000000 GRIDWATCH_KILLS=200 GRIDWATCH_CHANGES=20000 GRIDWATCH_CAMERAS=309 $(CARGO) test --release --quiet
	@$(CARGO) bench --quiet --bench vision
	@scripts/install-packages python3-opencv
	@/usr/bin/python3 scripts/opencv-mog2.py
	@scripts/install-peers esda libpysal scikit-learn pymannkendall scipy
	@$(CARGO) build --release --quiet
	@target/peers/bin/python -W ignore scripts/peers-hotspots.py target/release/gridwatch .
	@target/peers/bin/python -W ignore scripts/peers-heat.py --values target/release/gridwatch .

packages:
	@scripts/install-packages

web:
	@scripts/build-web
