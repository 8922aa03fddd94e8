"""Figures, tables and the report page. The only importer of matplotlib."""
