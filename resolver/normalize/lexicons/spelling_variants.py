"""Spellings of one name that no rule of letters connects.

Written for this project. A line of `FORMS` has the forms of one name in neighboring languages; one
of `SYLLABLES` those of a short Korean or Chinese family name (Mandarin, Cantonese and Hokkien); one
of `FEMININE` those of a woman's name that Persians end in -eh and others in -a; one of `TRANSLATED`
one name in distant languages. Spellings that `nicknames.level_spelling` makes one need not be
listed. Syllables and women's names are not leveled, since Karimeh without her ending is Karim.
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
othman uthman osman ousmane usman osmane cismaan
obaidah ubaydah ubaidah
qasim qassem kassem qasem kasem ghasem kacem belkacem
cheikh sheku sekou cheikhou
ibrahim ibrahima ibrahimou
jamal djamel gamal jamel cemal
jafar cafer
sadiq sadegh sadek
george jorj dzhordzh gevorg
izzaldin azzaldin ezzaldin
nair nayar nayyar
gurung gurunga
pillai pillay
coulibaly culibali
toure turay toureh
diallo jalloh jallow
barry barrie
cisse sesay ceesay sissay
ndiaye njie njai
souleymane sulayman suleiman sulaiman slimane soliman soleiman suleyman
tidiane tijan tidjane tidiani tijani
lamine lamin laminu lameen
kourouma koroma
konate konateh konatay
conte conteh kontay
mamadou muhammadu momodou momodu mamudu mahamadou mohamadou
fofana fofanah
camara
keita kaita
sow soh
diop jobe
diarra jarra
sissoko cissoko sissokho
bangura bangoura bangora
kante kanteh canteh kantay
sylla silla
gueye gaye
thiam cham
mbaye mbye
diagne jagne
diatta jatta
drame drammeh
niang nyang
saidou seydou saidu
abdoulaye abdulai abdullahi abdullah abdallah
moussa musa
boubacar babacar abubakar aboubacar abubakr
amadou ahmadu
idrissa idris drissa idrisu driss idrees
fatoumata fatmata fatimata
aissatou isatou aisatu
kadiatou khadidiatou kadijatu
djibril gibril
djeneba jeneba dieneba
youssouf yusufu issouf
yaw yao
kwaku kweku kouakou
kwame kouame
kwasi kouassi akwasi kwesi
kwadwo kouadio kojo kodjo
kwabena kobina kouabenan
kone koneh
diaby jabbie
diawara jawara
dieng jeng
diouf joof
mane maneh manneh
ouattara wattara
ouedraogo wedraogo
emmanuel emanuel
girma
tekle teclai teklai teklay
jama jamac gama giama
kidane kidaney chidane kidan
gebre gabre
gebremedhin gebremedin gabremedhin
mehari mahari
tesfay tesfai tesfaye
isaias isayas esayas
yohannes yohanes yohanis
berhane birhane
zeray zerai
asha aisha ayesha aicha
mohamed mahamed mahammed mohammed muhammad mohammad
hussein husayn hussain huseen hocine houcine hossein
fadumo faduma fatuma fatima
halimo halima
warsame warsama
hirsi hersi
isse issa isa iise aissa
abraham abreha abraha ibrahim brahim
solomon salomon
cherif sharif sherif charif
trabelsi tarabulsi
meriem maryam mariam meryem miriam myriam
zineb zaynab zainab zeinab
oualid walid
rachid rashid rashed
hachem hashim hashem
hicham hisham
bachir bashir bechir
achraf ashraf
nacer nasser nasir naceur
yacine yassin yasin yassine
toufik tawfiq taoufik tewfik
ridha rida reda reza
khadidja khadija
mokhtar mukhtar
chaabane shaban shaaban
larbi arabi
djamel jamal
zubaida zubeda zubeida
chaudhry chaudhary chowdhury choudhury choudhary chaudhari chaudri
umar umer omar oumar omer cumar oumarou amor
najma nazma
javed javaid jawed jawaid
shukria shokria
mangal mangel
gagik kakig
pargev barkev
hakob hagop akop
garabed karapet karabet
sargis sarkis serkis
grigor krikor
hovhannes hovannes ohannes ovanes hovanes
vardan vartan
tigran dikran
stepan sdepan
mkrtich mgrdich mgerdich mkrtych
poghos boghos pogos
petros bedros
avetis avedis
khachatur khachadour khatchadour
harutyun harutiun harutioun arutyun haroutioun
gevorg kevork georg
levon levond
vahagn vahakn
jeffrey geoffrey jeffery
reed read reid
moore moor
clark clarke
thompson thomson
stephen steven
stuart stewart
catherine katherine kathryn katharine
allan allen alan
quinn quin
nicholas nicolas nickolas
jonathan johnathan jonathon
white whyte
green greene
brown browne
pearce pierce peirce
rogers rodgers
meyer maier mayer meier
schmidt schmitt schmid schmied
hoffmann hofmann hoffman
schulz schultz schulze
schwarz schwartz
vogt voigt
mukherjee mukharji mookerjee mukhopadhyay mukerji
chatterjee chatarji chattopadhyay chatterji
banerjee banarji bandyopadhyay banerji
ganguly gangopadhyay
agarwal agrawal agrval
sharma sarma
tiwari tewari tivari
verma varma
menon menan
roy ray
bose bos
pandey pande panday
mishra misra
dutta datta dutt
iyer aiyar ayyar
vinod binod
vijay bijay bijoy
virendra birendra
vikas vikash bikash
laxmi lakshmi
""".strip()

FEMININE = """
masuma masoumeh masouma maasoumeh masooma
elaha elaheh ilaha ilahe
fatima fatemeh fatema fatma fatimah fatme
tahira tahereh tahera
zahra zehra zahraa
zohra zohreh zuhra
khadija khadijeh khadeeja hatice
sumaya somayeh soumaya sumayya
hamida hamideh hameeda
saida saideh saeideh saeeda
jamila jamileh jameela cemile djamila
malika malikeh maleka
farida farideh fareeda
farishta fereshteh fereshta freshta
marzia marziyeh marzieh marziya
razia raziyeh razieh raziya
halima halimeh haleema
mansura mansoureh mansoura
munira monireh mounira
nafisa nafiseh nafeesa
rahima rahimeh raheema
rahma rahmeh rahmah
sakina sakineh sakeena
siddiqa sedigheh sediqa sedika
zakia zakieh zakiya zakiyeh
parvana parvaneh parwana
maliha maliheh maleeha
tayyiba tayebeh tayyebeh taiba
atifa atefeh atefa
nasima nasimeh naseema
karima karimeh kareema
salima salimeh saleema
habiba habibeh habeeba
latifa latifeh lateefa
sharifa sharifeh shareefa
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
zheng cheng tay teh
huang wong ng ooi wee
su soh so
sun suen soon
yang yeung yeo yeoh
peng pang phang
gao kao ko
he ho hoe
du to toh tu
ye yip yap yeh
pan poon phua
deng tang tng
feng fung foong
wei ngai gwee
ren yam jen
shi shek sek
liao liew leow
qiu yau khoo hiew
zou chow tsou
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
