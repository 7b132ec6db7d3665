-- How far each country and item has come: newest month, markets that report it, and what share of months is flagged.
-- @kind view
select
  country,
  item,
  item_group,
  min(date) as first_date,
  max(date) as last_date,
  count(distinct market) as markets,
  count(*) as months,
  count(quality) as months_flagged,
  max(_accepted_at) as last_accepted_at
from {{ prices }}
group by country, item, item_group
