"""Endings by which languages form familiar names regularly: Carlino of Carlo, Vanka of Vanya.

Written for this project. An entry is an ending and, after `=`, what a name has in its place: the
ending of a word of the same gender, or nothing. Endings are leveled as `nicknames.level_spelling`
levels whole words: `ukcio` is -uccio, `kuito` is -quito. They only tie a word to a name that the
tables have for the language.
"""

from __future__ import annotations

from functools import cache

from resolver.normalize.word_pairs import parse_pairs

ENDINGS = {
    ("Italian",): """
        ino=o ino=e ino=i ina=a ina=e eto=o eto=e eto=i eta=a eta=e ukcio=o ukcio=e ukcio=i
        ukcia=a ukcia=e elo=o elo=e ela=a ela=e oto=o uzo=o uzo=e uzo=i uza=a ilo=o ilo=e ila=a
        chino=ko cheto=ko china=ka cheta=ka gino=go geto=go olino=o olina=a erela=a arela=a
        ino=io ina=ia eto=io eta=ia ukcio=io ukcia=ia elo=io ela=ia
    """,
    ("Spanish", "Spanish, Portuguese and French", "Filipino"): """
        ito=o ito=e ito= ita=a ita=e kuito=ko kuita=ka guito=go guita=ga cito= cito=o cito=e
        cita= cita=a cita=e ilo=o ilo= ila=a kuilo=ko kuila=ka ucho=o ucho= ucha=a uko=o uka=a
        in=o in= iko=o ika=a ete=e ete= ete=o uchi=a uchi=o inche=o on=o on= ota=a ito=io
        ita=ia ilo=io ila=ia in=io itos=os itas=as kuitos=kos kuitas=kas ilos=os
    """,
    ("Catalan",): "et= et=e eta=a inet= oneta=a",
    ("Portuguese", "Spanish, Portuguese and French"): """
        inho=o inho=e inho= inho=io inha=a inha=e inha=ia zinho= zinha= zinha=a zinho=o kuinho=ko
        kuinha=ka guinho=go guinha=ga inhos=os kuinhos=kos ito=o ito= ita=a zito= ao=o ao=e ao=
        oka=a ucha=a
    """,
    ("French",): """
        ete=e ete=a ot= ot=e u= u=e u=a unete=e inete=e unet= inet= chu= on=e
    """,
    ("German",): """
        chen= chen=e chen=a lein= lein=e lein=a erl=a erl=e erl= el=e el=a le= l= ele=a ele=e
        eli=a eli=e eli=i li=
    """,
    ("Swiss German",): "eli=a eli=e eli= li= ele=a",
    ("Dutch",): "tie= tie=e ie= ie=a ke= ke=a eke=a eke=e",
    ("East Slavic",): """
        ka=a ka=ia ka= enka=a enka=ia enka= onka=a echka=a echka=ia ochka=a ochka=ia ushka=a
        ushka=ia ushka= iushka=a iushka=ia unia=a unia=ia ulia=a ulia=ia usia=a usia=ia usha=a
        usha=ia iusha=a iusha=ia uha=a uha=ia iuha=a iuha=ia ik= ik=a chik= ko= ik=ia iunia=ia
        ok=a ok=ia iok=a iok=ia
    """,
    ("Polish",): """
        ek= ko= us= ka=a ekzka=a unia=a usia=a ulka=a enka=a inka=a ik= iu= io=
    """,
    ("Czech and Slovak",): """
        ek= icek= usek= ik= ko= inko= ka=a ika=a ika=e ikka=a ikka=e inka=a inka=e enka=a enka=e
        uska=a uska=e unka=a unka=e ulka=a
    """,
    ("South Slavic",): "ika=a ika= ko= ka=a cho= che=o che=e ce=o",
    ("Greek",): """
        akis=os akis=is akis=as aki=a aki=i aki=o ula=a ula=i ula=o itsa=a itsa=i ulis=os ulis=is
    """,
    ("Hungarian",): "ka= ka=a ka=i ke= ke=e ke=i ko= us=a us=i",
    ("Romanian",): "ika=a ika=u ika= el= el=u uta=a ita=a ut= itsa=a utsa=a",
    ("Lithuanian",): """
        ute=a ute=e ite=a ite=e elis=as elis=is elis=us ukas=as ukas=is utis=as ele=a
    """,
    ("Latvian",): "itis=is itis=s ina=a inia=a ite=a ite=e",
    ("Georgian",): "iko=i iko=a iko=e iko= ika=i ika=a ika=e ika= una=a una= uka=a uka=",
    ("Armenian",): "ik= ik=e ush= ush=e",
    ("Hebrew and Yiddish",): "ele=a ele=e ele= ale=a le= ke=e ke=a ke=",
    ("Indian",): "bhai= ben= bhai=a bai=",
}
_SHORTEST_BASE = 3


@cache
def _places() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return ending → (what a name has in its place, languages)."""
    places: dict[str, dict[str, tuple[str, ...]]] = {}
    for languages, text in ENDINGS.items():
        for ending, instead in parse_pairs(text):
            ways = places.setdefault(ending, {})
            ways[instead] = (*ways.get(instead, ()), *languages)
    return {ending: tuple(ways.items()) for ending, ways in places.items()}


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """Return last letter → lengths of the endings with it, ascending."""
    lengths: dict[str, set[int]] = {}
    for ending in _places():
        lengths.setdefault(ending[-1], set()).add(len(ending))
    return {letter: tuple(sorted(some)) for letter, some in lengths.items()}


def possible_bases(word: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of which a leveled word may be a familiar form, each with languages."""
    places = _places()
    bases = []
    for length in _lengths().get(word[-1:], ()):
        # two letters or more stand before an ending
        if length > len(word) - 2:
            break
        for instead, languages in places.get(word[-length:], ()):
            base = word[:-length] + instead
            if len(base) >= _SHORTEST_BASE:
                bases.append((base, languages))
    return bases
