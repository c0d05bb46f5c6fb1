-- Defends the first year's gross profit by another road: the monthly revenue of the accounts that were new in the month.
with

newcomers as (

    select
        account_id,
        acquisition_channel,
        revenue_month as acquisition_month
    from {{ ref('fct_revenue_monthly') }}
    where movement_type = 'new'

),

earned as (

    select
        newcomers.acquisition_channel,
        newcomers.acquisition_month,
        count(distinct newcomers.account_id) as customers,
        sum(revenue.gross_profit) as gross_profit
    from newcomers
    inner join {{ ref('fct_revenue_monthly') }} as revenue
        on newcomers.account_id = revenue.account_id
            and newcomers.acquisition_month <= revenue.revenue_month
    cross join {{ ref('int_as_of') }} as as_of
    where revenue.revenue_month < newcomers.acquisition_month + interval '12' month
        and revenue.revenue_month <= as_of.last_complete_month
    group by 1, 2

)

select
    channels.acquisition_channel,
    channels.acquisition_month
from {{ ref('channel_performance') }} as channels
left join earned
    on channels.acquisition_channel = earned.acquisition_channel
        and channels.acquisition_month = earned.acquisition_month
where abs(channels.first_year_gross_profit - coalesce(earned.gross_profit, 0)) > 0.005
    or coalesce(channels.retained_customers_3m, 0) > channels.new_customers
    or coalesce(channels.retained_customers_6m, 0) > channels.new_customers
    or coalesce(channels.retained_customers_12m, 0) > channels.new_customers
    or (channels.retained_customers_12m is not null and channels.spend is not null and channels.mature_media_spend is null)
