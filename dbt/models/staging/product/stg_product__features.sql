with

source as (

    select * from {{ source('product', 'features') }}

),

renamed as (

    select
        feature_id,
        -- pages choose features by name: one of several of a name says its key too
        case when count(*) over (partition by feature_name) > 1 then feature_name || ' (' || feature_id || ')' else feature_name end as feature_name,
        module,
        is_beta,
        {{ local_column('released_at') }}
    from source

)

select * from renamed
