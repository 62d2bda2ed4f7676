"""Words of names of armed and political groups in languages of Africa, Asia and Eastern Europe.

And words of Western languages for which `movement_words` and `political_words` have no room. Words
are ASCII, as `folding.letters` gives them. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

REGIONAL_WORDS = parse_groups(
    """
army: laskar lashkhar banak tatmadaw jeshi serawit sarawit waraana
front: ginbar jabhadda jabhada munnani peramuna cebhesi cebhe jebha
liberation: viduthalai viduthalaip vimukthi bilisummaa azatagrutyan apeleftherotiko mapagpalaya
liberation: vimochana rizgariya
liberators: liberateurs libertadores liberatori
people: makkal makkalin hizbawi ummata shacabka lidova ludu liaudies xalq xalqi halklar
national: rashtriya rastriya jatiya pambansa pambansang hagerawi waddaniga kombetar
national: tautine naziunale natsionalna
nationalist: rashtrawadi rashtravadi jatiyatabadi
nation: umma ummah nacion nacao nazione tauta tautos
homeland: patria patrie vaterland
revolutionary: krantikari abyotawi revolusioner rebolusyonaryo rebolusyonaryong puratchikara
revolutionary: biplabi heghapokhakan
revolution: kranti biplob revolusi rebolusyon inkilap inkilab
democratic: loktantrik jantantrik prajatantrik demokrasiyawi gantantrik gonotantrik
communist: samyabadi samyavadi komunistang komunistiska
socialist: samajwadi samajbadi samajtantrik sosialistis
maoist: maobadi maovadi maoista maoiste maoistes
movement: kilusan kilusang iyakkam andolon aandolan harkat harkatul dhaqdhaqaaqa levizje sajudis
movement: bizutnawai bizutnawa kustiba hnuti hnutie rorelsen bevegelse
party: pakshaya xisbiga partai
federation: mahasangh
confederation: confederacion confederacao confederazione konfederatsiya konfederasyonu
union: sajunga bashkimi bashkim midowga unioni sindicato syndicat sindacato sendika
committee: samiti samity samithi komisia
organization: sangathan sanghatan organisasi organosi organosis ururka pertubuhan irgun samahan
organization: organisatie organizata
united: samyukta sanyukt sanjukta nagkakaisang
unity: tokkummaa andinet andnet ekta
council: parishad vijece vece golaha taryba
alliance: isbahaysiga isbaheysiga gathabandhan
forces: ciidamada bahini vahini hezen
units: unidades einheiten wahadat yekineyen yekineyan
protection: parastina himaya himayat proteccion protecao schutz
salvation: badbaadada
resistance: pasipriesinimo berxwedana mukavemet protirodh resistants resistentes
workers: manggagawa majdoor mazdoor sramik shramik pekerja
peasants: magsasaka krishak petani ciftci
struggle: sangharsh sangharsha sangram agonas kovos
patriotic: yurtsever deshbhakta welatparez
patriots: arbegnoch
regiment: fawj afwaj
insurgent: insurgente insurgentes povstanska povstancheska
emirate: imarat imarah emirat emirato
islamic: islomi islomiy islaamiga
muslim: moslem moslems musalman mussalman
taliban: taleban
authentic: authentique authentiques autentico autentica
renewed: renove renovee renovado renovada rinnovato
old: viejo vieja viejos vieux vieille velho velha antiguo antigua
defenders: defenseurs defensores difensori
guardians: gardiens guardianes guardioes
rally: regroupement ralliement tajammu tajamu
bloc: bloque bloco
vanguard: vanguardia vanguarda avantgarde
generation: generacion geracao generazione
crime: crimen
volunteer: voluntario volontaire
combatant: combattant combatiente combatente
east: purbo purba
republic: jamhuuriyadda jamhuriyadda jamhuuriya jamhuriya
recovery: redressement
call: dawat dakwah
first: awwal
movement: hnutia hreyfing liikumine kustibas judejimas
party: puolue erakond
union: uniune unija
people: tautas rahva kansan nepi
liberation: vabastus islaisvinimo atbrivosanas felszabaditasi
national: rahvuslik
resistance: muqavemat
fighters: savascilari borcov
elements: elementos
autonomy: autonomia autonomie
kingdom: reino royaume regno koninkrijk reich mamlaka mamlakat
brothers: akhawat
province: vilayet wilayat wilaya provincia
monarchist: monarquista monarchiste
"""
)
"""Word of another language → English word, by which it is replaced."""
REGIONAL_THINGS = parse_groups(
    """
forces: sena
freedom: herut askatasuna laisves kalayaan netsanet harnet ozodi
fighters: lohamei kovotoju agoniston agonistes pejuang cherikha cherikhaye guerilleiros
tigers: tigres puligal pulikal
youth: yuva yuba ciwanan ciwanen kabataan
peace: shanti
prophet: nabi rasul rasoul profeta prophete
companions: sahaba sahabah sahabe companeros compagnons
base: qaida qaeda qaidah qaedah
religion: deen
steadfastness: sumud sumoud samud samoud
covenant: ahd mithaq
elite: nukhba
faith: yaqin imaan
red: vermelho vermelha
black: preto preta pretos
white: branco branca
yellow: amarillo amarela amarelo jaune giallo gelb
partisans: fedayeen fedayin fedaiyan fidai fidayeen fedayan
hunters: chasseurs cazadores cacadores
blood: sangre sangue sang dima
    """
)
"""Words for virtues and things that also are names: they stay, and share the English symbol."""
