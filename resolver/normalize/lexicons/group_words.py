"""Generic words of groups' names, in the words that `rigour` knows: abbreviations written out, and what other languages
call a company, a bank, a front or a charity. Names proper stay as they are. Pure functions of one text.

Chinese, Japanese and Korean names are written without spaces, so their generic words are cut out first.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_WORDS = """
private: pvt
international: intl int'l mezhdunarodnyy mezhdunarodnaya mezhdunarodnoye mezhdunarodnyi internazionale internacional
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
association: assn assoc jamiat jamiyat jamiyyat asociacion associazione associacao dernegi assotsiatsiya
university: univ daneshgah universitet universitesi universidad universita universite universidade
department: dept
technologies: techs
technology: tekhnologiya teknoloji tecnologia
systems: sys
brothers: bros
company: sharikat sharikah sherkat sherkate sherka sharika kompaniya kompania kompaniia sirketi sirket compania
company: compagnie empresa societe etairia etaireia azienda
trading: tijara tijarah tijariya tijaria tejarat tejari bazargani torgovlya torgovyy torgovaya comercial
trading: comercializadora ticaret commerciale handels handel
bank: masraf banka banque banco bankasi
foundation: muassasat muassasa muassasah moassasat mouassassat bonyad fondo fundacion fundacao fondazione
foundation: fondation vakfi
foundation: stiftung waqf
front: jabhat jabhah jabha cephesi frente fronte
movement: harakat haraka harakah jonbesh dvizhenie dvizheniye hareketi movimiento movimento mouvement
army: jaysh jaish gaish artesh armiya ejercito ordusu ordu armee
brigade: liwa katibat katiba kataib katibah brigada tugayi
brigades: alwiya brigadas brigaty
party: hizb hezb partiya partisi partido partito parti partei
organization: munazzamat munazzama munazamat sazman organizatsiya orgutu organizacion organizzazione organizacao
organization: organisation org
committee: lajnat lajna komitet komitesi comite
council: majlis majles shura sovet konseyi konsey consejo consiglio conseil
ministry: wizarat vezarat ministerstvo bakanligi ministerio ministero ministere
defence: difa defa oborony savunma defensa
union: soyuz birligi
charitable: khayriya khairiya khayriyya kheiriya khayriyah blagotvoritelnyy blagotvoritelnaya benefica
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
_FOREIGN = {
    "شركة": "company", "شرکت": "company", "مؤسسة": "foundation", "مؤسسه": "foundation", "بنك": "bank", "بانک": "bank",
    "بنیاد": "foundation", "مصرف": "bank", "جمعية": "association", "خيرية": "charitable", "خیریه": "charitable",
    "تجارة": "trading", "تجارية": "trading", "بازرگانی": "trading", "تجارت": "trading", "حركة": "movement",
    "جنبش": "movement", "جبهة": "front", "جبهه": "front", "جيش": "army", "ارتش": "army", "لواء": "brigade",
    "كتيبة": "brigade", "كتائب": "brigades", "حزب": "party", "منظمة": "organization", "سازمان": "organization",
    "لجنة": "committee", "مجلس": "council", "وزارة": "ministry", "وزارت": "ministry", "دفاع": "defence",
    "دولية": "international", "دولي": "international", "وطنية": "national", "وطني": "national",
    "اتحاد": "union", "مجموعة": "group", "گروه": "group", "صناعة": "industries", "صناعية": "industrial",
    "صنایع": "industries", "هندسة": "engineering", "مهندسی": "engineering", "نقل": "transport", "شحن": "shipping",
    "کشتیرانی": "shipping", "ملاحة": "shipping", "نفط": "oil", "نفت": "oil", "غاز": "gas",
    "جامعة": "university", "دانشگاه": "university", "مركز": "center", "مرکز": "center", "معهد": "institute",
    "استثمار": "investment", "مقاولات": "construction", "بناء": "construction", "إغاثة": "relief", "اغاثة": "relief",
    "إسلامية": "islamic", "اسلامية": "islamic", "إسلامي": "islamic", "اسلامی": "islamic", "صندوق": "fund",
    "обороны": "defence", "торговый": "trading", "торговая": "trading", "дом": "house",
    "завод": "factory", "компания": "company", "группа": "group", "банк": "bank", "фонд": "foundation",
    "международный": "international", "международная": "international", "движение": "movement", "армия": "army",
    "партия": "party", "союз": "union", "организация": "organization", "общество": "society", "центр": "center",
    "институт": "institute", "университет": "university", "бригада": "brigade", "совет": "council",
    "нефть": "oil", "нефтяная": "oil", "строительная": "construction", "транспортная": "transport",
    "благотворительный": "charitable", "национальный": "national", "национальная": "national",
    "εταιρεία": "company", "εταιρία": "company", "ναυτιλιακή": "shipping", "τράπεζα": "bank", "ίδρυμα": "foundation",
    "εμπορική": "trading", "όμιλος": "group", "κατασκευαστική": "construction", "ένωση": "union",
    "בנק": "bank", "חברת": "company", "חברה": "company", "קרן": "fund", "עמותת": "association", "קבוצת": "group",
}  # fmt: skip
_UNSPACED = {
    "股份有限公司": "plc", "有限责任公司": "llc", "有限責任公司": "llc", "有限公司": "ltd", "公司": "company",
    "集团": "group", "集團": "group", "グループ": "group", "贸易": "trading", "貿易": "trading", "商贸": "trading",
    "进出口": "import export", "進出口": "import export", "科技": "technology", "技术": "technology",
    "電子": "electronics", "电子": "electronics", "電機": "electric", "电气": "electric", "投资": "investment",
    "投資": "investment", "银行": "bank", "銀行": "bank", "国际": "international", "國際": "international",
    "国際": "international", "工业": "industrial", "工業": "industrial", "实业": "industrial", "產業": "industries",
    "产业": "industries", "石油": "oil", "化工": "chemical", "化学": "chemical", "机械": "machinery",
    "機械": "machinery", "航运": "shipping", "航運": "shipping", "海运": "shipping", "海運": "shipping",
    "海運業": "shipping", "物流": "logistics", "建设": "construction", "建設": "construction",
    "工程": "engineering", "能源": "energy", "电力": "power", "钢铁": "steel", "鋼鐵": "steel", "製鉄": "steel",
    "汽车": "automobile", "自動車": "automobile", "医药": "pharmaceutical", "制药": "pharmaceutical",
    "製薬": "pharmaceutical", "食品": "food", "保险": "insurance", "保険": "insurance", "大学": "university",
    "大學": "university", "协会": "association", "協會": "association", "協会": "association",
    "基金会": "foundation", "基金會": "foundation", "財団": "foundation", "研究所": "institute", "精密": "precision",
    "株式会社": "kk", "有限会社": "ltd", "合同会社": "llc",
    "주식회사": "ltd", "유한회사": "ltd", "전자": "electronics", "무역": "trading", "은행": "bank", "그룹": "group",
    "건설": "construction", "해운": "shipping", "산업": "industries", "공업": "industrial", "회사": "company",
    "기계": "machinery", "총회사": "corporation", "국제": "international",
}  # fmt: skip
_CUT = re.compile("|".join(map(re.escape, sorted(_UNSPACED, key=lambda word: (-len(word), word)))))
_CITY = re.compile("(?<=[\u4e00-\u9fff]{2})[市省县縣](?=[\u4e00-\u9fff]{2})")
_ARABIC_LETTERS, _WORD = re.compile("[\u0600-\u06ff]"), re.compile(r"[^\W_]+(?:[’'][^\W_]+)*\.?")
_PREFIX = re.compile("^(?:\u0648?\u0627\u0644|\u0648?\u0644\u0644|\u0628\u0627\u0644)(?=\\w{3})")
_DOMAIN = re.compile(r"(?<=\w{3})\.(?:com|net|org|info|biz)\b", re.I)
_LIL = re.compile(r"\b(?:lil|lel)[-\s]+(?=\w{3})", re.I)


@cache
def _latin_words() -> dict[str, str]:
    rows = (line.split(":") for line in _WORDS.strip().splitlines())
    return {word: meaning.strip() for meaning, words in rows for word in words.split()}


_VESSEL = re.compile(r"^\s*(?:M[./]?\s?[VT]|S[./]?\s?S|F[./]?\s?V)[.]?\s+(?=\w)")


@lru_cache(maxsize=20_000)
def levelled(text: str) -> str:
    """A group's name with its generic words in English and in full; of all else only Arabic articles go."""
    if not text.isascii():
        text = _CUT.sub(lambda found: f" {_UNSPACED[found[0]]} ", _CITY.sub(" ", text))
    # MV, M/T, SS: what a ship is, no part of her name
    text = _VESSEL.sub("", _LIL.sub("", _DOMAIN.sub("", text)))
    return _WORD.sub(lambda found: _meaning(found[0]), text)


def _meaning(word: str) -> str:
    bare = word.rstrip(".").replace("’", "'").lower()
    if bare.isascii():
        return _latin_words().get(bare, word)
    found = _FOREIGN.get(bare)
    if found is None and _ARABIC_LETTERS.search(bare):
        bare = _PREFIX.sub("", bare)
        found = _FOREIGN.get(bare, bare)
    return found or word
