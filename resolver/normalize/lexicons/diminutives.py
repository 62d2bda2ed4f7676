"""Short and familiar forms of given names of some languages other than English.

Written for this project; `pet_names` has more. A line of `SHORT` is a name and its short forms.
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
aleksei: alyosha lyosha alesha
alexei: alyosha lyosha alesha
evgeni: zhenya
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
ekaterina: katya
tatiana: tanya
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
