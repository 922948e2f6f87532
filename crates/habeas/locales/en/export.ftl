# Tables taken out
download = Download:
crosstab-title = Any two dimensions
crosstab-lead = Documented persons by any two of year, place, sex and list. Empty cells are nobody; what is not stated has its own row.
crosstab-rows = Rows
crosstab-columns = Columns
crosstab-more = There are more rows or columns than fit here; the file has all of them.
crosstab-list-note = A person on two lists is counted in both, so lists do not add up to the documented.
by-year = Year
by-place = Place
by-sex = Sex
by-list = List
