"""The lists of European, Caucasian, Turkish, African and American names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from resolver.synthetic.letters import Spellings, caucasus, cyrillic, latin
from resolver.synthetic.names import faker_lists
from resolver.synthetic.names.name_lexicon import Word
from resolver.synthetic.names.name_lists import Lists, same, words_of
from resolver.synthetic.words import african, european


def russian_lists() -> Lists:
    """The Russian lists."""
    men = faker_lists.first_then(
        european.RUSSIAN_MALE, faker_lists.names("ru_RU", "first_names_male"), 160
    )
    women = faker_lists.first_then(
        european.RUSSIAN_FEMALE, faker_lists.names("ru_RU", "first_names_female"), 90
    )
    build = partial(words_of, rule=cyrillic.russian, pets=european.RUSSIAN_PET)
    male = [
        name
        for name in faker_lists.names("ru_RU", "last_names_male")
        if name.endswith(("в", "н", "й"))
    ]
    father = tuple(
        build([cyrillic.patronymic(man, female=woman, language="ru") for man in men])
        for woman in (False, True)
    )
    families = build(male), build([cyrillic.family_of_woman(name) for name in male])
    return Lists((build(men), build(women)), families, 8.0, 25.0, father=(father[0], father[1]))


def ukrainian_lists() -> Lists:
    """The Ukrainian lists."""
    russian = dict(
        entry.split(":") for entry in (european.UKRAINIAN_MALE + european.UKRAINIAN_FEMALE).split()
    )

    def rule(name: str) -> Spellings:
        return cyrillic.ukrainian(name, russian.get(name))

    def common(entries: str) -> str:
        return " ".join(entry.split(":")[0] for entry in entries.split())

    men = faker_lists.first_then(
        common(european.UKRAINIAN_MALE), faker_lists.names("uk_UA", "first_names_male"), 90
    )
    women = faker_lists.first_then(
        common(european.UKRAINIAN_FEMALE), faker_lists.names("uk_UA", "first_names_female"), 60
    )
    male = faker_lists.first_then(
        "Мельник Шевченко Коваленко Бондаренко Ткаченко Кравченко",
        faker_lists.names("uk_UA", "last_names_male"),
        450,
    )
    build = partial(words_of, rule=rule, pets=european.UKRAINIAN_PET)
    father = tuple(
        build([cyrillic.patronymic(man, female=woman, language="uk") for man in men])
        for woman in (False, True)
    )
    families = build(male), build([cyrillic.family_of_woman(name) for name in male])
    return Lists((build(men), build(women)), families, 8.0, 40.0, father=(father[0], father[1]))


def turkish_lists() -> Lists:
    """The Turkish lists."""
    build = partial(
        words_of, rule=partial(latin.spellings, language="turkish"), pets=european.TURKISH_PET
    )
    men = faker_lists.first_then(
        european.TURKISH_MALE, faker_lists.names("tr_TR", "first_names_male"), 200
    )
    women = faker_lists.first_then(
        european.TURKISH_FEMALE, faker_lists.names("tr_TR", "first_names_female"), 150
    )
    second = european.TURKISH_FAMILY_SECOND.split()
    composed = [
        a + b for b in second for a in european.TURKISH_FAMILY_FIRST.split() if a.lower() != b
    ]
    families = faker_lists.first_then(
        european.TURKISH_FAMILY, faker_lists.names("tr_TR", "last_names") + composed, 420
    )
    return Lists(
        (build(men), build(women)),
        same(build(families)),
        8.0,
        40.0,
        titles=("Bay Dr. Haci Prof. Av.", "Bayan Dr. Prof. Av."),
    )


def _with_forms(table: str, language: str, pets: Mapping[str, str]) -> list[Word]:
    words = []
    for entry in table.split():
        name, _, forms = entry.partition(":")
        words.append(Word(latin.given(name, forms.replace(",", " "), language), pets.get(name, "")))
    return words


def west_african_lists() -> Lists:
    """The West African lists."""
    rule = partial(latin.spellings, language="african")
    pair = []
    for table, gender in ((african.WEST_MALE, "male"), (african.WEST_FEMALE, "female")):
        more = [
            name
            for locale in ("ha_NG", "yo_NG", "tw_GH", "ig_NG")
            for name in faker_lists.names(locale, f"first_names_{gender}")
        ]
        known = {entry.partition(":")[0] for entry in table.split()}
        pair.append(
            _with_forms(table, "african", african.NICKNAMES)
            + words_of([n for n in more if n not in known], rule)
        )
    known = {entry.partition(":")[0] for entry in african.WEST_FAMILY.split()}
    more = [
        name
        for locale in ("ha_NG", "yo_NG", "tw_GH", "ig_NG")
        for name in faker_lists.names(locale, "last_names")
    ]
    families = _with_forms(african.WEST_FAMILY, "african", {}) + words_of(
        [name for name in more if name not in known], rule
    )
    return Lists(
        (pair[0], pair[1]),
        same(families),
        10.0,
        5.0,
        titles=(african.TITLES_MALE, african.TITLES_FEMALE),
    )


def horn_african_lists() -> Lists:
    """The Horn of Africa lists."""
    men, women = (
        _with_forms(table, "african", african.NICKNAMES)
        for table in (african.HORN_MALE, african.HORN_FEMALE)
    )
    return Lists(
        (men, women), ([], []), 4.0, 4.0, titles=(african.TITLES_MALE, african.TITLES_FEMALE)
    )


def spanish_lists() -> Lists:
    """The Spanish lists."""
    build = partial(
        words_of, rule=partial(latin.spellings, language="spanish"), pets=european.SPANISH_PET
    )
    families = list(
        dict.fromkeys(
            faker_lists.names("es_CO", "last_names") + faker_lists.names("es_MX", "last_names")
        )
    )[:600]
    given = (
        build(faker_lists.names("es_CO", "first_names_male")),
        build(faker_lists.names("es_CO", "first_names_female")),
    )
    return Lists(
        given,
        same(build(families)),
        15.0,
        10.0,
        titles=("Sr. Dr. Lic. Ing.", "Sra. Dra. Lic. Ing."),
    )


def english_lists() -> Lists:
    """The English lists."""

    def build(names: list[str]) -> list[Word]:
        forms, pets = european.ENGLISH_SPELLINGS, european.ENGLISH_PET
        return [
            Word(
                latin.given(name, forms.get(name, "").replace(",", " "), "english"),
                pets.get(name, ""),
            )
            for name in names
        ]

    given = (
        build(faker_lists.names("en_US", "first_names_male")),
        build(faker_lists.names("en_US", "first_names_female")),
    )
    return Lists(given, same(build(faker_lists.names("en_US", "last_names"))), 25.0, 60.0)


def french_lists() -> Lists:
    """The French lists."""
    build = partial(
        words_of, rule=partial(latin.spellings, language="french"), pets=european.FRENCH_PET
    )
    given = []
    for gender, common, compound in (
        ("male", european.FRENCH_MALE, "Jean-"),
        ("female", european.FRENCH_FEMALE, "Marie-"),
    ):
        single = faker_lists.names("fr_FR", f"first_names_{gender}")
        given.append(
            build(
                faker_lists.first_then(common, single, 200)
                + [compound + name for name in single[::4] if "-" not in name]
            )
        )
    return Lists(
        (given[0], given[1]),
        same(build(faker_lists.names("fr_FR", "last_names"))),
        25.0,
        40.0,
        titles=("M. Dr. Me Pr.", "Mme Dr. Me Pr."),
    )


def german_lists() -> Lists:
    """The German lists."""

    def build(names: list[str]) -> list[Word]:
        forms, pets = european.GERMAN_SPELLINGS, european.GERMAN_PET
        return [
            Word(
                latin.given(name, forms.get(name, "").replace(",", " "), "german"),
                pets.get(name, ""),
            )
            for name in names
        ]

    given = []
    for gender, common in (("male", european.GERMAN_MALE), ("female", european.GERMAN_FEMALE)):
        given.append(
            build(
                faker_lists.first_then(
                    common, faker_lists.names("de_AT", f"first_names_{gender}"), 260
                )
            )
        )
    families = build(
        faker_lists.first_then(
            european.GERMAN_FAMILY, faker_lists.names("de_DE", "last_names"), 400
        )
    )
    return Lists(
        (given[0], given[1]),
        same(families),
        40.0,
        25.0,
        titles=("Herr Dr. Prof. Dipl.-Ing.", "Frau Dr. Prof. Dipl.-Ing."),
    )


def balkan_lists() -> Lists:
    """The Balkan lists."""
    build = partial(words_of, rule=cyrillic.serbian, pets=european.BALKAN_PET)
    men = faker_lists.first_then(
        european.BALKAN_MALE, faker_lists.names("hr_HR", "first_names_male"), 120
    )
    women = faker_lists.first_then(
        european.BALKAN_FEMALE, faker_lists.names("hr_HR", "first_names_female"), 120
    )
    families = faker_lists.first_then(
        " ".join(european.BALKAN_FAMILY.split()), faker_lists.names("hr_HR", "last_names"), 450
    )
    return Lists((build(men), build(women)), same(build(families)), 15.0, 25.0)


def greek_lists() -> Lists:
    """The Greek lists."""
    build = partial(words_of, rule=caucasus.greek, pets=european.GREEK_PET)
    men = faker_lists.first_then(
        european.GREEK_MALE, faker_lists.names("el_GR", "first_names_male"), 130
    )
    women = faker_lists.first_then(
        european.GREEK_FEMALE, faker_lists.names("el_GR", "first_names_female"), 130
    )
    male = faker_lists.first_then(
        "Παπαδόπουλος Γεωργίου Δημητρίου Οικονόμου Νικολαΐδης",
        faker_lists.names("el_GR", "last_names_male"),
        450,
    )
    families = build(male), build([caucasus.greek_family_of_woman(name) for name in male])
    return Lists((build(men), build(women)), families, 6.0, 60.0)


def georgian_lists() -> Lists:
    """The Georgian lists."""
    build = partial(words_of, rule=caucasus.georgian, pets=european.GEORGIAN_PET)
    men = faker_lists.first_then(
        european.GEORGIAN_MALE, faker_lists.names("ka_GE", "first_names_male"), 110
    )
    women = faker_lists.first_then(
        european.GEORGIAN_FEMALE, faker_lists.names("ka_GE", "first_names_female"), 110
    )
    return Lists(
        (build(men), build(women)),
        same(
            build(
                faker_lists.first_then(
                    european.GEORGIAN_FAMILY, faker_lists.names("ka_GE", "last_names"), 450
                )
            )
        ),
        8.0,
        60.0,
    )


def armenian_lists() -> Lists:
    """The Armenian lists."""
    build = partial(words_of, rule=caucasus.armenian, pets=european.ARMENIAN_PET)
    men = faker_lists.first_then(
        european.ARMENIAN_MALE, faker_lists.names("hy_AM", "first_names_male"), 150
    )
    women = faker_lists.first_then(
        european.ARMENIAN_FEMALE, faker_lists.names("hy_AM", "first_names_female"), 150
    )
    families = faker_lists.first_then(
        european.ARMENIAN_FAMILY, faker_lists.names("hy_AM", "last_names"), 450
    )
    return Lists((build(men), build(women)), same(build(families)), 10.0, 40.0)
