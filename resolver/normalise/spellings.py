"""Spellings of one name that no rule of letters ties: by neighbouring languages, by the language of a colonial office.

Written for this project. A line of `FORMS` holds the forms of one name in neighbouring languages, one of `SYLLABLES`
those of a short Korean family name (taken as they stand), one of `TRANSLATED` one name as distant languages say it.
"""

from __future__ import annotations

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
qasim qassem kassem qasem kasem ghasem
""".strip()

SYLLABLES = """
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
