"""Synthetic data set: recordings of made-up machines in DCASE's form.

A clip is a machine (rotation, load noise, impacts at the ends of strokes) in
a room, under factory noise at a set signal-to-noise ratio. Level shows
no fault: every clip is scaled to one power and then varied by 3 dB.

Measured with the default settings, mean over three sections and the seeds
0, 1, 2 (ROC AUC of 30 normal and 30 anomalous test clips a section):

| rule                                     | fan | pump | slider | valve |
|------------------------------------------|-----|------|--------|-------|
| nearest neighbour, mean log-Mel          | .71 | .66  | .66    | .69   |
| same, bands standardised                 | .72 | .67  | .67    | .70   |
| nearest neighbour, deviation over time   | .81 | .68  | .80    | .89   |
| level of the clip                        | .54 | .46  | .52    | .48   |
| best single frequency, chosen on the test| .70 | .68  | .67    | .67   |

"Deviation over time" is the standard deviation over time of a log spectrogram
with windows of 16 ms, standardised. The best of 513 frequencies and of the two
directions is picked with the test labels in hand; without any fault this
choice alone reaches about 0.64. The faults' levels were set by looking at this
table for the seeds 0 and 1; seed 2, not looked at, gave .71, .63, .65 and .70
in the first row. A logistic regression on
the mean log-Mel names the section of 67, 74, 78 and 90 % of the normal test
clips (one in three by chance).
"""

from pipelines.datasets.synthetic.generation import generate
from pipelines.datasets.synthetic.synthetic_settings import SyntheticSettings

__all__ = ["SyntheticSettings", "generate"]
