-- Schemas, the reader's rights and the audit tables. Safe to run again.
create schema if not exists raw;
create schema if not exists staging;
create schema if not exists intermediate;
create schema if not exists marts;
create schema if not exists scores;
create schema if not exists ops;

create table if not exists ops.load_runs (
    load_run_id bigint generated always as identity primary key,
    started_at timestamp not null,
    finished_at timestamp,
    loaded_by varchar(255) not null,
    status varchar(20) not null check (status in ('succeeded', 'failed')),
    source_folder varchar(4000) not null,
    file_hashes jsonb not null,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_rejected bigint not null,
    data_start_date date,
    as_of_date date,
    message varchar(4000)
);
alter table ops.load_runs add column if not exists mode varchar(20) not null default 'replace';
create table if not exists ops.load_files (
    load_run_id bigint not null,
    source_table varchar(255) not null,
    file varchar(4000) not null,
    sha256 varchar(64) not null,
    status varchar(20) not null check (status in ('loaded', 'refused', 'not loaded', 'deleted')),
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_rejected bigint not null,
    header varchar,
    delimiter varchar(1),
    extra_columns jsonb not null,
    notes jsonb not null
);
create table if not exists ops.rejected_rows (
    load_run_id bigint not null,
    source_table varchar(255) not null,
    file varchar(4000) not null,
    line bigint not null,
    rule varchar(255) not null,
    column_name varchar(255) not null,
    message varchar(4000) not null,
    raw_text varchar not null
);
create index if not exists rejected_rows_load_run_id on ops.rejected_rows (load_run_id);
create table if not exists ops.merged_rows (
    source_table varchar(255) not null,
    row_key varchar(255) not null,
    as_of_date date not null,
    primary key (source_table, row_key)
);
create table if not exists ops.expected_checks (
    checked_at timestamp not null,
    load_run_id bigint,
    as_of_date date,
    file varchar(4000) not null,
    line integer not null,
    metric varchar(255) not null,
    month date,
    filters jsonb not null,
    expected_value numeric not null,
    tolerance numeric not null,
    found_value numeric,
    status varchar(20) not null check (status in ('as expected', 'off', 'no value'))
);
create table if not exists ops.publications (
    publication_id bigint generated always as identity primary key,
    published_at timestamp not null,
    load_run_id bigint,
    as_of_date date,
    models integer not null,
    tests integer not null,
    status varchar(20) not null
);

grant usage on schema marts, scores, ops to tower_reader;
grant select on all tables in schema marts, scores to tower_reader;
grant select on ops.load_runs, ops.load_files, ops.rejected_rows, ops.expected_checks, ops.publications to tower_reader;
alter default privileges in schema marts grant select on tables to tower_reader;
alter default privileges in schema scores grant select on tables to tower_reader;
