-- The newest word on each person: one row per id, overwritten by the next event of that id (SCD type 1).
-- @key id
-- @order _accepted_at, _shard, _sequence
select id, name, age, sex, said_at as updated_at, _event_id, _shard, _sequence, _accepted_at, _load, _line
from {{ new people_history }} as arrived
