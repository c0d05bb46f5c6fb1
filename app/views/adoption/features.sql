-- the features of the product
select feature_name, module, is_beta, cast(released_at as date) as released_date
from marts.dim_feature
where is_released
order by module, feature_name
