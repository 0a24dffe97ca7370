.PHONY: run test bench models lint watch deploy sync kill-rounds

run: ; @infra/run
test: ; @tests/run
bench: ; @tests/bench/run
models: ; @cargo run --quiet --package model-fetch -- fetch
lint: ; @.ci/lint
sync: ; @cargo run --quiet --package infra-gen -- sync
watch: ; @infra/watch
deploy: ; @infra/deploy
kill-rounds: ; @ATELIER_KILL_ROUNDS=10 tests/run --package faults kill
