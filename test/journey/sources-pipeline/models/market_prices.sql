-- One row per market, good, unit, kind of price, currency and day: the newest file's word on it. Money and units stay as they
-- are, for no two of them compare; what is a forecast says so.
-- @key currency, market, commodity, unit, pricetype, date
-- @order _accepted_at, _shard, _sequence
select
  currency,
  market,
  commodity,
  unit,
  pricetype,
  coalesce(
    case when regexp_like(date, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_cast(date as date) end,
    case when regexp_like(date, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}') then try_cast(
      split_part(date, '/', 3) || '-' || lpad(split_part(date, '/', 1), 2, '0') || '-'
        || lpad(split_part(date, '/', 2), 2, '0') as date
    ) end
  ) as date,
  price,
  usdprice,
  priceflag,
  priceflag like '%forecast%' as is_forecast,
  _event_id,
  _accepted_at,
  _shard,
  _sequence,
  _load,
  _line
from {{ new raw_market }} as arrived
