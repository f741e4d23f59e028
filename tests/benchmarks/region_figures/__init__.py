"""What `tests.benchmarks.regions` collects: one module a subject, each with `rows()`."""
