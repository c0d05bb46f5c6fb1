-- the last published builds, the newest first
select publication_id, published_at, load_run_id, as_of_date, models, tests, status, warnings
from ops.publications
order by publication_id desc
limit 50
