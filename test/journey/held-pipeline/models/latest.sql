-- The newest sale of each shop.
-- @key shop
-- @order _accepted_at, _shard, _sequence
select shop, price, _event_id, _accepted_at, _shard, _sequence, _load, _line from {{ new sales }} as sold
