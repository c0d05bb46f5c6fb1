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
create table if not exists ops.publications (
    publication_id bigint generated always as identity primary key,
    published_at timestamp not null,
    load_run_id bigint,
    as_of_date date,
    models integer not null,
    tests integer not null,
    status varchar(20) not null
);
create table if not exists ops.saved_views (
    view_id bigint generated always as identity primary key,
    name varchar(80) not null check (name = trim(name) and name <> ''),
    page varchar(40) not null,
    query_string varchar(4000) not null,
    created_at timestamp not null,
    created_by varchar(255) not null
);
create unique index if not exists saved_views_name on ops.saved_views (lower(name));

grant usage on schema marts, scores, ops to tower_reader;
grant select on all tables in schema marts, scores to tower_reader;
grant select on ops.load_runs, ops.publications to tower_reader;
grant select, insert, delete on ops.saved_views to tower_reader;
alter default privileges in schema marts grant select on tables to tower_reader;
alter default privileges in schema scores grant select on tables to tower_reader;
