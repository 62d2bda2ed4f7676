"""Short and familiar forms of given names of the Carpathians, the Baltic, the Caucasus and others.

Written for this project: Hungarian, Romanian, Lithuanian, Latvian, Estonian, Georgian, Armenian,
Turkish, Hebrew and Yiddish, in the format of `pet_names`.
"""

from __future__ import annotations

EASTERN = """
# Hungarian
adam: adi adamka; adel: delke adi ada; agnes: agi agica agnus; agota: agi; albert: berci bercike
albi; alexandra: szandra szandi alexa szasza; aliz: lizi ali; amalia: mali malika malcsi; andras:
andris bandi andriska bandika andor; andrea: andi andika; aniko: ani; anna: panni annus annuska
panna nusi ancsa anni anci annuci panka annacska nina aniko anita; antal: toni anti tonika antika;
antonia: toni tonka antoska; aranka: ari aranyka; arpad: arpi arpika; attila: ati attis ata;
balazs: balazska bali balu; balint: balintka bali; barbara: bori borka barbi borcsa borbala babi;
bela: belus belaci beluska; benedek: bence beni bende; bence: benci; borbala: bori borka bora
boris borcsa boriska; csaba: csabi csabika; csilla: csilli; daniel: dani danko; david: dave davi
davidka; denes: deni; dezso: dezsi; dora: dorka dori dorina; dorottya: dora dori dorka doroti
dodi; edit: editke edi dita duci; eleonora: nora nori lora; elemer: elek; emil: emilke; emilia:
emi milka emcsi; emma: emmi; endre: bandi endi; erika: eri erikas rika riki; erno: ernoke;
erzsebet: erzsi bozsi zsoka erzsike bozske pirka zsazsa lizi orzse bezsi beske elza erzsok bobe;
eszter: eszti esztike eszterke; etelka: etel etus eta eti; eva: evi evike evus vica ica evacska
vicus; ferenc: feri ferko ferike franci; fruzsina eufrozina: fruzsi frozsi; fulop: fuli; gabor:
gabi gaborka gabika gabesz; gabriella: gabi ella gabika; gergely: gergo geri gerse; gertrud: trudi
gerti; geza: gezu gezuka; gizella: gizi gizus; gusztav: guszti gusztika; gyorgy: gyuri gyurka
gyurika gyuszi gyura; gyozo: gyozi; gyula: gyuszi gyulus gyulacska jula; gyongyi: gyongyike;
hajnalka: hajni hajnal; hedvig: hedi hedvi vigi; helena: heli; henrietta: heni; henrik: heni;
hilda: hildi; hugo: hugi; ibolya: ibi viola ibike; ida: iduska iduci; ignac: naci nacika; ildiko:
ildi ildus; ilona: ilus ili ica ilonka iluska ilka icuka ilike lonci ilcsi; imre: imi imruska
imrus imike; ines: ini; iren: irenke irinyo ircsi; istvan: pista pisti pityu istok istvanka
pistike steve stefi isti pistuka; izabella: iza bella izi izus; jakab: jaki jakus koppany; janos:
jani jancsi jancsika janika jano johanka; jeno: jencsi jenoke; joachim: joakim; jolan: joli jola
jolika jolanka jolus; jozsef: joska jozsi jozsika joco jocka jozi dodi; jozefa: pepi joszi zsofi;
judit: jutka juci jucus judi jutko dita; julianna: juli julcsa julis juliska julika jula panna;
julia: juli julis julcsi julcsa jula; kalman: kalmanka kalmi kami; karola: kari; karoly: karcsi
karesz karcsika karika; katalin: kati kata katica katus katka kato kitti kat katinka katuska
katoka trini; kinga: kingus; klara: klari klarika klarcsi; klaudia: klaudi; krisztian: krisz
kriszti krisztike; krisztina: kriszti krisz kriszta kinga tina; kristof: kriszto stofi; lajos:
lali lajcsi lajoska laji lojzi; laszlo: laci lacika lacko laszloka; laura: lauri; lenke: leni
lenci; levente: levi; lilla liliana: lili lilike; livia: livi; lorand: lori; lorinc: lori
lorincke; luca lucia: lucus; magdolna: magdi magda magdika magdus duci lena; margit: manci gitta
margo greta margitka manyi mancika maca margi; maria: mari marika mariska marcsi mara marcsa manci
mici marisko maris mia manyi masa mimi mariann marianna; marianna: mari nanna annus; mark: marci
marki; marta: marti martuska marci; marton: marci martonka; matild: matyi tilda tildi; matyas:
matyi matyko matyika matyus; mate: mateka mati matus; melinda: meli linda; mihaly: misi miska misu
mihi misike misko misa; miklos: miki miko misko; moric: mori; monika: moni mona monca moka; nandor
ferdinand: nandi nandika nanduska; natalia: nati nata; nikolett nikoletta: niki nika nikol; nora
eleonora: nori norka; norbert: norbi berti; odon: odi odonke; oliver: oli; olivia: oli; orsolya:
orsi orsika orsus ursula; oszkar: oszi oszika; otto: otti ottoka; pal: pali palko palika palus;
patricia: pati patri; peter: peti petya peterke petike petuska; piroska: piri pirike piros pirka;
rebeka: rebi beki; rezso: rezsi rudi; robert: robi robika berci; roza: rozi rozsi rozika rozsa;
rozalia: rozi rozika rozsi; rozsa: rozsi rozika; rudolf: rudi rudika; roland: roli; sandor: sanyi
sandorka sanyika sasa; sara: sari sarika sarolta; sarolta: sari sarika saci; samuel: samu samuka;
sebestyen: sebi sebo; szabolcs: szabi szabika; szilard: szili; szilvia: szilvi szilvike; tamas:
tomi tamaska tamasi tamiko; teodora: dora tea teodi; terezia: teri teca terka terezka rezi terike
terus terez; tibor: tibi tiborka tibike; timea: timi; timot: timi; valeria: vali valika valeri;
vera veronika: verka veronka verus verona veri vercsi niki; viktor: viki vikt; viktoria: viki vica
toria; vilmos: vili vilike vilma vilko; vilma: vilmus; virag: viri; vince: vincike; viola: violka;
zoltan: zoli zolika zotya zolko; zsigmond: zsiga zsigi; zsofia: zsofi zsofika zsoka zsofka; zsolt:
zsolti zsoltika; zsuzsanna: zsuzsi zsuzsa zsuzska zsuzsika zsuka zsuska susi zsu
# Romanian
adrian: adi adrianel adita; adriana: adi ada jana; alexandra: sanda alexa sandra ale sasa;
alexandru: alex sandu sandel alecu alexe xandu sandy sandica alin alexandrel; ana: anica anuta
anisoara ani anita anisia anca ancuta; anca: ancuta; andrei: andi andreias deiu andrita andruta;
andreea andreia: andra deea andi andreita; anton: toni tone tonel antonel; antonia: toni tonia;
aurel: relu aurica orel relut aurelian; aurelia: aurica reli lica rela aura; aureliana: aura;
barbu: barbut; bogdan: bobo bogdanel bogdy; camelia: cami meli; carmen: carmenuta; catalin: cata
catalinel lin cati; catalina: cata lina cati; cezar: cezarica; claudia: clau claudita; claudiu:
clau; constantin: costel costica costin dinu titi tica costi costache dinica costinel gigi ticu
costachel stan titel dinut costelus; constanta: tanta tanti costina; corina: cori corinuta; cornel
corneliu: nelu nelut cornelus; cornelia: nela nelia; cosmin: cosmi; cristian: cris cristinel titi
cri; cristina: cristi cris crina tina cristinuta; dan daniel: dani danut danutz danel dinu;
daniela: dana dani danuta ela; diana: didi dianuta; dimitrie dumitru: mitica mitu dumitrache
mitrut mitache mitru dumi dimi tache dimitru dima dumitrel; doina: doinita; dorin: dorinel dori;
dorina: dori dora; dragos: dragosel drago; ecaterina: cati catinca rina tinca catrina caterina
catita catuta; elena: leana ileana lenuta lena elenuta lenta nuti lenica ilinca leni lencuta
leanca ela nuta; eleonora: nora; elisabeta: lisa veta beta saveta betti eliza safta lisabeta;
emil: milu emilian; emilia: emi mili milica; eugen: genu geni jenica genica; eugenia: jeni geni
jenica gina; eva: evuta; filip: pipi filipas; florentina: flori tina; florin: florinel flori relu;
florica: flori floare florita; gabriel: gabi gabita; gabriela: gabi gabita ela; george gheorghe:
gelu gica ghita gigi georgica gheorghita gogu giga gicu ghitza ghiorghi gigel gogut iorgu joji
gogutu georgel; georgeta georgiana: geta geo gina georgi; grigore: gore grig grigoras grigorel;
horatiu: hori; horia: horica; iacob: iacobel cobi; ileana: lenuta ilenuta leana nuta; ilie: ilias
ilica iliuta lica; ion ioan: ionel nelu ionica ionut iancu ianis nica ionita nelutu onut oni ionu
nutu jean nonu ianculet neluta oancea iani ionas ioanel nita onica enache; ioana: ionela oana nuta
ioanuta ionica jeni; iolanda: ioli; irina: iri rina ira inuta; iulia iuliana: iuli lia iulica;
iulian iuliu: iuli iulica liviu; laurentiu: lauri laur rentiu lori renti; lavinia: lavi vinia;
leonard: leo; lidia: lidi; liliana: lili lia liana; liviu: livi livica; loredana: lori dana;
lucian: luci lucica lucianel; luciana: luci; lucia: luci lucica; luminita: lumi mina luminica;
magdalena: magda lena madi; maria: marioara marica mari mia maricica marita mita marisoara mioara
maricuta mariuca riri; mariana: mari nana; marian: nelu mari marinel; marcel: cel marcelus celu;
marin: marinel marinica; marius: mariusel; matei: matt mateias; mihaela: miha ela mihaita mishu
michi; mihai mihail: misu mihaita mitza mihut miki mitica misa mihaitza mihnea; mircea: mirci
mircica; mirela: mire ela; monica: moni monicuta; nadia: nadi; natalia: nati nata; nicoleta: leta
nicol; nicolae: nicu nicusor nae culae neculai nico nelu culita nita nicolita nicolaita niculae
naica nicut neculae necu nicola nicolas colae; niculina: lina nina; octavian: tavi ovi octav
tavita; octavia: tavi tavia; oana: onuta; olga: olguta; olimpia: oli pia; ovidiu: ovi didi;
paraschiva: parasca chiva vica; paul: paulica paulinel pauli; paula: pauli; pavel: pavelus; petre
petru: petrica petrisor petrut petrache petrus petea pepi petrulica petruta petris petro tuta;
radu: raducu raducan raduta raducel dudu; raluca: ralu ralucuta; ramona: moni ramo; razvan: razvi
razvanel; rodica: rodi rodicuta; robert: robi; roxana: roxi; sebastian: sebi seba bastian; sergiu:
sergi serghei; silvia: silvi silvica; silviu: silvi; simona: sim mona; smaranda: anda smarandita
mara; sorin: sori sorinel; sorina: sori; stefan: fane stefanita fanica fanel stef stefanel fanut
fanuta stefy; stefania: fania stef fana stefi stefanita; stelian: stelica steli stelu; stela
steliana: stelica steluta; tatiana: tati tania; teodor tudor: tedi doru teo tudorel tudorica
doruletz dorel toderica toader; teodora: dora dorica tea; teresa: terezica; toma: tomita; traian:
traienel nelu; valentin: vali valica vale valentinas tinel; valentina: vali tina; valeria: vali
valerica; valeriu: vali valerica lerica; vasile: vasilica vasi lica silica vasilut vasilache
vasiliut sile lache vasilel; vasilica: sica; veronica: vero vera nica veronicuta; victor: vic titi
victoras vicu victoru; victoria: vica vicky toria victorita victorica; viorel: viorica viorelu
relu vio; viorica: vio rica viorela; violeta: vio leta; virgil: gil gilu virgilica; viviana: vivi;
vlad: vladut vladuta vladu; vladimir: vlad vladi; zamfir: zamfirica
# Lithuanian
adomas: adas adomelis; agne: agnyte; aleksandras: aleksas alius sasa; aleksandra: sandra alesia;
algirdas: algis algiukas; antanas: antanelis antanukas tonis antas; arvydas: arvis vydas; arunas:
aras; audrius: audris; birute: birutele; bronislovas bronius: broniukas; daiva: daivute; dainius:
dainas; danute: danutele dana; darius: dariukas; edmundas: edas edmis mundas; eduardas: edas;
egidijus: egis gidas; elena: elenute ele elyte; elzbieta: elze elzyte beta; emilija: emile emi
milda; feliksas: felius; gabriele: gabija gabe; gediminas: gedas gedis gedukas; gintaras: gintas
ginis; grazina: grazinute grazute; ieva: ievute ievuze; ignas ignacas: ignelis; jadvyga: jadze
vyga; jonas: joniukas jonelis jonutis; jonukas: jonas; julija: julyte jule; juozapas juozas:
juozelis juozukas; jurgis jurgita: jurgelis jurga jurgutis; karolis: karoliukas; katerina kotryna:
katre katryte; kazimieras: kazys kazelis kazius; konstantinas: kostas kostelis kostukas; kristina:
kriste krista; laimonas: laimis; leonas: liudas leonukas; liudvikas: liudas; lukas: lukelis;
magdalena: magde magdute; marija: maryte mare marytele marce; martynas: martis; mykolas:
mykoliukas mika; mindaugas: mindas mindziukas; mantas: mantelis; ona: onute onyte anele onuse;
paulius: pauliukas; petras: petriukas petrelis petrukas; povilas: poviliukas povas; pranciskus:
pranas pranukas; raimondas: raimis mondas; ramune: rama; rasa: rasele; regina: rege; rimantas:
rimas rimis; rolandas: rolis; romualdas: romas romis; rymantas: rymas; saulius: sauliukas;
simonas: simas; stanislovas: stasys stasiukas stasius; stanislava: stase stasele; steponas:
stepas; tadas: tadukas; tomas: tomukas tomelis; ursule: urse; vaclovas: vacys; valentinas: valius
valis; valerijus: valius; viktoras: viktas vikis; viktorija: vika viktute; vilhelmas: vilius;
vincentas: vincas vincelis vincukas; virginijus: virgis; vladas vladislovas: vladukas; vytautas:
vytas vytis vytukas vytenis tauta; zigmantas: zigmas; zofija: zose; zydrunas: zydrius zydre
# Latvian
aleksandrs: sasa aleksis sandis; aleksandra: sandra; andrejs: andris; anna: annina anninja annele
ance; antons: toncis tonis; arvids: arvis; daina: dainina; eduards: edis edzus edvards; elizabete:
lizete liza betija betina ilze; ernests: erniks; eriks: erkis; fricis: fredis; gustavs: gusts;
ieva: ievina; ilze: ilzite; imants: imis; ivars: ivis; janis: jancis ansis janka janitis; jekabs:
jeks jekabins; johans: ansis; juris: jurcis juritis; karlis: karlens karlitis; katrina: trina
katrine kate kaca; konstantins: kostja; kristina kristine: kristiana kika tina kristinja; lauris
laurencis: labrencis; margarita: margrieta grieta rita; marija: mara maija marite marucis;
martins: marcis martinitis; mikelis: mikus mikelitis; mihails: misa; nikolajs: klavs niks
nikolass; oskars: oskis; peteris: petcis pecis peteritis; raimonds: mondis; rudolfs: rudis;
sofija: zofija; teodors: teo tedis; toms: tomass; valdemars: valdis; vilhelms: vilis; voldemars:
voldis; zigmunds: zigis
# Estonian
aleksander: aleks sander ants sass; aleksandra: sandra; andres: andi antti; anton: tonu tonis;
elisabet: liisa liisu elsa leesi els betti; eduard: eedi eedu; friedrich: prits fritz reedik;
georg: juri jurgen; hendrik heinrich: hindrek ants henn indrek enn; jaan johannes: juhan hannes
ants juku janno; jakob: jaagup jaak kopp; joosep: joss juss; juhan: juku juss; karl: kalle kaarel;
katariina: kadri kaarin kati triin katrin; kristjan: kristo kris risto; lauri: lauru; leena
helena: leeni; madis mathias: mats mati; mihkel: mihk mick; margareta: reet kreet greete maret
marge; maria: mari marje maie mai; martin: mart; nikolai: niklus nigul kolja klaus; paul: paavel;
peeter: peep pets; priidik: priit; rudolf: ruudi; susanna: sanna; tiit: tidrik; toomas: tommi
toom; villem vilhelm: villu
# Georgian
aleksandre: sandrika lekso sandrik aleksi ako; ana: anano aniko anuka anka; anastasia: taso tasiko
nastia; archil: achiko; bachana: bachuka; david davit: data dathiko datka davitika; dimitri: dito
mito dimo; ekaterine: ekaka kato katusha eto; elene: eleniko ele; eteri: eto; gela: geluka;
giorgi: gigi gogla gogia goka gogona; gvantsa: gvanca; ilia: iliko; irakli: irakliko hera; ivane:
vano vaniko; ketevan: ketino qeti ketusi; konstantine: kotiko koka kostia; lali: laliko; lamara:
lama; levan: levanika levanchik; maia: maiko; manana: manoni mano; mariam: mariko marika mara;
mikheil: mishiko miho mixo mikha; natela: nateliko; nikoloz: nikusha kola nikolo; nino: ninia
niniko nuca nutsa ninuca ninuli; pavle: pavlusha; rusudan: rusiko ruso rusika; salome: salomeka;
shota: shotiko; sopio: sopiko sofo sofia; tamar: tamuna tamuka tamo tatia; tinatin: tiniko
tinusha; vakhtang: vaxo vakhtanguka; vasil: vasiko vasika; zaal: zalika; zurab: zuriko zurika
# Armenian
aleksandr: alek sash; anahit: anaho; anna: annik anush; ani: aniko; armen: armenik arno; astghik:
asto astgho; arsen: arso arsik; david davit: dav davo davitik; eduard: edgar edo; gagik: gago;
garegin: garo garik; garnik: garo; gayane: gaya; hayk: hayko; heghine: hegho; hrant: hranto;
hrayr: hro; karen: karik karush; karine: karo karin; lilit: lilo lilik; liana: lio; lusine: lusik;
margarit: margo; mariam: maro mara marush; marine: marin mari; mihran: mihro; misak: misho;
narine: narin nar nara; nelly: nelo; nerses: nerso; nshan: nsho; ofelya: ofik; parandzem: paro;
rafael rafayel: rafo rafik; ruzanna: ruzo ruz ruzan; satenik: sato sat; shushanik: shushan shush
shusho; sona: sonik; tatevik: tato tatev; vazgen: vaz; vahram: vahro; yeghishe: yegho; yervand:
yerva yerem; zabel: zabo; vrezh: vrezhik
# Turkish
abdulkadir: kadir apo; abdurrahman: apo rahman abdur; alaattin aladdin: alo ali; arzu: arzus;
aydin: aydo; aylin: aylos; aysegul: ayse gul aysos; aysun: aysu; bahattin: baho; bayram: bayro;
bilal: bilo; burak: buro; burcu: burcos; canan: cano; cemal: cemo; cemil: cemo; cengiz: cengo;
cihan: cihos; davut: davo; deniz: denos; dilek: dilos; ebru: ebrus; elif: elfo elis; emre: emos;
enver: evo; erdal: erdo; erdogan: erdo; ercan: erco; erol: ero; esra: esros; faruk: farus faro;
ferhat: ferho fero; fethullah: feto; fevzi: fevo; fikret: fiko; gokhan: goko gokos; gul: gulo;
gulsen: gulo; hakan: hako; halil: halilo hallo; halime: halo; hikmet: hiko; ilhan: ilho; kamil:
kamo; kazim: kazo; kemal: kemo; kerem: kero; kerim: kero; kubra: kubros; levent: levo; mahmut:
mahmo maho; mehmet: mehmo memedali memed; meltem: melos; melek: melo; metin: meto; mevlut: mevo;
mehtap: mehtos; muhammet muhammed: muho memo hamo; muhittin: muho; muslum: musli; nazli: nazos;
necati: neco; necmettin: neco; nevzat: nevo; nihat: niho; nurettin: nuri nuro; nuriye: nuris;
omer: omerik; ozgur: ozgo; ozlem: ozlos oz; pinar: pinos; rabia: rabis; recep: recepo recom; riza:
rizo; ridvan: rido; rukiye: ruko; sadettin: sado; sait: sado; sefer: sefo; selcuk: selco; serdar:
serdo; sevgi: sevos; sevim: sevo; seyfettin: seyfo; sinan: sino; semsettin: semso; serife: sero;
tahir: taho; tuncay: tunco; turgut: turgo; ugur: ugo; umit: umo; veli: velo; veysel: veyso;
volkan: volki; yakup: yako; yilmaz: yilo; yunus: yuno; zafer: zafo; zehra: zehros; zubeyde: zubo;
zuleyha: zulo
# Hebrew and Yiddish
aaron aharon: ahrele arele arik ari roni arale; abraham avraham: avi avrum avremele avrumi bram
avremi rami avram avrom; alexander: alex sender sasha; amnon: noni; amos: moshik; anat: anati;
ariel: arik ari uri; arieh arye: arik leib ari leibl; asher: oshri ashi; avigail: avi gali gail;
avigdor: avik vigdor; azriel: azi uri; barukh baruch: buki borukh; batsheva batya: bashi basha
sheva bashe basya; benjamin binyamin: beni bibi binyomin yomi benji bunim; benzion: benzi bentsi;
chaim haim hayim: chaimke haimi vitali hayimke; chana hana: chanele chani hani hanale hanka
hendel; chanoch hanoch: henoch heni; chava hava: chavale chavi; daniel: dani; david: dudu dudi
davidl dudik dovid dodik dov duvid dudel dovi; deborah devorah dvora: dvori devi devoire dvoirele;
dov: berl ber dubi dovik; efraim ephraim: froyim efi fishel rami; elazar eleazar: lazer eli lezer
eliezer lozer; elchanan: choni eli; eli eliyahu: elik elye elia liahu; eliezer: leizer eli lazer
lazar luzi; elisheva: eli sheva elsie; elimelech: meilech melech meylekh; emanuel immanuel: mano
manu manny mendl imi; esther ester: esti estherke estherl; ezra: ezi ezrik; feiga feige: feigele
tzipora; gabriel gavriel: gabi gavri gavi; gershon: gershi; gideon: gidi; golda: goldie; hadassah
hadas: dasi hadasi; hana: hanale; hannah: hani hanale; hillel: hili; ilan: ilani; ilana: ili;
isaac yitzhak yitzchak: itzik tzahi tzachi itsik itzi itche icchak izi ike zeke zachi zhak
itschik; israel yisrael: srulik yisroel sruli srul izzy srolik isi; issachar: sachar; jacob yaakov
yakov: kobi yankel yaki yankele jackie yanky yankl yakob kuba akiva koppel yankev; jonathan
yehonatan yonatan: yoni natan yonti joni; joseph yosef: yossi yosele yos yoske yosl josi sefi;
joshua yehoshua: shuki shuka heshy yeshaya heshel hoshea osher heshl shia; judah yehuda: yudi
yudel udi leib yuda yudke yuli leibl; judith yehudit: yudit yudi udit dita; leah lea: leale leahle
leyele leika; levi: lev leivi; malka: malki malkale; meir: meirke meyer; menachem: mendel mendl
menny mendele nachum manny hemi; menashe: menash; michael: miki mike mickey micha; michal: miki
michali; miriam: miri mirele mira mimi mirale mirel mirl merka; mordechai: moti motke mordke motl
motel motele modi mutty mottie; moshe moses: moishe moshele moishele moish moshik mosh moishy
maish; nachman: nachmen; nachum: nochem; naftali: tuli tali naf herz hirsh hertz; naomi noemi:
nomi omi; nathan natan: nati nosn; nathaniel netanel: nati tani; nehemia: nechemia chemi hemi;
nissim: nisi; noah noach: noachke; oded: odedi; ofra: ofri; pinchas pinhas: pini pinye pinchus
pinky; rachel: racheli ruchel rochel ruhi rochele ruchi ray rokhl; raphael rafael: rafi refoel
rafa; rebecca rivka: riva rivke rivkele rivi riki rifka rivki; reuven: ruby ruvi ruven ruvn; ruth:
ruti rutie; sarah sara: sari sarit sarale sorele suri sruli sorke sori surele sirke; shalom: shuli
sholem shali shulem; shaul saul: shaulik sholi; shimon simeon: shimi shimshon simi shimen shimke;
shimshon: shimi shim; shlomo solomon: shlomi shloymele shloime shloimy momo zalman moni shlomke;
shmuel samuel: muli shmulik shmuli shmil shmiel muki sam shmelke; shoshana: shosh shoshi susi
shoshan suzie rosa; shulamit: shula shuli shulamis mita; simcha: simi simche bunim; tamar: tami
tamari; tova: tovi tovale gitel; tuvia tobias: tuvi tevye tevya; tzipora tsipora zipora: tzipi
tsipi zipi tzipa feiga; tzvi tsvi zvi: hersh hirsh zvika hershel tzvika hershl tsvika hirschel;
uri: urik; uriel: uri; yael: yaeli; yair: yairi; yechezkel ezekiel: chezi hezi haskel hatskl
chatzkel khaskl; yehiel yechiel: chili hili michel; yehudit: udi; yeshayahu isaiah: shaya shayke
yeshaya shaye; yerachmiel: rachmiel; yigal: yigi; yishai: shai; yitzhak: yitz yitzi; yocheved:
yochi yoche; yoel joel: yoeli; yona jonah: yoni; yonah: yoni; yoram: yori; yuval: yuvi; zachariah
zecharia: zecharye zach; zeev: velvel wolf velvl vevik zevi; zelig: aviezer; zevulun: zevi
""".strip()
