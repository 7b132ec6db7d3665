-- The latest price of each shop.
-- @key shop
select shop, price, _event_id, _shard, _sequence, _accepted_at, _load, _line from {{ new sales }}
union all
select shop, -price as price, _event_id, _shard, _sequence, _accepted_at, _load, _line from {{ new returns }}
