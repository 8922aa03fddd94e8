"""Matrices → statistics, tables, figures and the report. The only importer of matplotlib."""
