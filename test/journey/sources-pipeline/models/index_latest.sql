-- The newest vintage's word on each country and month; raw_index keeps what the older ones said.
-- @key iso3, date
-- @order _accepted_at, _shard, _sequence
select
  ISO3 as iso3,
  date,
  country,
  Open as open,
  Close as close,
  Inflation as inflation,
  _event_id,
  _accepted_at,
  _shard,
  _sequence,
  _load,
  _line
from {{ new raw_index }} as arrived
