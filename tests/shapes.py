"""How annotations are checked at run time: as types are written, ints are floats."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
