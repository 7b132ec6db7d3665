-- One row per event. Sent again with other values, an event replaces its older self.
-- @key id
-- @order _accepted_at, _shard, _sequence
select
  id,
  kind,
  coalesce(amount, 0) as amount,
  coalesce(happened_at, _accepted_at) as happened_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from {{ new raw_events }} as arrived
