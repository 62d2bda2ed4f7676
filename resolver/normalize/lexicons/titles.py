"""Words in names of persons that are no names: particles and titles, Latin and Arabic."""

from __future__ import annotations

PARTICLES = frozenset(
    """
    al el ul ibn bin ben bint binti bte bn de la le las los del della di da do dos das du des van
    von der den ter ten zu zum y e i and the of oglu ogly uulu kyzy qizi al- st san ould uld binte
    ibni ogli oghlu ugli kyzi kizi gizi
    """.split()
)
# Compared in Arabic and Hebrew letters, since transliterations are ambiguous: Umar is no Mr, Said
# no Sayyid.
ARABIC_PARTICLES = frozenset(
    """
    بن ابن بنت آل ال و شيخ سيد ملا مولوي مولانا حاج حاجي حافظ قاري مفتي استاد استاذ أستاذ مهندس
    دكتور دكتر בן בת אבן מר דר
    """.split()
)
# Honorific, Mr, Mrs, Miss, Dr, professor and engineer in Nepali and Hindi, in full and in short.
DEVANAGARI_TITLES = tuple(
    "माननीय सम्माननीय श्रीमान् श्रीमान श्रीमती सुश्री श्री डाक्टर डॉक्टर प्राध्यापक".split()
)
DEVANAGARI_SHORT_TITLES = tuple("मा डा डॉ डॉ० प्रा प्रो इ इं ई".split())
# Letters that Persian and Urdu write differently from Arabic.
ARABIC_LETTERS = str.maketrans("یىکھ", "ييكه")
# Generations, which distinguish father and son of one name, after the first word.
GENERATIONS = {"jr": "jr", "jnr": "jr", "sr": "sr", "snr": "sr"} | {
    word: word
    for word in "ii iii iv vii viii ix xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii".split()
}
# Generations only as the last word.
LAST_GENERATIONS = {"junior": "jr", "senior": "sr"}
# Particles that form one word with those that follow.
LINKS = frozenset(("van", "von", "de", "del"))
LINKED = frozenset("la las los le der den dem de het ter".split())
