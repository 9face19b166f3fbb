"""Invented names of places and waters; none is meant to be a real one."""

from itertools import product

from numpy.random import Generator

SHORE = (
    "Port Ansel", "Quillmouth", "Larkhaven", "Brindle Bay", "Westerby Quay", "Calder Sound", "Tidemoor", "Esterlow",
    "Saltmere Point", "Eddermouth", "Pike's Landing", "Old Haven", "Garrick's Ferry", "Skerrow", "Ambry Sands",
    "Sandrey",
    "Lornsey", "Elmsay", "Tarrow Mouth", "Kestow Harbour", "Grey Strand", "Ostrel Bay", "Vask Haven", "Merrin Point",
    "Halm Quay", "Inchsand", "Rill Cove", "Solwick Sound", "Trennel Head", "Fennich Roads", "Hexley Shore", "Ullin Bay",
)  # fmt: skip
INLAND = (
    "Teverin", "Dunmarrow", "Ostrel", "Velm", "Corrack", "Tholby", "Ilmer", "Kestow", "Marrowick", "Fennich", "Halm",
    "Orrin", "Pellick", "Nornham", "Grendlow", "Ruskel", "Vask", "Hollin Cross", "Upper Velm", "Drummel", "Lisk",
    "Oakenfold", "Merridown", "Quern", "Tarrow Bridge", "Yarrick", "Cobblewick", "Storrel", "Winnow", "Brackenhall",
    "Harrowmere", "Ullin", "Sedgeby", "Tolver", "Ashmarl", "Greyholm", "Nettlemoor", "Rill", "Kelder", "Farrowdale",
    "Moorgarth", "Inchmarrow", "Solwick", "Trennel", "Cairnby", "Luddock", "Wexmoor", "Thistledon", "Barrowell",
    "Hexley", "Stonnard", "Vennor", "Marlock", "Pellerby", "Quarrendon", "Ostholm", "Dray", "Tessick", "Umber Vale",
)  # fmt: skip
_STEMS = (
    "Arl", "Bram", "Carr", "Dell", "Emmer", "Fell", "Garr", "Hask", "Ivel", "Jarr", "Kirn", "Lamm", "Mold", "Nesk",
    "Ock", "Pend", "Quill", "Rask", "Selm", "Thorn", "Ulv", "Varr", "Wend", "Yoll", "Brock", "Cleft", "Druin", "Esk",
    "Gorm", "Hollow", "Larn", "Merl", "Nettle", "Orm", "Pyll", "Rennet", "Skell", "Tamm", "Wick", "Zell",
)  # fmt: skip
_INLAND_ENDINGS = ("by", "ick", "ham", "ow", "dale", "holm", "stead", "garth", "worth", "combe", "field", "mere")
_SHORE_ENDINGS = ("haven", "mouth", "ness", "sey", " Bay", " Quay", " Sands", " Point")
_WATERS = (
    "Aller", "Brannet", "Cassel Water", "Dovrin", "Eddle", "Farrow", "Gellet", "Hesper", "Innel", "Jessamy", "Kell",
    "Luthen", "Mirrow", "Nadder Burn", "Orrel", "Prinn", "Quillet", "Rossen", "Sillan", "Tarrow", "Urr Water", "Velm",
    "Wissel", "Yarr", "Ambel", "Corrin Water", "Dunnow", "Essel", "Fyn", "Grannock", "Halmer", "Isken", "Larrow",
    "Merrin", "Nairrow", "Oskel", "Penner", "Rill Water", "Stavel", "Tolmer", "Ushen", "Wharrel",
)  # fmt: skip
_LAKES = (
    "Harrow Mere", "Lough Innel", "Long Water", "Grey Mere", "Lake Teverin", "Orrin Mere", "Heron Water",
    "Lake Marrow", "Brackwater", "Stillmere", "Lake Vask", "Otter Mere", "Lake Drummel", "Silver Lough",
    "Lake Kelder", "Wether Mere", "Lake Ashmarl", "Cold Mere",
)  # fmt: skip


def name_towns(rng: Generator, by_water: list[bool]) -> tuple[str, ...]:
    """Name towns by whether they stand on the shore, each name once; the well known names go first.

    Parameters
    ----------
    rng : source of chance
    by_water : of each town

    Returns
    -------
    as many names, empty for the last where all are given away
    """
    stores = {
        True: iter((*SHORE, *_compose(rng, _SHORE_ENDINGS, SHORE))),
        False: iter((*INLAND, *_compose(rng, _INLAND_ENDINGS, INLAND))),
    }
    return tuple(next(stores[wet], "") for wet in by_water)


def name_rivers(count: int) -> tuple[str, ...]:
    """Give names for the first of ``count`` rivers, empty ones for the others."""
    return tuple(_WATERS[k] if k < len(_WATERS) else "" for k in range(count))


def name_lakes(count: int) -> tuple[str, ...]:
    """Give names for the first of ``count`` lakes, empty ones for the others."""
    return tuple(_LAKES[k] if k < len(_LAKES) else "" for k in range(count))


def _compose(rng: Generator, endings: tuple[str, ...], taken: tuple[str, ...]) -> list[str]:
    """Join stems and endings in a shuffled order, without letters that pile up."""
    names = [stem + ending for stem, ending in product(_STEMS, endings) if stem[-1] != ending[0]]
    return [names[k] for k in rng.permutation(len(names)).tolist() if names[k] not in taken]
