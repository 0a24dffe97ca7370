.PHONY: run test bench lint watch deploy sync kill-rounds

run: ; @infra/run
test: ; @tests/run
bench: ; @tests/bench/run
lint: ; @.ci/lint
sync: ; @cargo run --quiet --package infra-gen -- sync
watch: ; @infra/watch
deploy: ; @infra/deploy
kill-rounds: ; @ATELIER_KILL_ROUNDS=10 tests/run --package faults kill
