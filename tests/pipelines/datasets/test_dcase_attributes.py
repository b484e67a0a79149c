import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.datasets.dcase_layout import parse_attributes

NAMES = st.sampled_from(["vel", "loc", "car", "spd", "m-n", "v1pat", "n"])
VALUES = st.text("AVcz019.", min_size=1, max_size=6)
WORDS = st.text("AVcz019.-", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("noAttribute", []),
        ("vel_16_loc_A", [("vel", "16"), ("loc", "A")]),
        (
            "car_C2_spd_31V_mic_1",
            [("car", "C2"), ("spd", "31V"), ("mic", "1")],
        ),
        ("m-n_W", [("m-n", "W")]),
        ("n_B", [("n", "B")]),
        ("volt_1.5_wt_150", [("volt", "1.5"), ("wt", "150")]),
        ("v1pat_04_v2pat_05", [("v1pat", "04"), ("v2pat", "05")]),
        ("weight15_BckgA", [("weight", "15"), ("Bckg", "A")]),
        ("spd1000_BckgG", [("spd", "1000"), ("Bckg", "G")]),
        ("A0A0", [("A", "0"), ("A", "0")]),
        ("strength_1_ambient", [("strength", "1"), ("ambient", "")]),
        ("A1Spd28VMic1", [("A", "1"), ("Spd", "28V"), ("Mic", "1")]),
        (
            "0_g_25_mm_2000_mV_none",
            [("g", "0"), ("mm", "25"), ("mV", "2000"), ("none", "")],
        ),
    ],
)
def test_attributes_of_every_year_are_read(text, pairs):
    assert parse_attributes(text) == tuple(pairs)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_names_and_values_come_back(pairs):
    text = "_".join(f"{name}_{value}" for name, value in pairs)
    assert parse_attributes(text) == tuple(pairs)


@given(st.lists(WORDS, max_size=8))
def test_no_letter_is_lost(words):
    kept = "".join("".join(pair) for pair in parse_attributes("_".join(words)))
    assert sorted(kept) == sorted("".join(words))


def test_a_long_word_is_read_at_once():
    word = "a" * 120 + "1" * 120 + "-"
    assert parse_attributes(word) == ((word, ""),)
