-- Shops with dear goods.
-- @kind view
select shop, price from {{ latest }} as each_shop where price > 2
