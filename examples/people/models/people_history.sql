-- Every event with its fields typed, one row each: what was ever said of a person.
-- @key event_id
-- @order _accepted_at, _shard, _sequence
select
  _event_id as event_id,
  trim(json_extract_path_text(data, 'Id')) as id,
  trim(json_extract_path_text(data, 'Name')) as name,
  try_cast(json_extract_path_text(data, 'Age') as integer) as age,
  json_extract_path_text(data, 'Sex') as sex,
  _accepted_at as said_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from {{ new raw_people }} as arrived
