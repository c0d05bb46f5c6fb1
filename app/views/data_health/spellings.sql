-- spellings that differ from a word in capitals alone, and gave way to it
select
    kind,
    value,
    string_agg(spelling, ', ' order by row_count desc, spelling) as spellings
from ops.word_spellings
group by 1, 2
