-- What was known of each person, and from when to when (SCD type 2): a word that says nothing new begins no version.
-- @kind view
select
  id,
  row_number() over (partition by id order by valid_from, shard, sequence) as version,
  name,
  age,
  sex,
  valid_from,
  lead(valid_from) over (partition by id order by valid_from, shard, sequence) as valid_to,
  lead(valid_from) over (partition by id order by valid_from, shard, sequence) is null as is_current
from (
  select
    id,
    name,
    age,
    sex,
    said_at as valid_from,
    _shard as shard,
    _sequence as sequence,
    row_number() over (partition by id order by said_at, _shard, _sequence) as nth,
    lag(name) over (partition by id order by said_at, _shard, _sequence) as name_before,
    lag(age) over (partition by id order by said_at, _shard, _sequence) as age_before,
    lag(sex) over (partition by id order by said_at, _shard, _sequence) as sex_before
  from {{ people_history }}
) as said
where
  nth = 1
  or name is distinct from name_before
  or age is distinct from age_before
  or sex is distinct from sex_before
