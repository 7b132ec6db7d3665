select n * 2 as n from {{ numbers }}
