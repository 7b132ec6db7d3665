-- The newest word on each line of an order.
-- @key order_line
-- @order _accepted_at, _shard, _sequence
select _event_id as order_line, amount, _event_id, _accepted_at, _shard, _sequence, _load, _line from {{ new orders }} as sent
