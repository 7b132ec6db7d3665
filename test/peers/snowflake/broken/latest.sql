-- A rule that never holds.
-- @key shop
-- @conserve 1 = 2
select nullif(shop, '') as shop, price, pieces, _event_id, _shard, _sequence, _accepted_at, _load, _line
from {{ new sales }} as fresh
