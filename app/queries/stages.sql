-- the stages of every pipeline, in their order
select pipeline, pipeline_position, is_renewal, stage, position, outcome, forecast_category, probability, is_declared, is_question
from marts.dim_stage
order by pipeline_position, position
