#!/usr/bin/env bash
# The server's first start: tower_owner, who is no superuser, and its database. Nobody signs in as superuser afterwards.
set -euo pipefail
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U postgres -d template1 -v password="$POSTGRES_PASSWORD" <<'SQL'
create role tower_owner login createdb createrole in role pg_signal_backend password :'password';
\i /functions.sql
SQL
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -U postgres -d postgres -v name="$TOWER_DATABASE" <<'SQL'
create database :"name" owner tower_owner;
alter role postgres password null;
SQL
