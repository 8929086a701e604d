"""The page of a batch: all its cases in one table, plots, outliers, serial examinations, and the same as data."""
