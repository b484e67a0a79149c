"""Stand-ins for faults: of recordings, and of the built-in machines.

- `stand_ins`: kinds by which choices are made (objectives of searches), and
  `alter`, which applies any kind to a waveform.
- `injections`: kinds that judge in benchmarks; no choice is made by them.
- `machine_faults`: what damage adds to a built-in machine; also injections.
- `placed`: faults at a known time and frequency, to judge explanations by.
- `changes`: the small changes that the kinds of `stand_ins` consist of.
"""
