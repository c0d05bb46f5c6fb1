-- the last published builds, the one that is shown first
select publication_id, published_at, load_run_id, as_of_date, models, tests, status, warnings, forced
from ops.publications
order by shown_at desc nulls last, publication_id desc
limit 50
