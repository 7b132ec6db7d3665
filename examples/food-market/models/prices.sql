-- One row per country, market, month and item, under the item's full name. What is unknown stays null; an item of
-- which nothing is known makes no row. A later delivery of the same row revises it.
-- @key country, market, date, item
-- @order _accepted_at, _shard, _sequence
-- Every new raw row makes exactly as many rows as it has items of which something is known:
-- @conserve not exists (select 1 from (select _load, _line, {{ items_known }} as known from {{ new raw_prices }} as raw) as arrived left join (select _load, _line, count(*) as found from {{ out }} as each_row group by _load, _line) as made on made._load = arrived._load and made._line = arrived._line where arrived.known <> coalesce(made.found, 0))
with fresh as (
  -- Columns by name, never *: a field that turns up in the data tomorrow may not collide with one made here.
  -- DATES is M/D/YYYY, not padded. A text that is no such date makes a null key, which is set aside.
  select
    country,
    mkt_name,
    year,
    month,
    case when regexp_like(DATES, '[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}') then try_cast(
      split_part(DATES, '/', 3) || '-' || lpad(split_part(DATES, '/', 1), 2, '0') || '-'
        || lpad(split_part(DATES, '/', 2), 2, '0') as date
    ) end as date,
    {{ metric_columns }},
    _event_id,
    _shard,
    _sequence,
    _accepted_at,
    _load,
    _line
  from {{ new raw_prices }} as arrived
),
items as (
  {{ items }}
),
long as (
  select
    country,
    mkt_name as market,
    date,
    item,
    item_group,
    {{ open_of_item }} as open,
    {{ high_of_item }} as high,
    {{ low_of_item }} as low,
    {{ close_of_item }} as close,
    {{ inflation_of_item }} as inflation,
    {{ trust_of_item }} as trust,
    year,
    month,
    _event_id,
    _shard,
    _sequence,
    _accepted_at,
    _load,
    _line
  from fresh cross join items
)
select
  country,
  market,
  date,
  item,
  item_group,
  open,
  high,
  low,
  close,
  inflation,
  trust,
  -- What looks wrong, as words between spaces; null when nothing does. Values are never changed.
  nullif(
    trim(
      case when low > high then 'low_above_high ' else '' end
      || case when open < low then 'open_below_low ' else '' end
      || case when open > high then 'open_above_high ' else '' end
      || case when close < low then 'close_below_low ' else '' end
      || case when close > high then 'close_above_high ' else '' end
      || case when open <= 0 or high <= 0 or low <= 0 or close <= 0 then 'not_positive ' else '' end
      || case when trust < 0 or trust > 10 then 'trust_out_of_range ' else '' end
      || case
        when extract(year from date) <> year or extract(month from date) <> month
          then 'date_differs '
        else ''
      end
    ),
    ''
  ) as quality,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from long
where coalesce(open, high, low, close, inflation, trust) is not null
