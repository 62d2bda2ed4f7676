"""Name lists of European, Caucasian, Turkish and African cultures, and of those of the Americas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from resolver.data import load_pairs
from resolver.world import alphabets, name_lists
from resolver.world.alphabets import Spellings
from resolver.world.name_lexicon import Word
from resolver.world.name_lists import (
    NameLists,
    TailMaker,
    cut_before_accent,
    cut_before_vowels,
    for_both_genders,
    listed_names,
    make_words,
    read_nicknames,
)

_AFRICAN_TITLES = ("Alhaji El-Hadj Chief Mr. Dr. Sheikh", "Hajia Mrs. Madam Ms. Dr.")


def make_russian_lists() -> NameLists:
    """Make the Russian lists."""
    men = name_lists.extend_names(listed_names("russian male"), "ru_RU", "first_names_male", 160)
    women = name_lists.extend_names(
        listed_names("russian female"), "ru_RU", "first_names_female", 90
    )
    build = partial(make_words, rule=alphabets.spell_russian, pets=read_nicknames("russian"))
    male = [
        name
        for name in name_lists.read_names("ru_RU", "last_names_male")
        if name.endswith(("в", "н", "й"))
    ]
    son, daughter = _patronymic_rules("ru")
    tails = TailMaker("russian", alphabets.spell_russian, cut_before_vowels)
    given_tails, father_tails = tails.make_given_and_father(men, women, son, daughter)
    return NameLists(
        (build(men), build(women)),
        (build(male), build(map(alphabets.feminine_family_name, male))),
        11.0,
        25.0,
        father=(build(map(son, men)), build(map(daughter, men))),
        given_tails=given_tails,
        family_tails=tails.make_family(male, alphabets.feminine_family_name),
        father_tails=father_tails,
    )


def _patronymic_rules(language: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Return the functions that make patronymics of sons and of daughters."""
    return (
        partial(alphabets.make_patronymic, female=False, language=language),
        partial(alphabets.make_patronymic, female=True, language=language),
    )


def make_ukrainian_lists() -> NameLists:
    """Make the Ukrainian lists."""
    listed = [listed_names(f"ukrainian {gender}") for gender in ("male", "female")]
    russian = dict(entry.split(":") for entries in listed for entry in entries)

    def rule(name: str) -> Spellings:
        """Spell a Ukrainian name with its listed Russian form."""
        return alphabets.spell_ukrainian(name, russian.get(name))

    common_men, common_women = ([entry.split(":")[0] for entry in entries] for entries in listed)
    men = name_lists.extend_names(common_men, "uk_UA", "first_names_male", 90)
    women = name_lists.extend_names(common_women, "uk_UA", "first_names_female", 60)
    male = name_lists.extend_names(
        "Мельник Шевченко Коваленко Бондаренко Ткаченко Кравченко".split(),
        "uk_UA",
        "last_names_male",
        450,
    )
    build = partial(make_words, rule=rule, pets=read_nicknames("ukrainian"))
    son, daughter = _patronymic_rules("uk")
    tails = TailMaker("ukrainian", alphabets.spell_ukrainian, cut_before_vowels)
    given_tails, father_tails = tails.make_given_and_father(men, women, son, daughter)
    return NameLists(
        (build(men), build(women)),
        (build(male), build(map(alphabets.feminine_family_name, male))),
        11.5,
        32.0,
        father=(build(map(son, men)), build(map(daughter, men))),
        given_tails=given_tails,
        family_tails=tails.make_family(male, alphabets.feminine_family_name),
        father_tails=father_tails,
    )


def make_turkish_lists() -> NameLists:
    """Make the Turkish lists."""
    rule = partial(alphabets.spell_latin, language="turkish")
    build = partial(make_words, rule=rule, pets=read_nicknames("turkish"))
    men = name_lists.extend_names(listed_names("turkish male"), "tr_TR", "first_names_male", 200)
    women = name_lists.extend_names(
        listed_names("turkish female"), "tr_TR", "first_names_female", 150
    )
    first, second = listed_names("turkish family first"), listed_names("turkish family second")
    composed = [a + b for b in second for a in first if a.lower() != b]
    families = name_lists.combine_lists(
        listed_names("turkish family"),
        name_lists.read_names("tr_TR", "last_names") + composed,
        420,
    )
    tails = TailMaker("turkish", rule, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        19.0,
        30.0,
        titles=("Bay Dr. Haci Prof. Av.", "Bayan Dr. Prof. Av."),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families + [f"{name}oğlu" for name in men[::2]]),
    )


def _with_african_forms(entries: list[str], pets: Mapping[str, str]) -> list[Word]:
    words = []
    for entry in entries:
        name, _, forms = entry.partition(":")
        words.append(
            Word(
                alphabets.spell_with_variants(name, forms.split(","), "african"),
                pets.get(name, ""),
            )
        )
    return words


def make_west_african_lists() -> NameLists:
    """Make the West African lists."""
    rule = partial(alphabets.spell_latin, language="african")
    tables = [listed_names(f"west african {names}") for names in ("male", "female", "family")]
    attributes = ("first_names_male", "first_names_female", "last_names")
    others = [_other_west_african(*pair) for pair in zip(tables, attributes, strict=True)]
    men, women, families = (
        _with_african_forms(table, read_nicknames("african")) + make_words(names, rule)
        for table, names in zip(tables, others, strict=True)
    )
    tails = TailMaker("west-african", rule, cut_before_vowels)
    listed = [table + names for table, names in zip(tables, others, strict=True)]
    return NameLists(
        (men, women),
        for_both_genders(families),
        26.0,
        11.0,
        titles=_AFRICAN_TITLES,
        given_tails=tails.make_given(listed[0], listed[1]),
        family_tails=tails.make_family(listed[2]),
    )


def _other_west_african(table: list[str], attribute: str) -> list[str]:
    """Return the names of Faker's West African lists that are not in a table."""
    listed = {entry.partition(":")[0] for entry in table}
    locales = ("ha_NG", "yo_NG", "tw_GH", "ig_NG")
    names = [name for locale in locales for name in name_lists.read_names(locale, attribute)]
    return [name for name in names if name not in listed]


def make_horn_african_lists() -> NameLists:
    """Make the lists of the Horn of Africa."""
    listed = [listed_names(f"horn african {gender}") for gender in ("male", "female")]
    men, women = (_with_african_forms(table, read_nicknames("african")) for table in listed)
    rule = partial(alphabets.spell_latin, language="african")
    tails = TailMaker("horn-african", rule, cut_before_vowels)
    return NameLists(
        (men, women),
        ([], []),
        5.5,
        titles=_AFRICAN_TITLES,
        given_tails=tails.make_given(*listed),
    )


def make_spanish_lists() -> NameLists:
    """Make the Spanish lists."""
    rule = partial(alphabets.spell_latin, language="spanish")
    build = partial(make_words, rule=rule, pets=read_nicknames("spanish"))
    colombian = name_lists.read_names("es_CO", "last_names")
    mexican = name_lists.read_names("es_MX", "last_names")
    families = list(dict.fromkeys(colombian + mexican))[:600]
    men, women = (
        name_lists.read_names("es_CO", f"first_names_{gender}") for gender in ("male", "female")
    )
    tails = TailMaker("spanish", rule, cut_before_accent)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        31.0,
        24.0,
        titles=("Sr. Dr. Lic. Ing.", "Sra. Dra. Lic. Ing."),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def _with_variants(
    names: list[str], language: str, forms: Mapping[str, str], pets: Mapping[str, str]
) -> list[Word]:
    """Make words with their variants and nicknames."""
    variants = {name: forms.get(name, "").split(",") for name in names}
    return [
        Word(alphabets.spell_with_variants(name, variants[name], language), pets.get(name, ""))
        for name in names
    ]


def make_english_lists() -> NameLists:
    """Make the English lists."""
    forms, pets = load_pairs("world_spellings", culture="english"), read_nicknames("english")
    build = partial(_with_variants, language="english", forms=forms, pets=pets)
    men, women, families = (
        name_lists.read_names("en_US", attribute)
        for attribute in ("first_names_male", "first_names_female", "last_names")
    )
    rule = partial(alphabets.spell_latin, language="english")
    tails = TailMaker("english", rule, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        40.0,
        60.0,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_french_lists() -> NameLists:
    """Make the French lists."""
    rule = partial(alphabets.spell_latin, language="french")
    build = partial(make_words, rule=rule, pets=read_nicknames("french"))
    given_names = []
    for gender, common, compound in (
        ("male", listed_names("french male"), "Jean-"),
        ("female", listed_names("french female"), "Marie-"),
    ):
        single = name_lists.read_names("fr_FR", f"first_names_{gender}")
        compounds = [compound + name for name in single[::4] if "-" not in name]
        given_names.append(name_lists.combine_lists(common, single, 200) + compounds)
    men, women = given_names
    families = name_lists.read_names("fr_FR", "last_names")
    tails = TailMaker("french", rule, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        19.0,
        29.0,
        titles=("M. Dr. Me Pr.", "Mme Dr. Me Pr."),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_german_lists() -> NameLists:
    """Make the German lists."""
    forms, pets = load_pairs("world_spellings", culture="german"), read_nicknames("german")
    build = partial(_with_variants, language="german", forms=forms, pets=pets)
    men = name_lists.extend_names(listed_names("german male"), "de_AT", "first_names_male", 260)
    women = name_lists.extend_names(
        listed_names("german female"), "de_AT", "first_names_female", 260
    )
    families = name_lists.extend_names(listed_names("german family"), "de_DE", "last_names", 400)
    tails = TailMaker(
        "german", partial(alphabets.spell_latin, language="german"), cut_before_vowels
    )
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        38.0,
        29.0,
        titles=("Herr Dr. Prof. Dipl.-Ing.", "Frau Dr. Prof. Dipl.-Ing."),
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_balkan_lists() -> NameLists:
    """Make the Balkan lists."""
    build = partial(make_words, rule=alphabets.spell_serbian, pets=read_nicknames("balkan"))
    men = name_lists.extend_names(listed_names("balkan male"), "hr_HR", "first_names_male", 120)
    women = name_lists.extend_names(
        listed_names("balkan female"), "hr_HR", "first_names_female", 120
    )
    families = name_lists.extend_names(listed_names("balkan family"), "hr_HR", "last_names", 450)
    tails = TailMaker("balkan", alphabets.spell_serbian, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        16.5,
        28.0,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_greek_lists() -> NameLists:
    """Make the Greek lists."""
    build = partial(make_words, rule=alphabets.spell_greek, pets=read_nicknames("greek"))
    men = name_lists.extend_names(listed_names("greek male"), "el_GR", "first_names_male", 130)
    women = name_lists.extend_names(
        listed_names("greek female"), "el_GR", "first_names_female", 130
    )
    male = name_lists.extend_names(
        "Παπαδόπουλος Γεωργίου Δημητρίου Οικονόμου Νικολαΐδης".split(),
        "el_GR",
        "last_names_male",
        450,
    )
    tails = TailMaker("greek", alphabets.spell_greek, cut_before_accent)
    return NameLists(
        (build(men), build(women)),
        (build(male), build(map(alphabets.feminine_greek_family_name, male))),
        13.0,
        36.0,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(male, alphabets.feminine_greek_family_name),
    )


def make_georgian_lists() -> NameLists:
    """Make the Georgian lists."""
    build = partial(make_words, rule=alphabets.spell_georgian, pets=read_nicknames("georgian"))
    men = name_lists.extend_names(listed_names("georgian male"), "ka_GE", "first_names_male", 110)
    women = name_lists.extend_names(
        listed_names("georgian female"), "ka_GE", "first_names_female", 110
    )
    families = name_lists.extend_names(listed_names("georgian family"), "ka_GE", "last_names", 450)
    tails = TailMaker("georgian", alphabets.spell_georgian, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        13.0,
        36.0,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families),
    )


def make_armenian_lists() -> NameLists:
    """Make the Armenian lists."""
    build = partial(make_words, rule=alphabets.spell_armenian, pets=read_nicknames("armenian"))
    men = name_lists.extend_names(listed_names("armenian male"), "hy_AM", "first_names_male", 150)
    women = name_lists.extend_names(
        listed_names("armenian female"), "hy_AM", "first_names_female", 150
    )
    families = name_lists.extend_names(listed_names("armenian family"), "hy_AM", "last_names", 450)
    tails = TailMaker("armenian", alphabets.spell_armenian, cut_before_vowels)
    return NameLists(
        (build(men), build(women)),
        for_both_genders(build(families)),
        17.5,
        32.0,
        given_tails=tails.make_given(men, women),
        family_tails=tails.make_family(families + [f"{name}յան" for name in men]),
    )
