"""The table of letters by which Arabic names are told from others."""

from __future__ import annotations

import math

from resolver.names.scripts.arabic import LETTERS, UNIT
from resolver.training.letters import letter_pair_lines


def test_the_table_states_the_evidence_of_each_pair_of_letters() -> None:
    rows = {
        line.split()[0]: dict(zip(LETTERS, map(int, line.split()[1:]), strict=True))
        for line in letter_pair_lines(["ab"] * 9, ["ac"] * 9)
    }
    assert list(rows) == list(LETTERS)
    assert rows["a"]["b"] == round(UNIT * math.log(10)) == -rows["a"]["c"]
    # As common on both sides, and too rare to tell.
    assert rows["-"]["a"] == rows["d"]["d"] == 0


def test_a_rare_pair_of_letters_is_no_evidence() -> None:
    lines = {line[0]: line.split()[1:] for line in letter_pair_lines(["ab", "ab"], ["cc"] * 9)}
    assert lines["a"][LETTERS.index("b")] == "0"
