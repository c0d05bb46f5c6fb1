# The one entry point. `make` prints this list.
PY := .venv/bin/python
override WHY := $(value WHY)
export WHY
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
.DEFAULT_GOAL := help
.PHONY: help setup up down status access gen-data load-data doctor mapping-check check-expected own-data rejects undo-load next-day refresh alerts-test dbt-deps dbt-run dbt-test docs insights app stop backup restore pgadmin psql metrics publish rollback score judge all check test lint mutate bench bench-app screenshots lock clean

help:        ## this list
	@grep -hE '^[a-z-]+: .*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/.complete: requirements.lock
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements.lock)"
	@echo "installing the locked packages …" && $(PY) -m uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@touch $@

setup: .venv/.complete ## make .venv from the lock, and .env with random passwords
	@test -f .env -a -f .run/access.made -a -f alerts.yml -a .run/secrets -nt .env && grep -q ^TOWER_SECRETS= .env || $(PY) -m warehouse env

up: setup ## start the warehouse (Docker when an engine answers, otherwise embedded)
	@$(PY) -m warehouse up

down: stop ## stop the dashboard and the warehouse; the data stay
	@$(PY) -m warehouse pgadmin stop
	@$(PY) -m warehouse down

status: setup ## where the warehouse runs and what is loaded
	@$(PY) -m warehouse status

access: up ## apply access.yml: who may see which segments and regions
	@$(PY) -m warehouse access

gen-data: setup ## write the synthetic company's CSV files (NUM_ACCOUNTS, SEED, …)
	@$(PY) -m data_gen

load-data: up ## check the files and load them (DATA=folder MAPPING=name MODE=merge STRICT=1 MAX_REJECTS=5 DATES=dmy NUMBERS=comma FROM=day)
	@$(PY) -m loader $(if $(DATA),--data $(DATA)) $(if $(MAPPING),--mapping $(MAPPING)) $(if $(MODE),--mode $(MODE)) $(if $(STRICT),--strict) $(if $(MAX_REJECTS),--max-rejects $(MAX_REJECTS)) $(if $(DATES),--dates $(DATES)) $(if $(NUMBERS),--numbers $(NUMBERS)) $(if $(FROM),--from $(FROM))

doctor: setup ## what a folder of unknown files is, a draft mapping and what would work (DATA=folder OUT=draft.yml)
	@$(PY) -m loader doctor $(DATA) $(if $(OUT),--out $(OUT))

mapping-check: setup ## which columns a mapping fills, guesses or leaves empty (DATA=folder MAPPING=name)
	@$(PY) -m loader mapping-check $(if $(DATA),--data $(DATA)) $(if $(MAPPING),--mapping $(MAPPING))

check-expected: up ## compare the totals that you know, DATA/expected.yml, with the dashboard's (DATA=folder)
	@$(PY) -m metrics expected $(if $(DATA),--data $(DATA))

own-data: load-data ## your files to a dashboard: load, build, test and show them (DATA=folder MAPPING=name)
	@$(PY) -m warehouse.dbt --quiet build --exclude-resource-type unit_test
	@$(PY) -m app start
	@$(PY) -m metrics your-data

rejects: up ## write the rejected rows of a load as files to mend (RUN=number OUT=folder)
	@$(PY) -m loader rejects $(if $(RUN),--run $(RUN)) $(if $(OUT),--out $(OUT))

undo-load: up ## take the last load back, if it replaced another: that one is in force again
	@$(PY) -m loader undo

next-day: up ## make the synthetic company's next day and merge it
	@$(PY) -m data_gen.next_day

refresh: setup ## by itself: load what lies in inbox/, build, test and show it, then archive the files (INBOX=folder)
	@$(PY) -m refresh

alerts-test: up ## say what alerts.yml would send now, without sending it
	@$(PY) -m refresh --alerts-test

dbt-deps: setup ## install dbt packages: none are needed
	@echo "this project needs no dbt packages"

dbt-run: up ## build the marts, beside those that are shown
	@$(PY) -m warehouse.dbt --quiet build --resource-type model --resource-type snapshot

dbt-test: up ## run every data test and unit test; what passes is shown
	@$(PY) -m warehouse.dbt test

score: up ## score what is loaded, as each build does: ticket topics, days, churn risk, forecast (SCORERS=topics DRY=1)
	@$(PY) -m scoring $(SCORERS) $(if $(DRY),--dry-run)

judge: setup ## judge every scorer on what ships and on ten synthetic companies: figures, baselines, bounds (SCORERS=topics COMPANIES=1)
	@$(PY) -m scoring $(SCORERS) --self-test $(if $(COMPANIES),--companies $(COMPANIES))

publish: up ## show the candidate though it has not passed (FORCE=1 WHY="the reason, which stands on every page")
	@$(PY) -m warehouse publish $(if $(FORCE),--force) $(if $(value WHY),--why "$$WHY")

rollback: up ## show an earlier publication again (TO=number, else the one before)
	@$(PY) -m warehouse rollback $(if $(TO),--to $(TO))

docs: up ## docs/models.md, and dbt docs at http://localhost:8081 (column lineage under /lineage)
	@$(PY) -m warehouse.docs && $(PY) -m warehouse.dbt docs generate && $(PY) -m warehouse.dbt docs serve --port 8081

insights: up ## write INSIGHTS.md from the marts
	@$(PY) -m insights

app: up ## start the dashboard in the background
	@$(PY) -m app start

stop: setup ## stop the dashboard
	@$(PY) -m app stop

backup: up ## write what cannot be rebuilt into one file, without passwords (FILE=backups/name.dump)
	@$(PY) -m warehouse backup $(if $(FILE),--file "$(FILE)")

restore: up ## fill an empty warehouse from a backup and build it (FILE=backups/name.dump, FORCE=1 replaces a filled one)
	@$(if $(FILE),:,echo "error: name the backup: make restore FILE=backups/name.dump" >&2; exit 1)
	@$(PY) -m warehouse restore "$(FILE)" $(if $(FORCE),--force)
	@$(PY) -m warehouse.dbt --quiet build --exclude-resource-type unit_test

pgadmin: up ## start pgAdmin with the warehouse registered
	@$(PY) -m warehouse pgadmin start

psql: up ## open psql as reader
	@$(PY) -m warehouse psql

metrics: up ## list every metric with its definition (FIND=word)
	@$(PY) -m metrics list $(FIND)

all: up gen-data ## the whole path: generate, load, build and test, insights, dashboard
	@$(PY) -m loader
	@$(PY) -m warehouse.dbt --quiet build --exclude-resource-type unit_test
	@$(PY) -m insights
	@$(PY) -m app start
	@$(PY) -m insights --headline

test: setup ## every test (browser tests need Chromium)
	@$(PY) -m pytest -n 3

check: setup ## before every commit, in a minute: ruff, mypy and every test that needs no server
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m pytest -n 2 -m "not server"

lint: setup ## ruff, mypy and sqlfluff; no warehouse is needed
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m warehouse.dbt lint

mutate: up ## plant every common mistake into the models: some test must fail for each
	@$(PY) -m tests.dbt.mutate

bench: up ## time the whole path, and the loader beside psql's \copy
	@$(PY) -m benchmarks

bench-app: up ## 50 people walk the pages of one dashboard: times per page, cold, warm and crowded, and memory
	@$(PY) -m benchmarks.app

screenshots: app ## pictures of every page, wide in light and dark and narrow, into docs/images
	@$(PY) -m tests.e2e.screenshots

lock: setup ## resolve pyproject.toml anew into requirements.lock
	@$(PY) -m uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header --no-annotate --no-strip-extras --python-version 3.11 -q -U -o requirements.lock

clean: ## remove what was generated; the warehouse and .env stay
	@rm -rf data dbt/target dbt/logs logs test-artifacts .pytest_cache .mypy_cache .ruff_cache && find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
