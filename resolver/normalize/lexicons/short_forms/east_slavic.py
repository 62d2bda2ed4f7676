"""Short and familiar forms of Russian, Ukrainian and Belarusian given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

EAST_SLAVIC = """
# East Slavic
adam: adya adik; afanasy afanasii: afonya fanya afonka fanas panas; agafya agafia: agasha gasha
ganya fenya gapa; agnia: agnesha asya; agrippina: grusha gruny grunya agrafena pina; akim yakim
ioakim: kima; akulina: akulya kulya lina; albert: alik bertik; albina: alya alka bina lina;
aleksandr: sasha shura sanya shurik aleks sanyok sanechka sashulya sashunya alya lesik sashok
shurka sanka sashura aleksasha les; aleksandra: sasha shura sanya alya asya sashulya shurochka
ksana aleksasha sana lesya shurka; aleksei: alyoshka alyoshenka lyokha lyoshenka lyosh lesik alik
lyonya alyokha aleks olesha; alevtina: alya tina alevtinka; alina: alya lina alinka alinochka;
alisa: alya lisa aliska; alla: alya alka allochka; alyona alena: alyonka lyona alya alenushka;
anastasia: nastyona nastyusha nastasya stasya tasya asya nastyushka nastka nastik stacy nastenka
nastia nasta; anatoly: tosha tolyan tolyasha tolyunya tolyanych natoly; andrei: andryusha
andryushka andryukha andryushenka dryusha andron andreika andrejka; angelina: gelya lina angela
gelka; anisya: anya onya; anna: annushka anyuta nyusha nyuta nyura anechka anyutka asya annochka
nyurka anyusha anka annusya nyusya anet; anton: antokha antoshka tokha tonik antonchik toni
antosik; antonina: tonya tosya nina tonechka tonka tosha antosha ninok; anzhela anzhelika: lika
anzhelka lina gelya; apollon: polya; arina: arisha rina arinka arya arishka; arkady: arkashka arik
adik kasha; arseny: senya arsyusha arsik arsenchik syonya; artyom artemy: tyomka tyomochka temik
artyomchik art artyusha tyomych; artur: arturchik arturik tur; avdotya evdokia: dunya dusya
avdosha dunyasha evdosha dunka dunyashka dusha odarka; averky: averya; avgust: gusta; bogdan
bohdan: bogdasha bogdanchik danya bodya; boris: boryusha boryunya borechka boryan borisik
borisych; borislav: borya slava; bronislav: bronya slava; daniil danila: danilka danilushka danya
danka danik danchik dan danilo danechka; darya: darinka dashenka dashulya daryusha dashunya
daryushka odarka dara darka; david: davidik dodik dava dodya; demyan: dyoma demyasha; denis:
deniska denya den dinya denisik denchik dionisik; diana: dina diansya dianka; dina: dinka
dinochka; dmitry: dimka dimon dimochka dimulya mityai dimasik mityusha mityushka dimych mityunya
dimchik dimasha metya; dominika domna: domnushka nika doma; efim yefim: fima yefimka fimka;
efrosinia: frosya fros frosenka evfrosinya pronya; egor yegor: egorka yegorushka gora zhora gosha
gorka; ekaterina: katyukha katerina katenka katyushka katyunya katka kat katechka katrin rina
katyonok katrya katrusya katerinka ket kitty; elena: alyona lenusya lenka lenusik yelenka lenok
elya lyalya lenchik lenusha alenka lesya lena; eleonora: nora lera elya lora norka ella;
elizaveta: lizonka lizochka veta lizaveta lizka elya lilya vetka liz betti lisa lizunya; elvira:
elya vira ella elka; emelyan: yemelya melya; emilia: milya mila emma lia emka; emma: emmochka;
erofei: erosha fei; eva: evka evochka evushka; evgenia: zhenechka zhenka zhenyura zhenyusha genya
zhenek eva yevga; evgeny: zhenka zhenek zhenyok gena genya zhenechka zhenyura zheka evgesha gesha
yevgen; evelina: lina ev elya eva; evdokim: dokim; faina: faya fainka fanya; fekla thekla:
feklusha fekolka; filipp: filya filka filippok filyusha lipa; foma: fomka fomushka; fyodor: fedka
fedyunya fedyusha fedenka fedechka fedko fedun fyodorushka; gavriil gavrila: gavryusha gavrik
ganya gavrilka gavrya; galina: galka galochka galchonok galyusha galyunya galinka galechka galusya
halynka; gennady: genka genasha genych gesha genusik gendos; georgy: garik gera zhorik goga gogi
gora egor georgik gorya gosha zhorzh yura; gerasim: gera gerasya garasim; german: gera gesha
germanka gerik; gleb: glebushka glebka glebchik; grigory: grishka grinya grishenka grishanya
gritsko grishunya hryhirko grigash grits gritsik girsh; hanna ganna: hannusya halya ganka; ignat
ignaty: ignasha ignatka gnat; igor: igoryok igorekha igoryasha igosha garik goga gora gosh
igoryosha igorchik; ilya: ilyusha ilyushka ilyukha ilyushenka ilko lyusha ilechka ilyunya;
innokenty: kesha kenya innokesha keshka; inna: inka innusya innulya; inessa: ina nessa; ioann:
vanya; iosif osip: osya yosya osenka yosip; ippolit: polya polit lita; irina: irka irishka irochka
irinka irusya rinka irusik ariska irulya irunya irisha orysia orina rina; ivan: vanechka vanyukha
vanyok vanyusha ivanushka vanyushka ivashka vanyatka ivasyk ivas ivash vanko vanyura vanka
ivanchik vano; kapitolina: kapa kapka lina tolya; karina: kara karisha karinka rina; kira:
kirochka kirka; kirill: kiryusha kirya kiryukha kiryushka kir kirillka kirik kirilko; klara:
klarochka klarka; klavdia: klava klavka klasha klavochka klanya; klim kliment: klimka klimusha;
klimenty: klim klima; konstantin: kostik kostyusha kostyan kostenka kostyunya kostyanchik kost
kostka kostus kosta tinko; kristina: kris kristya kristinka kristyusha tina khrystia khrystyna;
kseniya ksenia: ksyushka ksyunya ksyusha ksana ksyonya aksinya senya asya ksyunka aksyutka; kuzma:
kuzya kuzka kuzenka; larisa: larka larochka laris lora larusya lyalya riska; lavrenty: lavr lavrik
lavrusha; lazar: lazarka; leonid: lyonka lyonchik lyonechka lyokha lenchik lyosha leo leon lesik
lyon; lev: lyovka lyovushka lyovchik lyovik lyova leo leva; lidia: lida lidka lidochka lidusya
lidusha lidunya; lilia: lilka lilechka lika lyalya; liubov: lyubasha lyubka lyubanya lyubochka
lyubushka lyubonka lyubik lyubasya luba lybava; liudmila: lyudka lyudochka milka milochka lyudasik
lyudasha lyusenka lyuska lucy lyusik lyusinka lyudok luda liuda; luka: lukasha lukashka; lukerya
glikeria: lusha lukeryushka lika lukasha; maia maya: maika maechka; makar: makarka makarushka;
maksim: maksimka maksyusha maksyuta maksya maksimko maksimchik sima maxik; margarita: ritka
ritochka ritulya margo margosha ritusya margaritka margusha mara; maria: mashka mashulya mashunya
marusenka maryusha masya musya manyasha maryushka manka maruska marysya musha mura marika
mariechka masyanya marichka marinka murochka maryasha masechka masha; marina: marisha marinochka
mara marusya maryasha rina masha marishka; mark: marik marchik markusha markusya; marta: martusya
marfa marfusha; marfa: marfusha marfinka marfushka; matrena matryona: motrya matryosha motya
matryoshka matryusha; matvei: motya matyusha matvejka motka matyushka mat; melania: mela malasha
malanya milya lana melasha; mikhail: misha mishenka mishutka mishanka mishka mikhas mikhei mishel
misunya mikhailik mishulya mikhasik minka mikha mihaska misaka; milana: mila lana milka; miron:
mironka ronya mirosha mirka; miroslav: slava mirik miro mirko slavik; miroslava: slava mira mirka;
mitrofan: mitrosha mitya fanya; mstislav: stiva slava mstislavka; nadezhda: nadyusha nadenka nadka
nadyushka nadyunya nadechka nadyukha nadiyka; naum: nauma; natalia: natusya natashka natashenka
natulya natasha natalochka tasha tasya tata nata natakha natik talya natalichka natasya tusya;
nazar: nazarka nazarko; nestor: nestya nestorka; nika: nikusha; nikita: nikitka nikusha nika
nikitos nikitushka kita nikitosik nik; nikifor: nika nikisha niki; nikolai: nikolka kolyunya
nikolenka kolyusha kolenka kolyanchik nika nik kolyasha kolik mikolka kolyukha mykolko kolechka
nikusha; nina: ninka ninochka ninusya ninulya ninok ninusha; nonna: nonka; oksana: ksana ksyusha
oksanochka ksenya oksanushka; oleg: olezha olegushka olezhechka lyoka olik olezhka legik lego olko
olezh; olesya: lesya olesenka; olga: olyusha olyunya olenka olechka lyolya olyushka lyusha olguna
olko olia olyusya helga lyalya olyonka olgusha; pavel: pavlusha pavlushka pashenka pavlukha
pashunya pavlinka pavlunya pavlyusha pasya pashunka pasha; pelageya: polya palasha pelagia palaga
polasha palashka; philip: filya; platon: platosha tosha; polina: polinka polinochka polyusha
polusha lina polyushka polyunya pol apollinaria; pyotr: petenka petrusha petyunya petrusik
petyusha petyanya petrukha petechka petrunya petryk petryus petrushka petr; prokhor: prosha
prokhorka; prokopy: prokop pronya prokopka; praskovya: parasha pasha praskovka panya proska
paranya; raisa: raechka rayka iska; regina: rena regisha gina inna; renat rinat: rena renatka;
rimma: rimka rimmochka; robert: robik roba bob robka robertik; rodion: rodya rodka rodik rodenka
rodionka; roman: romashka romchik romochka roma romasya romanchik romanko romaha romik romych;
rostislav: rostik slava rosya rost slavik; ruslan: rusik rusya ruslanchik rus ruslik lasha;
ruslana: rusya lana; rustam: rusik rustik rus; sabina: sabi bina; samuil: samoilo mulya sema;
savely: sava savelka savka; savva: savka savushka; semyon: syomka senka syomushka semyonka
semushka semenko simon syomchik semik senechka; serafima: sima fima simochka simka fimka; sergei:
sergunya seryoga seryozhenka seryozhka sergulya seryoja sergik serg serzh sergusha seriy serhijko
serhiyko serj; sofia: sonechka sonka sofa sofochka sofyushka sonyushka sofka sonyusha sonyha;
stanislav: stasyan stanik stasik slavik stashek stan stanya stasya stakh; stepan: styopka
styopushka stenka stepanchik stephanik styosha stepasha stepko stepik; stefania: stesha stefa
fania; svetlana: svetik svetulya svetochka svetka lanochka svetusik svetusya lana svitlanka
svetlanka sveta; svyatoslav: slava svyatik slavik svyat svetik; taisia taisiya: taya tasya taisa
tasenka; tamara: tomochka mara tamarochka tamarka tomusya tomulya tamusya; taras: tarasko tarasyk
tarka; tatiana: tanyusha tanechka tatyanka tanyushka tanka tatka tanyukha tanyura tanyulya tanyuta
tasha tatyanushka tatusya tatya tanyunya tancha; terenty: terya terekha; tikhon: tisha tikhosha
tikhonya tikha; timofei: timokha timosha timka tim timych timosh timchik tima; timur: tima
timurchik tim timka timurka; trofim: trosha fima trofimka; ulyana: ulya ulyanka ulyasha yana ulka
ulyanochka; vadim: vadik dimka vadya vadimka vadimchik vadyusha vadyan vadka; valentin: valya
valik valka valentinka valechka tinya; valentina: valyusha valka tina valechka valyunya valyushka
valentinka; valeria: lera valerka lerochka leruska lerka lerusya valya; valery: valerka lera
valerchik valera valeronka; varvara: varya varka varenka varyusha varechka varyushka vara
varyunya; vasilisa: vasya lisa vasilka vasyona vasyusha; vasily: vaska vasyok vasenka vasyusha
vasyunya vasilko vasik vasechka vasyan vasylyok vasyatka; vasilina: lina vasya; veniamin: venya
minya venka benya venechka; vera: verunya verusha verusya verka verushka veronka verulya verunchik
veronya veruska; veronika: nika vera veronichka roni ronya nikusha nikusya; viktor: vityusha vitok
vityok vitenka vitek vityunya vityai vitechka vitka vitko; viktoria: vikusya vikulya vikusha toria
vikusik vichka tori vikunya vikulechka vitochka vita viktoriyka vik; vilen: vilya; viola: violka;
violetta: vita viola letta vetta; vissarion: visya; vita: vitka; vitaly: vitalya vitalka talik
vitasya vitalchik vital vitaska vitasik; vladimir: volodenka vladik voloda volodka vovochka vovik
vovan vovchik volodya vovunya vladimirka vlad volodymyrko volodko ladimir dima voloshka;
vladislav: vladya slava vladka slavik vladusha vladislavka vladyusha vlas ladik; vladislava
vladlena: lada slava vlada lena; vsevolod: seva sevka volodya sevochka vseva sevushka; vyacheslav:
slavik slavka vyacha slavunya slavusya slavunchik slavochka slavchik; yakov: yashka yashenka
yakusha yan yashunya yakovka yasha; yana: yanka yanochka yanusya yasya; yaroslav: yarik yarka
slavik yasya yar slava yaroslavka yaryi; yaroslava: slava yara yarka yasya; yelisei: elisha selya;
yulia: yulka yulenka yulechka yulyasha yulyusha julia lyulya yulyashka yulik yulchik yulichka
ulya; yulian: yulik; yuri: yurka yurochka yurik yurasha yurasik yurets yurchik yurko yurasya yura
zhora; zakhar: zakharka zakhara zakharko; zinaida: zina zinka zinochka zinulya zinusya ida;
zinovy: zyama zinya zinka; zoya: zoika zoechka zoyenka
# East Slavic
agata anfisa ariadna armen averyan danil darina demid elisei eremei esenia evgraf filat grigor
inga iraida kamila kim lada lavr milena nelli nona prokop radmila renata ruf saveli stella tais
vlas yelena yan zlata
""".strip()
