-- How many shops there are, and what they have.
-- @kind table
select count(*) as shops, sum(pieces) as pieces from {{ latest }} as each_shop
