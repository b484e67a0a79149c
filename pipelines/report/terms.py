"""Terms of a report in plain words."""

# One sentence each, or two; the page shows them beside the word.
TERMS = {
    "alarm": (
        "The clip sounds stranger than the threshold of its machine allows."
    ),
    "anomaly score": (
        "How far the clip is from the normal clips of its machine; larger is "
        "stranger. Scores of different machines cannot be compared."
    ),
    "threshold": (
        "Scores above it raise an alarm. It was set on normal clips, so that "
        "only the requested share of them is above it."
    ),
    "p-value": (
        "The share of normal clips that would score as high as this one. "
        "0.01 is one in a hundred."
    ),
    "requested false-alarm rate": (
        "The share of normal clips that may raise an alarm. It was asked for "
        "when the model was made or used."
    ),
    "by chance": (
        "Even a machine without a fault raises an alarm now and then. This is "
        "how many that would be, 19 times in 20."
    ),
    "dB above its usual level": (
        "How much louder a range of pitches is than in the normal clips of "
        "the machine: 3 dB is twice the power, 10 dB ten times, 20 dB a "
        "hundred times."
    ),
    "usual range": (
        "The mean level of the normal clips, as much louder or quieter as "
        "this clip is as a whole, and two standard deviations to each side: "
        "about 19 of 20 normal clips lie in it."
    ),
    "spectrogram": (
        "A picture of the sound: time from left to right, pitch from low to "
        "high, bright where it is loud."
    ),
    "what is unusual": (
        "The spectrogram less the usual one of the machine: orange is louder "
        "than usual, blue quieter, and without colour as usual."
    ),
    "nearest normal clip": (
        "Of the normal clips that were compared, the one that sounds most "
        "like this clip. Both are played equally loud."
    ),
    "AUC": (
        "How well scores tell faults from normal clips: the probability that "
        "a fault scores higher. 50 % is chance, 100 % is perfect."
    ),
    "pAUC": (
        "The same where few false alarms are allowed, at false-positive "
        "rates up to 0.1."
    ),
    "mAUC": "The AUC of the worst id of each machine.",
    "pooled AUC": (
        "One AUC over all ids of a machine together, with one threshold for "
        "all of them."
    ),
    "official score": "The number by which the DCASE challenge ranks systems.",
    "interval": (
        "Where the number would lie with other clips of the same kind, 19 "
        "times in 20."
    ),
    "ROC curve": (
        "For every threshold, the share of faults that raise an alarm over "
        "the share of normal clips that do."
    ),
    "angle": (
        "How far the network's view of a clip points away from the centre of "
        "its own class. It is the score of this model."
    ),
    "id": "The unit of a machine, or the section of a data set.",
}
