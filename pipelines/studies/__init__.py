"""The experiments and checks of the sub-cluster AdaCos paper."""
