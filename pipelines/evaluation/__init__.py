"""Evaluation of scores: metrics, tables, reports and plots."""
