"""Generic words of groups' names, translated to the English words that `rigour` recognizes.

Abbreviations are written out, and words of other languages for a company, a bank, a front or a
charity are translated; proper names stay as they are. Chinese, Japanese and Korean names are cut
into words first (`unspaced_words`).
"""

from __future__ import annotations

import re

from resolver.normalize.folding import letters
from resolver.normalize.group_lexicons.company_words import COMPANY_WORDS
from resolver.normalize.group_lexicons.demonyms import DEMONYMS, FOREIGN_DEMONYMS
from resolver.normalize.group_lexicons.institution_words import INSTITUTION_WORDS
from resolver.normalize.group_lexicons.movement_words import (
    FOREIGN_MOVEMENT_WORDS,
    MOVEMENT_WORDS,
)
from resolver.normalize.group_lexicons.political_words import POLITICAL_WORDS
from resolver.normalize.group_lexicons.regional_words import REGIONAL_WORDS
from resolver.normalize.group_lexicons.trade_words import (
    FOREIGN_EMBLEMS,
    FOREIGN_TRADE_WORDS,
    TRADE_WORDS,
    TRANSCRIBED_WORDS,
)
from resolver.normalize.group_lexicons.unspaced_words import translate_unspaced_words
from resolver.normalize.group_spelling import simplify_romanization
from resolver.normalize.word_pairs import parse_groups
from resolver.records.prepared.text_cache import cache_short_texts

_LATIN_WORDS = parse_groups(
    """
private: pvt
international: intl int'l mezhdunarodnyy mezhdunarodnaya mezhdunarodnoye mezhdunarodnyi
international: internazionale internacional
international: uluslararasi duwaliya dawliya beynolmelali
manufacturing: mfg
management: mgmt mgt
services: svcs svc
service: servis
engineering: engg muhendislik handasa mohandesi
industries: inds sanayi sanaye sanayeh
industrial: indl sinaiya
corporation: corpn
national: natl nat'l wataniya watani natsionalnyy natsionalnaya nacional nazionale ulusal
government: govt
association: assn assoc jamiat jamiyat jamiyyat asociacion associazione associacao dernegi
association: assotsiatsiya
university: univ daneshgah universitet universitesi universidad universita universite universidade
department: dept
technologies: techs
technology: tekhnologiya teknoloji tecnologia
systems: sys
brothers: bros
company: sharikat sharikah sherkat sherkate sherka sharika kompaniya kompania kompaniia sirketi
company: sirket compania
company: compagnie empresa societe etairia etaireia azienda
trading: tijara tijarah tijariya tijaria tejarat tejari bazargani torgovlya torgovyy torgovaya
trading: comercial
trading: comercializadora ticaret commerciale handels handel
bank: masraf banka banque banco bankasi
foundation: muassasat muassasa muassasah moassasat mouassassat bonyad fondo fundacion fundacao
foundation: fondazione
foundation: fondation vakfi
foundation: stiftung waqf
front: jabhat jabhah jabha cephesi frente fronte
movement: harakat haraka harakah jonbesh dvizhenie dvizheniye hareketi movimiento movimento
movement: mouvement
army: jaysh jaish gaish artesh armiya ejercito ordusu ordu armee
brigade: liwa katibat katiba kataib katibah brigada tugayi
brigades: alwiya brigadas brigaty
party: hizb hezb partiya partisi partido partito parti partei
organization: munazzamat munazzama munazamat sazman organizatsiya orgutu organizacion
organization: organizzazione organizacao
organization: organisation org tanzim tanzeem tanzimi tandhim tashkilat
committee: lajnat lajna komitet komitesi comite
council: majlis majles shura sovet konseyi konsey consejo consiglio conseil
ministry: wizarat vezarat ministerstvo bakanligi ministerio ministero ministere
defense: difa defa oborony savunma defensa
union: soyuz birligi
charitable: khayriya khairiya khayriyya kheiriya khayriyah blagotvoritelnyy blagotvoritelnaya
charitable: benefica
relief: ighatha igatha
humanitarian: insaniya
islamic: islami islamiya islamiyya eslami
school: madrasa madrassa okul
hospital: mustashfa bimarestan
institute: mahad instituto institut enstitusu
center: markaz tsentr merkezi centro zentrum
group: gruppa grubu gruppe grupo gruppo groupe majmua
construction: stroitelstvo stroitelnaya insaat construccion costruzioni
transport: nakliyat transportnaya transporte
shipping: keshtirani denizcilik sudokhodstvo naftiliaki nautiliaki naviera
maritime: bahriya daryai morskoy
oil: neftyanaya
gas: gazovaya
factory: masna zavod fabrika fabrik
import: ithalat idkhal
export: ihracat tasdir
electronics: elektronika elektronik
investment: istithmar yatirim
holding: kholding
"""
)
_FOREIGN = parse_groups(
    """
company: شركة شرکت компания εταιρεία εταιρία חברת חברה
foundation: مؤسسة مؤسسه بنیاد фонд ίδρυμα
bank: بنك بانک مصرف банк τράπεζα בנק
association: جمعية עמותת
charitable: خيرية خیریه благотворительный
trading: تجارة تجارية بازرگانی تجارت торговый торговая εμπορική
movement: حركة جنبش движение
front: جبهة جبهه
army: جيش ارتش армия
brigade: لواء كتيبة бригада
brigades: كتائب
party: حزب партия
organization: منظمة سازمان организация
committee: لجنة
council: مجلس совет
ministry: وزارة وزارت
defense: دفاع обороны
international: دولية دولي международный международная
national: وطنية وطني национальный национальная
union: اتحاد союз ένωση
group: مجموعة گروه группа όμιλος קבוצת
industries: صناعة صنایع
industrial: صناعية
engineering: هندسة مهندسی
transport: نقل транспортная
shipping: شحن کشتیرانی ملاحة ναυτιλιακή
oil: نفط نفت нефть нефтяная
gas: غاز
university: جامعة دانشگاه университет
center: مركز مرکز центр
institute: معهد институт
investment: استثمار
construction: مقاولات بناء строительная κατασκευαστική
relief: إغاثة اغاثة
islamic: إسلامية اسلامية إسلامي اسلامی
fund: صندوق קרן
house: дом
factory: завод
society: общество
"""
)
_IN_SCRIPT = {
    **FOREIGN_EMBLEMS,
    **FOREIGN_TRADE_WORDS,
    **FOREIGN_DEMONYMS,
    **FOREIGN_MOVEMENT_WORDS,
    **_FOREIGN,
}
_ARABIC_LETTERS, _WORD = re.compile("[\u0600-\u06ff]"), re.compile(r"[^\W_]+(?:[’'][^\W_]+)*\.?")
_PREFIX = re.compile("^(?:\u0648?\u0627\u0644|\u0648?\u0644\u0644|\u0628\u0627\u0644)(?=\\w{3})")
_FOLDED = {
    **TRANSCRIBED_WORDS,
    **TRADE_WORDS,
    **INSTITUTION_WORDS,
    **COMPANY_WORDS,
    **REGIONAL_WORDS,
    **POLITICAL_WORDS,
    **DEMONYMS,
    **MOVEMENT_WORDS,
    **_LATIN_WORDS,
}
"""Words without accents, whatever their script."""
_HEADS = frozenset(
    """
    gesellschaft gesellschaften fabrik fabriken werk werke institut zentrum forschung universitat
    universitaet klinik klinikum krankenhaus schule hochschule akademie bank versicherung technik
    industrie verwaltung anstalt amt ministerium bibliothek museum labor laboratorium wissenschaft
    wissenschaften unternehmen stiftung verband fabriek fabrieken maatschappij onderneming bedrijf
    instituut centrum onderzoek universiteit ziekenhuis ministerie vereniging bolag bolaget selskab
    selskabet institutet institutt universitet universitetet universitetets sjukhus sjukhuset
    sykehus hogskola skola skolan forskning industri teknik center centret senter foretag fond
    intezet intezete egyetem egyeteme gyar kozpont korhaz laitos keskus yliopisto sairaala tehdas
    yhtio liitto seura koulu
    """.split()
)
"""Words that end compounds of German, Dutch, Scandinavian, Hungarian and Finnish names."""
_LEGAL_HEADS = ("aktiebolaget", "aktiebolag", "aktiengesellschaft", "aktieselskab")
"""Legal forms that a name may be written together with."""
_LEAST_PART = 4
_JOINT = re.compile("(?:e?[sn]|er|-)$")
"""Letters that may join the parts of a compound."""
_ELIDED = frozenset(("l", "d", "dell", "dall", "all", "nell", "sull", "qu"))
_LEAST_PLURAL = 7
_PLURAL = re.compile("(?:(ie)|(?<=[^su]))s$")
_DOMAIN = re.compile(r"(?<=\w{3})\.(?:com|net|org|info|biz)\b", re.I)
_LIL = re.compile(r"\b(?:lil|lel)[-\s]+(?=\w{3})", re.I)

VESSEL = re.compile(r"^\s*(?:M[./]?\s?[VT]|S[./]?\s?S|F[./]?\s?V)[.]?\s+(?=\w)")
"""Type of a ship before her name."""


@cache_short_texts(20_000)
def translate_generic_words(text: str) -> str:
    """Return a group's name with its generic words in English and without Arabic articles."""
    if not text.isascii():
        text = translate_unspaced_words(text)
    # MV, M/T, SS: type of a ship, not part of her name.
    text = VESSEL.sub("", _LIL.sub("", _DOMAIN.sub("", text)))
    return _WORD.sub(lambda match: _meaning(match[0]), text)


def stem(word: str) -> str:
    """Return a word without the ending of its plural (`industries` gives `industry`)."""
    return _PLURAL.sub(lambda match: "y" if match[1] else "", word)


def english_stem(word: str) -> str:
    """Return the stem of an English word, as names have it once their words are translated."""
    return stem(_find_meaning(word) or word)


@cache_short_texts(50_000)
def _meaning(word: str) -> str:
    bare = word.rstrip(".").replace("’", "'").lower()
    if bare.isascii():
        return _translate_folded(bare) or word
    meaning = _IN_SCRIPT.get(bare)
    if meaning is None and _ARABIC_LETTERS.search(bare):
        bare = _PREFIX.sub("", bare)
        meaning = _IN_SCRIPT.get(bare, bare)
    return meaning or _translate_folded(bare) or word


def _translate_folded(word: str) -> str:
    """Return the English word for a generic word, else the noun of an elided article, or nothing.

    `l'armée` and `dell'esercito` are armies.
    """
    article, _, noun = word.rpartition("'")
    if article not in _ELIDED:
        return _find_meaning(word)
    return _find_meaning(noun) or noun


def _find_meaning(word: str) -> str:
    """Return the English word for a generic word, its plural in s or a longer romanization."""
    bare = letters(word)
    meaning = _FOLDED.get(bare, "")
    if not meaning and bare.endswith("s") and len(bare) >= _LEAST_PLURAL:
        meaning = _FOLDED.get(bare[:-1], "")
    meaning = meaning or _FOLDED.get(simplify_romanization(bare), "")
    return meaning or (_split_compound(bare) if len(bare) >= 2 * _LEAST_PART else "")


def _split_compound(word: str) -> str:
    """Return the English words for a compound of generic words, else nothing.

    `werkzeugfabrik` gives `tools factory`; legal forms are cut from any word.
    """
    for place in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        first, head = word[:place], word[place:]
        if head in _HEADS:
            meaning = _FOLDED.get(first) or _FOLDED.get(_JOINT.sub("", first))
            if meaning:
                return f"{meaning} {_FOLDED.get(head, head)}"
        elif head in _LEGAL_HEADS:
            first = _JOINT.sub("", first) if first.endswith("s") else first
            return f"{_FOLDED.get(first, first)} {head}"
    return ""
