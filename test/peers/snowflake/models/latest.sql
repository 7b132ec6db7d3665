-- The latest sale of each shop.
-- @key shop
-- @conserve (select count(*) from {{ new sales }} as fresh) = (select count(*) from {{ out }} as made)
select
  nullif(shop, '') as shop,
  price,
  pieces,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from {{ new sales }} as fresh
