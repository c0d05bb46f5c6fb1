-- Defends the windows: a day's users are among the week's, and those among the four weeks'; nobody is counted below zero.
select *
from {{ ref('active_users') }}
where dau < 0 or dau > wau or wau > mau
