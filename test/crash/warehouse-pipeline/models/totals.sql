-- What all latest prices add up to.
select count(*) as shops, sum(price) as price from {{ latest }}
