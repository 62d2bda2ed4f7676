"""Short and familiar forms of given names outside English, and given names that neighbouring languages spell apart.

Written for this project. A line of `SHORT` is a name and its short forms; a line of `FORMS` holds the forms of one name
in neighbouring languages, a line of `TRANSLATED` one name as distant languages say it. Spellings that differ only by
transliteration need not all stand here: similar letters find each other.
"""

from __future__ import annotations

SHORT = """
aleksandr: sasha sanya shura alik
alexander: sasha sanya shura alik sandro
aleksandra: sasha shura
alexandra: sasha shura
mikhail: misha mishka
vladimir: volodya vova vovochka vlad lado
nikolai: kolya nika
nikoloz: nika
dmitri: dima mitya
dmitry: dima mitya
dmitriy: dima mitya
aleksei: alyosha lyosha alesha
aleksey: alyosha lyosha alesha
alexei: alyosha lyosha alesha
alexey: alyosha lyosha alesha
evgeni: zhenya
evgeny: zhenya
yevgeny: zhenya
evgenia: zhenya
ivan: vanya ivo
konstantin: kostya
anatoly: tolya tolik
boris: borya
grigory: grisha
georgy: zhora gosha
viktor: vitya vitia
victor: vitya vitia
sergei: seryozha serezha serge
sergey: seryozha serezha serge
pavel: pasha pavlik
pyotr: petya
petr: petya
yuri: yura
vyacheslav: slava
stanislav: slava stas
yaroslav: slava
leonid: lyonya
semyon: syoma senya
maria: masha marusya mashenka mimi maruja
natalia: natasha nata
natalya: natasha nata
ekaterina: katya
tatiana: tanya
tatyana: tanya
anastasia: nastya
anna: anya anichka nusia
elena: lena alyona
olga: olya
irina: ira
galina: galya
svetlana: sveta
lyudmila: lyuda
sofia: sonya
jose: pepe chepe pepito
francisco: paco pancho kiko curro
ignacio: nacho
jesus: chucho chuy
alberto: beto
roberto: beto
guillermo: memo
enrique: quique kike
eduardo: lalo edu
antonio: tono tonito nino
rafael: rafa
manuel: manolo manny
dolores: lola
guadalupe: lupe
concepcion: concha conchita
rosario: charo
mercedes: merche
isabel: chabela isa
joaquin: quino
sebastian: seba basti bastian
giuseppe: beppe peppe pino
giovanni: gianni nanni
luigi: gigi
domenico: mimmo
salvatore: toto turi
johannes: hans hannes
friedrich: fritz
josef: sepp pepi
heinrich: heinz heiner
ulrich: uli
nikolaus: klaus
wolfgang: wolfi wolf wolferl
margarete: grete gretel
elisabeth: lisbeth sissi liesl
konstantinos: kostas kostis dinos
ioannis: yannis giannis
georgios: giorgos yorgos
nikolaos: nikos
dimitrios: dimitris mimis
emmanouil: manolis
panagiotis: takis panos
giorgi: gia givi gogi
nikola: niko nidzo nikica
jean: jeannot
krzysztof: krzys
stanislaw: stas staszek
andrzej: jedrek
mohammed: mohd mhd muhd hamada
muhammad: mohd mhd muhd hamada hamudi hammoudi momo
mohammad: mohd mhd muhd hamada
mohamed: mohd mhd muhd hamada hamudi hammoudi momo
mehmet: memo memis
ibrahim: ibo
mustafa: mustik sasa moustache mousti
joao: joaozinho jango
antoine: toine tonio titouan toni
thierry: titi thithi
emmanuel: manu mano
frederic: fred fredo
benjamin: ben benji
sebastien: seb bastien
philippe: phil
christophe: chris tophe
isabelle: isa babelle zaza
veronique: vero
dominique: domi dom
francoise: soizic fanfan
catherine: cathy
patricia: pat patou
nathalie: nath nat
stephane: steph
laurent: lolo
jacques: jacquot
pierre: pierrot
louis: loulou lucho
luis: lucho lucito wicho
alejandro: alex ale jandro
alejandra: ale jandra
fernando: nando fer
hernando: nando
leonardo: leo nardo
vicente: chente
gabriel: gabo gabi
rodrigo: rodri
gonzalo: gonza chalo
cristina: cris tina
consuelo: chelo
rosa: rosita
teresa: tere teresita
andreas: andi andy
stefan: steff steffen
stephan: steff
matthias: matze hias
michael: michi
christian: chris
maximilian: max
katharina: kathi
susanne: susi sanne
aleksandar: aca aco sasa sasha
dragan: gagi gaga
milan: mico
slobodan: boban
vojislav: voja
svetozar: toza
zoran: zoki
dejan: deki
ibrahima: ibou iba
ousmane: ous
mamadou: mama madou doudou
abdoulaye: laye ablaye
oumar: omzo
chukwuemeka: emeka chuks
oluwaseun: seun
kwabena: kobby kobi
kwame: kwamz
emeka: meka
husayn: hassoun sisou
hussein: hassoun
zaynab: zizi zouzou zanoub
fatima: fatou fatoum fati tima batoul
aicha: aichouch
abdelkader: kada kader
abdqadir: kada
khadija: khadou dijja
yusuf: joe
habibullah: habib
rahmatullah: rahmat
ghulam: gullu
hiroshi: hiro
hiroyuki: hiro
hiroaki: hiro
takashi: taka
takahiro: taka
takeshi: take
masato: masa
masahiro: masa
masashi: masa
kenichi: ken
kenji: ken
daisuke: dai
tomoko: tomo
tomohiro: tomo
yoshihiro: yoshi
kazuhiro: kazu
kazuo: kazu
yukiko: yuki
naoki: nao
naoko: nao
shinichi: shin
shinji: shin
akihiro: aki
akiko: aki
michiko: michi
noriko: nori
""".strip()

FORMS = """
alexander aleksandr alexandr oleksandr olexander aliaksandr alaksandr iskander
aleksandra alexandra oleksandra aliaksandra
nikolai nikolay mykola mikalai mikola
aleksei aleksey alexei alexey oleksii oleksiy oleksij aliaksei
sergei sergey serhii serhiy siarhei
dmitri dmitry dmitriy dmytro dzmitry
mikhail mykhailo mykhaylo mikhal
andrei andrey andrii andriy
evgeni evgeny evgeniy yevgeny yevgeniy yevhen yauhen evgenii
vladimir volodymyr uladzimir
grigory grigori hryhorii hryhoriy
georgy georgi heorhii heorhiy
igor ihor
oleg oleh aleh
pavel pavlo
pyotr petr petro piotr
anatoly anatoliy anatolii anatol
vasily vasiliy vasyl vasil
yuri yury yuriy iurii
konstantin kostiantyn kanstantsin
viktor victor viktar
ekaterina yekaterina kateryna katsiaryna
elena olena alena yelena
tatiana tatyana tetiana tetyana tatsiana
natalia natalya nataliia nataliya
irina iryna
svetlana svitlana sviatlana
lyudmila liudmyla liudmila
anna hanna
noor nur nour
yunus younis younes yunis
yousef yusuf yousuf youssef yusif yusef
jalal djalal celal
othman uthman osman
obaidah ubaydah ubaidah
lee yi rhee i ri li
park pak bak
choi choe choy
jung jeong chung cheong chong
kim gim
noh roh no ro
lim im rim
yoo yu ryu you
woo u wu
oh o
ahn an
heo hur ho huh
jeon jun chun chon
shin sin
cho jo
kang gang
moon mun
kwon gwon
bae pae
baek paek paik
seo suh so
yoon yun youn
hwang whang
jang chang
joo ju chu
ko go koh
qasim qassem kassem qasem kasem ghasem
""".strip()

TRANSLATED = """
joseph josef jozef jose giuseppe yosef yusuf youssef yusif yousef iosif
alexander alessandro alejandro alexandre alexandros iskandar
john johannes jan ivan jean juan giovanni joao ioannis johan
peter pedro pietro pierre petr piotr petros
paul pablo paolo pavel pavlo paulo
michael miguel mikhail michel michele mikhael
george jorge georg georges giorgio georgios giorgi jerzy jiri
james jaime jacques giacomo jakob iago
charles carlos karl carlo karel
francis francisco francesco francois franz
henry heinrich enrique henri enrico
stephen steven stefan esteban etienne stefano
andrew andreas andre andrzej andrei
isaac yitzhak yitzchak ishaq
abraham ibrahim avraham ebrahim
moses moshe musa moussa
jacob yaakov yakov yaqub yacoub
solomon shlomo suleiman sulaiman suleyman sulayman
david daoud dawud dawood daud
""".strip()


def table(text: str) -> dict[str, tuple[str, ...]]:
    """Word → the lines (their first word) it stands in, of `FORMS` or `TRANSLATED`."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        words = line.split()
        for word in words:
            found.setdefault(word, []).append(words[0])
    return {word: tuple(heads) for word, heads in found.items()}


def short_forms(text: str) -> dict[str, tuple[str, ...]]:
    """Short form → the names it is short for, of `SHORT`; a name that has short forms stands for itself."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, shorts = line.partition(":")
        for word in (name, *shorts.split()):
            found.setdefault(word, []).append(name)
    return {word: tuple(names) for word, names in found.items()}
