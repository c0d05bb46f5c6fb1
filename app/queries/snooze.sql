-- keep a rule silent until a day, or as long as what it found stays; with neither it speaks again
insert into ops.alert_snoozes (rule, until, finding_key, person)
select rule, cast(%(until)s as date), case when %(same)s then finding_key end, %(person)s
from ops.alert_states
where rule = %(rule)s
returning snooze_id
