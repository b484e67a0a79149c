"""Alarms of a watch: the rule, its limit, and the rate that it promises."""
