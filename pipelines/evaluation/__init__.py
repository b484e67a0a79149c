"""Judged scores: metrics, tables, reports and plots."""
