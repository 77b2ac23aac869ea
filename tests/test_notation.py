"""The page of symbols: one letter, one meaning, and where it is defined."""

import re
from collections import Counter
from pathlib import Path

PAGE = Path(__file__).parents[1] / "book/notation.md"


def rows(section: str) -> list[list[str]]:
    """Return the rows of the table under a heading, without its head."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {section}\n")[1]
    table = [line for line in text.split("\n## ")[0].splitlines()
             if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")]
            for line in table[1:]]


def symbols(table: list[list[str]]) -> list[str]:
    return [symbol for row in table for symbol in re.findall(r"\$(.+?)\$", row[0])]


def test_a_symbol_has_one_meaning_or_says_that_it_has_more():
    once = symbols(rows("Everywhere"))
    more = set(symbols(rows("Letters with more than one meaning")))
    assert Counter(once).most_common(1)[0][1] == 1
    assert set(once) & more == set() and len(once) > 30


def test_a_symbol_says_where_it_is_defined():
    assert [row[0] for row in rows("Everywhere") if "{prf:ref}" not in row[-1]] == []
