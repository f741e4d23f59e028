"""The staff's home, and the desk of work that failed: what stands above all packages and belongs to none."""
