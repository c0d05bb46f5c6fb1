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
    status varchar(20) not null check (status in ('succeeded', 'failed', 'undone')),
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
alter table ops.load_runs add column if not exists as_of_source varchar(255);  -- the column that says what today is
alter table ops.load_runs add column if not exists rows_later bigint not null default 0;  -- dated after the load
do $$
begin
    if not exists (
        select from pg_constraint
        where conrelid = 'ops.load_runs'::regclass and conname = 'load_runs_status_check'
            and pg_get_constraintdef(oid) like '%undone%'
    ) then
        alter table ops.load_runs drop constraint if exists load_runs_status_check;
        alter table ops.load_runs add constraint load_runs_status_check
            check (status in ('succeeded', 'failed', 'undone'));
    end if;
end
$$;
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
create table if not exists ops.contradictions (
    load_run_id bigint not null,
    source_table varchar(255) not null,
    rule varchar(255) not null,
    row_key varchar(255) not null,
    believed varchar(255) not null,
    primary key (source_table, rule, row_key)
);
create table if not exists ops.loaded_tables (
    source_table varchar(255) primary key,
    load_run_id bigint not null,
    empty_columns jsonb not null,  -- in which no row has a value
    currencies jsonb not null  -- code: rows
);
create table if not exists ops.word_spellings (
    kind varchar(32) not null,
    spelling varchar(255) not null,
    value varchar(255) not null,
    row_count bigint not null,
    primary key (kind, spelling)
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
alter table ops.publications add column if not exists warnings varchar(4000) not null default '';
alter table ops.publications add column if not exists build_id bigint;
alter table ops.publications add column if not exists kept boolean not null default false;  -- its schema marts_<id> is there
alter table ops.publications add column if not exists shown_at timestamp;  -- the newest of those kept is what marts shows
alter table ops.publications add column if not exists forced varchar(4000) not null default '';  -- why, though nothing passed it
alter table ops.publications add column if not exists definitions varchar(64);  -- of its metrics, in ops.definitions
create table if not exists ops.definitions (
    digest varchar(64) primary key,
    content varchar not null
);
alter table ops.publications add column if not exists continues bigint;  -- what was shown before it, unless it is a new start
create or replace view ops.shown as
    select publication_id, forced
    from ops.publications
    where kept and shown_at is not null
    order by shown_at desc
    limit 1;
create table if not exists ops.builds (
    build_id bigint generated always as identity primary key,
    started_at timestamp not null,
    finished_at timestamp,
    load_run_id bigint not null,
    as_of_date date,
    status varchar(20) not null check (status in ('running', 'failed', 'built', 'refused', 'published')),
    message varchar(4000) not null default ''
);
create table if not exists ops.refresh_runs (
    refresh_run_id bigint generated always as identity primary key,
    started_at timestamp not null,
    finished_at timestamp,
    started_by varchar(20) not null check (started_by in ('hand', 'schedule')),
    status varchar(20) not null check (status in ('running', 'succeeded', 'failed', 'nothing to do')),
    steps jsonb not null default '[]',  -- of each: step, started_at, seconds, outcome, tries, message
    message varchar(4000) not null default ''
);
create table if not exists ops.alert_states (
    rule varchar(255) primary key,
    is_open boolean not null,
    opened_on date,
    said_on date,
    resolved_on date,
    checked_on date not null,
    finding varchar(4000) not null,
    finding_key varchar(255) not null,
    link varchar(4000) not null
);
alter table ops.alert_states add column if not exists page varchar(255) not null default '';  -- that shows what was found
create table if not exists ops.alert_messages (
    message_id bigint generated always as identity primary key,
    message_key varchar(255) not null,  -- of one run, or one digest: no target gets it twice
    target varchar(255) not null,
    created_at timestamp not null,
    title varchar(255) not null,
    body varchar not null,
    attachment bytea,
    status varchar(20) not null check (status in ('waiting', 'sending', 'sent', 'failed', 'unanswered')),
    tries integer not null default 0,
    sent_at timestamp,
    message varchar(4000) not null default '',
    unique (message_key, target)
);
create table if not exists ops.alert_snoozes (
    snooze_id bigint generated always as identity primary key,
    rule varchar(255) not null,
    until date,
    finding_key varchar(255),  -- silent as long as this is what is found
    person varchar(255) not null,
    created_by varchar(255) not null default session_user,
    created_at timestamp not null default (clock_timestamp() at time zone 'utc')
);
alter table ops.builds add column if not exists models varchar(64);  -- which SQL it was built by
alter table ops.builds add column if not exists tests integer not null default 0;  -- passed by a build that is held all the same
create table if not exists ops.holds (  -- why it is held: what is further from what is shown than company.yml allows
    build_id bigint not null,
    check_name varchar(32) not null,
    what varchar(255) not null,
    unit varchar(8) not null check (unit in ('money', 'count', 'share')),
    shown_value double precision not null,
    candidate_value double precision not null,
    bound varchar(32) not null,
    also integer not null,  -- what differs likewise, but less
    carried_by varchar(4000) not null
);
create table if not exists ops.topic_corrections (  -- topics of tickets as somebody has set them right; the newest counts
    correction_id bigint generated always as identity primary key,
    ticket_id varchar(255) not null,
    topic varchar(255) not null check (topic <> ''),
    guess varchar(255),  -- what was thought of it when it was corrected
    confidence double precision,
    person varchar(255) not null default '',
    created_by varchar(255) not null default session_user,
    created_at timestamp not null default (clock_timestamp() at time zone 'utc')
);
create table if not exists ops.anomaly_marks (  -- what somebody has said of a point out of its band; the newest counts
    mark_id bigint generated always as identity primary key,
    metric varchar(64) not null,
    grain varchar(8) not null,
    period_start date not null,
    dimension varchar(32) not null,
    dimension_value varchar(255) not null,
    is_expected boolean not null,  -- the next build tells nothing of that event
    owner varchar(255) not null,
    note varchar(1000) not null,
    silent_until date,  -- until then it is not listed
    person varchar(255) not null default '',
    created_by varchar(255) not null default session_user,
    created_at timestamp not null default (clock_timestamp() at time zone 'utc')
);
create table if not exists scores.runs (  -- what was fitted and scored, and when
    run_id bigint generated always as identity primary key,
    scorer varchar(32) not null,
    model varchar(64) not null,
    trained_until date,
    features varchar(64) not null,  -- a hash of all that it was fitted on
    load_run_id bigint,
    scored_at timestamp not null,
    rows bigint not null,
    learned_from bigint not null,
    notes varchar(4000) not null default ''
);
create table if not exists scores.figures (  -- how a run was judged, and by what
    run_id bigint not null,
    scorer varchar(32) not null,
    figure varchar(255) not null,
    value double precision,
    baseline double precision,
    bound double precision,
    is_higher_better boolean not null,
    cases bigint not null,
    judged_on varchar(255) not null,
    is_of_company boolean not null  -- it counts the company's own rows: nothing for a row scope
);
create table if not exists scores.mrr_forecast (
    forecast_month date primary key,
    months_ahead integer not null,
    starting_mrr numeric(38, 2) not null,
    new_mrr numeric(38, 2) not null,
    reactivation_mrr numeric(38, 2) not null,
    expansion_mrr numeric(38, 2) not null,
    contraction_mrr numeric(38, 2) not null,
    churned_mrr numeric(38, 2) not null,
    ending_mrr numeric(38, 2) not null,
    low_95 numeric(38, 2) not null,
    low_80 numeric(38, 2) not null,
    high_80 numeric(38, 2) not null,
    high_95 numeric(38, 2) not null,
    run_id bigint not null
);
create table if not exists scores.mrr_backtest (  -- what earlier months would have foreseen of months that are over
    known_month date not null,  -- the last month that such a forecast knew
    forecast_month date not null,
    months_ahead integer not null,
    actual numeric(38, 2) not null,
    forecast numeric(38, 2) not null,
    drift numeric(38, 2) not null,  -- what the mean move of a month would have made of it
    monthly_step numeric(38, 2) not null,  -- how much MRR moved in a month until then, without sign
    low_95 numeric(38, 2) not null,
    low_80 numeric(38, 2) not null,
    high_80 numeric(38, 2) not null,
    high_95 numeric(38, 2) not null,
    run_id bigint not null,
    primary key (known_month, forecast_month)
);
create table if not exists scores.bookings_forecast (
    quarter_start date not null,
    stand varchar(16) not null check (stand in ('start', 'middle', 'now')),
    made_on date not null,  -- as its day begins
    won numeric(38, 2) not null,
    from_open numeric(38, 2) not null,
    from_new numeric(38, 2) not null,
    forecast numeric(38, 2) not null,
    low_95 numeric(38, 2) not null,
    low_80 numeric(38, 2) not null,
    high_80 numeric(38, 2) not null,
    high_95 numeric(38, 2) not null,
    actual numeric(38, 2),  -- empty until the quarter is over
    run_id bigint not null,
    primary key (quarter_start, stand)
);
create table if not exists scores.ticket_topics (
    ticket_id varchar(255) primary key,
    topic varchar(255),
    guess varchar(255),  -- what the scorer thinks, whatever people have said
    confidence double precision,  -- of the guess
    runner_up varchar(255),
    runner_up_confidence double precision,
    state varchar(16) not null check (state in ('sure', 'unsure', 'not understood', 'no text', 'corrected')),
    run_id bigint not null
);
create table if not exists scores.daily_points (  -- the last days of each watched series
    metric varchar(64) not null,
    day date not null,
    dimension varchar(32) not null,
    dimension_value varchar(255) not null,
    amount double precision not null,
    expected_amount double precision not null,
    lower_amount double precision not null,
    upper_amount double precision not null,
    score double precision not null,
    is_told boolean not null,
    is_lead boolean not null,
    run_id bigint not null
);
create table if not exists scores.churn_risk (  -- of each account that pays on the last day
    account_id varchar(255) primary key,
    segment varchar(255) not null,
    region varchar(255) not null,
    state varchar(16) not null check (state in ('scored', 'leaving', 'not scored')),
    probability double precision,  -- that it leaves within 90 days, unannounced
    segment_rate double precision,  -- the share of its segment that does
    basis varchar(16),  -- what the probability is: model, or segment where that is no better, or few have left
    reason_1 varchar(255),
    reason_2 varchar(255),
    reason_3 varchar(255),
    run_id bigint not null
);
create table if not exists scores.churn_backtest (  -- what was said at earlier month ends by what was known then, and what came
    account_id varchar(255) not null,
    segment varchar(255) not null,
    region varchar(255) not null,
    snapshot_date date not null,
    probability double precision not null,
    segment_rate double precision not null,
    has_churned boolean not null,
    run_id bigint not null,
    primary key (account_id, snapshot_date)
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
-- A view is everybody's to open, and its maker's to delete. The server says which login made it and when; `person` is whom the
-- dashboard says has signed in. Done once, so that a reader's open transaction does not stop those who run this again.
do $$
begin
    if not exists (select from pg_policy where polrelid = 'ops.saved_views'::regclass) then
        alter table ops.saved_views add column if not exists person varchar(255) not null default '';
        update ops.saved_views set person = created_by, created_by = 'tower_reader' where person = '';
        alter table ops.saved_views alter column created_by set default session_user;
        alter table ops.saved_views alter column created_at set default (clock_timestamp() at time zone 'utc');
        alter table ops.saved_views enable row level security;
        create policy shared on ops.saved_views for select using (true);
        create policy made on ops.saved_views for insert with check (created_by = session_user);
        create policy own on ops.saved_views for delete using (created_by = session_user);
        revoke insert on ops.saved_views from tower_reader, tower_scoped;
    end if;
end
$$;

grant usage on schema marts, scores, ops to tower_reader;
grant select on all tables in schema marts, scores to tower_reader;
grant select on ops.load_runs, ops.load_files, ops.rejected_rows, ops.contradictions, ops.word_spellings, ops.loaded_tables, ops.expected_checks, ops.publications, ops.builds, ops.shown, ops.refresh_runs to tower_reader;
grant select on ops.alert_states, ops.alert_snoozes to tower_reader;
grant select (message_id, message_key, target, created_at, title, status, tries, sent_at, message) on ops.alert_messages to tower_reader;
grant insert (rule, until, finding_key, person) on ops.alert_snoozes to tower_reader;
grant select on ops.holds, ops.definitions to tower_reader;
grant select on ops.topic_corrections, ops.anomaly_marks to tower_reader;
grant insert (ticket_id, topic, guess, confidence, person) on ops.topic_corrections to tower_reader;
grant insert (metric, grain, period_start, dimension, dimension_value, is_expected, owner, note, silent_until, person)
on ops.anomaly_marks to tower_reader;
grant select, insert (name, page, query_string, person), delete on ops.saved_views to tower_reader;
alter default privileges in schema marts grant select on tables to tower_reader;
alter default privileges in schema scores grant select on tables to tower_reader;

-- Row scopes: each login role of a scope may see some segments and regions ('*' is all of them). Only the owner writes here.
-- What such a role reads goes through `tower_scoped`, never through tower_reader: a mart is closed to it until protect_rows has run.
create table if not exists ops.row_scopes (
    role_name name primary key,
    segments varchar(255)[] not null,
    regions varchar(255)[] not null
);
-- The scope of whoever logged in: session_user, which neither `set role` nor any setting can change.
create or replace function ops.row_scope(dimension text) returns text[]
language sql stable parallel safe security definer set search_path = pg_catalog
as $$
    select case dimension when 'segment' then segments when 'region' then regions end
    from ops.row_scopes
    where role_name = session_user
$$;
-- Row-level security of one mart. Rows must lie in the scope's segments and regions; a mart without one of the two columns is
-- shown only to scopes that have all of its values, unless it is declared open (a dimension that says nothing of customers).
create or replace function ops.protect_rows(relation regclass, is_open boolean) returns void
language plpgsql set search_path = pg_catalog
as $$
declare
    dimension text;
    condition text := '(select ops.row_scope(''segment'')) is not null';
begin
    foreach dimension in array case when is_open then array[]::text[] else array['segment', 'region'] end loop
        condition := condition || format(' and (''*'' = any((select ops.row_scope(%L))::text[])', dimension);
        if exists (select from pg_attribute where attrelid = relation and attname = dimension and not attisdropped) then
            condition := condition || format(' or %I = any((select ops.row_scope(%L))::text[])', dimension, dimension);
        end if;
        condition := condition || ')';
    end loop;
    execute format('alter table %s enable row level security', relation);
    if exists (select from pg_policy where polrelid = relation) then
        execute format('drop policy if exists everything on %s', relation);
        execute format('drop policy if exists scope on %s', relation);
    end if;
    execute format('create policy everything on %s for select to tower_reader using (true)', relation);
    execute format('create policy scope on %s for select to tower_scoped using (%s)', relation, condition);
    execute format('grant select on %s to tower_scoped', relation);
end
$$;
revoke execute on function ops.protect_rows from public;
-- Every metric of the last publications by closed month, and what of it moved from one to the next. A row without a segment speaks of
-- all of them; a scope sees those of its segments, if it has all regions. Done once, as above.
create table if not exists ops.publication_kpis (
    publication_id bigint not null,
    metric varchar(255) not null,
    month date not null,
    segment varchar(255),
    value double precision not null
);
create table if not exists ops.restatements (
    publication_id bigint not null,
    metric varchar(255) not null,
    month date not null,
    segment varchar(255),
    value_before double precision,  -- null where it was not known
    value_after double precision,
    accounts bigint not null,
    reason varchar(4000) not null
);
do $$
begin
    if not exists (select from pg_policy where polrelid = 'ops.restatements'::regclass) then
        create index on ops.publication_kpis (publication_id);
        create index on ops.restatements (publication_id);
        perform ops.protect_rows('ops.publication_kpis', false);
        perform ops.protect_rows('ops.restatements', false);
        grant select on ops.publication_kpis, ops.restatements to tower_reader;
    end if;
end
$$;
-- Scores say nothing of segments and regions: closed to a scope, which reads those of its rows in marts. Done once, as above.
do $$
declare
    scored regclass;
begin
    foreach scored in array array['scores.runs', 'scores.figures', 'scores.ticket_topics', 'scores.mrr_forecast', 'scores.mrr_backtest', 'scores.bookings_forecast', 'scores.churn_risk', 'scores.churn_backtest', 'scores.daily_points']::regclass[] loop
        if not exists (select from pg_policy where polrelid = scored) then
            perform ops.protect_rows(scored, false);
        end if;
    end loop;
end
$$;
grant usage on schema marts, scores, ops to tower_scoped;
grant select on ops.load_runs, ops.load_files, ops.publications, ops.builds, ops.shown, ops.definitions, ops.refresh_runs to tower_scoped;
grant select, insert (name, page, query_string, person), delete on ops.saved_views to tower_scoped;

-- Whoever logs in could otherwise fill the disk with temporary tables. Only the database's owner may take it away.
do $$
begin
    if (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()) then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
end
$$;
