-- The newest push to each branch of each repository.
-- @key repository, branch
-- @order _accepted_at, _shard, _sequence
select
  repository,
  branch,
  commit_sha,
  pusher,
  _accepted_at as pushed_at,
  _event_id,
  _shard,
  _sequence,
  _accepted_at,
  _load,
  _line
from {{ new raw_pushes }} as arrived
