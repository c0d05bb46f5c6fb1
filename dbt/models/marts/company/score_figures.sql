{{ config(tags=['mart']) }}

with

runs as (

    select * from {{ ref('stg_scores__runs') }}

),

figures as (

    select * from {{ ref('stg_scores__figures') }}

),

last_runs as (

    select
        scorer,
        max(run_id) as run_id
    from runs
    group by 1

)

select
    runs.scorer || ' / ' || figures.judged_on || ' / ' || figures.figure as score_figure,
    runs.scorer,
    figures.figure,
    figures.judged_on,
    runs.model_version,
    runs.trained_until_date,
    runs.features_hash,
    figures.figure_value,
    figures.baseline_value,
    figures.bound_value,
    figures.cases,
    figures.is_higher_better,
    coalesce(
        case when figures.is_higher_better then figures.figure_value >= figures.bound_value else figures.figure_value <= figures.bound_value end,
        true
    ) as is_kept
from last_runs
inner join runs on last_runs.run_id = runs.run_id
inner join figures on last_runs.run_id = figures.run_id
where not figures.is_of_company
