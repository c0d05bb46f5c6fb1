-- how the topics that are shown were judged
select judged_on, figure, figure_value, baseline_value, cases, is_kept, trained_until_date
from marts.score_figures
where scorer = 'topics'
order by judged_on, figure
