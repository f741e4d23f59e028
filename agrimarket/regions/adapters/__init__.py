"""Adapters of the port for notices (`regions.notices`), one file a format."""
