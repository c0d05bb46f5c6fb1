-- the known values of the filters
select 'segment' as dimension, segment as value from marts.dim_account group by segment
union all
select 'region', region from marts.dim_account group by region
union all
select 'acquisition_channel', acquisition_channel from marts.dim_account group by acquisition_channel
