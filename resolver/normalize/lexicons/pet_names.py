"""Short and familiar forms of given names, by culture.

Written for this project. An entry is a name in its spellings and, after the colon, its short forms;
spellings that `nicknames.level_spelling` makes one need not be listed.
"""

from __future__ import annotations

PET_NAMES = """
# East Slavic
aleksandr oleksandr aliaksandr aleksander aleksandar: sashko sanko olesik lesyk;
aleksandra oleksandra: sashka sanka lesia olesia;
aleksei oleksii: lyosha alyosha lesha leshka losha liosha olexa lekha;
anastasia anastasiia nastassia: nastya nastenka asya stasya; anatoly anatolii: tolik tolya tolian;
andrei andrii: andriusha andriukha dron; anna hanna: anya nyura anyuta ania hania anka;
anton: tosha antosha tonya; arkadii: arkasha; artem artyom: tema tyoma artyomka;
bohdan bogdan: danko bodya; boris borys: borya borka; daria darya: dasha dashka;
daniil danylo danila: danya danylko; dmitri dmytro dmitry dzmitry: dima mitya dimon mitka dmytryk;
ekaterina kateryna katsiaryna: katya katyusha kata katrusia;
elena olena alena: lena lenochka alyona lenka olenka; elizaveta yelyzaveta: liza lizka;
evgeni yevhen evhen yauhen: zhenya zheka zhenka yevhenko; evgenia yevheniia: zhenya;
fedor fyodor fedir: fedya fedka; galina halyna: galya halya halia; gennady hennadii: gena genka;
georgy heorhii: zhora gosha yegorka; grigory hryhorii: grisha hrysha hryts;
igor ihor: igorek gosha ihorko; ilya illia: ilyusha ilyukha; inna: innochka;
irina iryna: ira irisha irka; iurii yuri yurii: yura yurik yurko;
ivan: vanya vanka ivanko ivas vanyusha; kirill kyrylo: kirya kirusha;
konstantin kostiantyn: kostya kostik kotya; ksenia oksana kseniia: ksyusha ksyukha oksanka;
larisa larysa: lara; leonid: lyonya lenya lonya; lev: lyova; liubov lyubov: lyuba;
liudmila lyudmila liudmyla: lyuda mila lyusya; maksim maxim maksym: maks max maksik;
margarita marharyta: rita margo;
maria mariia mariya marija: masha manya marusia marichka maja mara mariyka;
marina maryna: marinka; mikhail mykhailo: misha mishka mykhas mishanya;
nadezhda nadiia: nadya nadyusha; natalia nataliia: natasha nata natalka;
nikolai mykola mikalai: kolya kolka kolyan mykolka nikolasha; oksana: oksanka;
oleg oleh: olezhka olezhek; olga olha volha: olya olka olenka lyalya;
pavel pavlo: pasha pavlik pashka pavlus; petr pyotr petro: petya petka petrus petryk;
polina: polya polinka; raisa: raya; roman: roma romka;
sergei serhii siarhei: seryozha serhiiko serega sergeika sirozha; sofia sofiia: sonya sofiika;
stanislav: stas slava stasik; stepan: styopa stepanko;
svetlana svitlana: sveta lana svitlanka svetik; tamara: toma tomka; taras: tarasik;
tatiana tetiana: tanya tanyusha tata tanka; timofei tymofii: tima timosha; vadim vadym: dima;
valentina valentyna: valya; valeri valerii: valera valerik;
vasili vasyl: vasya vaska vasylko vasko; vera vira: verochka virka;
viktor victor: vitya vitek vitko; viktoria victoria viktoriia: vika;
vitali vitalii: vitalik vitya; vladimir volodymyr uladzimir: vova volodya vovka vovan volodka;
vladislav vladyslav: vlad vladik slava; viacheslav vyacheslav: slava slavik slavko;
yakov yakiv: yasha; yaroslav: yarik slava slavko; yekaterina: katya;
yulia yuliia iuliia: yulya yulka
# Polish
aleksandra: ola sandra; agnieszka: aga agusia; aleksander: olek; andrzej: jedrek andrzejek;
anna: ania anka anula; barbara: basia baska; beata: beatka; bozena: bozenka; czeslaw: czesiek;
elzbieta: ela elka; ewa: ewka; franciszek: franek; grazyna: grazka; grzegorz: grzesiek grzes;
hanna: hania; henryk: heniek; jadwiga: jadzia; jakub: kuba kubus; jan: janek jas jasiu;
jerzy: jurek; joanna: asia joasia; jozef: jozek; kamil: kamilek; katarzyna: kasia kaska;
kazimierz: kazik; krystyna: krysia; krzysztof: krzysiek krzys krzysiu; leszek: lesiu;
maciej: maciek; magdalena: magda madzia magdusia; malgorzata: gosia malgosia; maria: marysia;
marek: mareczek; mateusz: mati; michal: michas michalek; mieczyslaw: mietek;
piotr: piotrek piotrus; rafal: rafalek; ryszard: rysiek; slawomir: slawek;
stanislaw: staszek stasiek stach; stefan: stefek; tadeusz: tadek tadzio; teresa: terenia;
tomasz: tomek; waclaw: wacek; wieslaw: wiesiek; wladyslaw: wladek; wojciech: wojtek;
zbigniew: zbyszek; zofia: zosia; zygmunt: zygmus
# South Slavic
aleksandar: aca sale sasa aleksa; aleksandra: sanja saska; ana: anica; biljana: bilja;
bogdan: boban; bozidar: boza bozo; branislav: bane brane; danijela: dana; dimitrije: mita;
dobrivoje: dobri; dragoljub: drago dragan; djordje: djoka djole djuka; djuro djuradj: djuka;
gordana: goca goga; goran: goga; hrvoje: hrvo; ivan: ivica iva ivo; ivana: iva ivka;
jadranka: jadra; jelena: jeca lena jelka; josip: joso jozo joza bepo; jovan: joca jova;
katarina: kaca kata; krunoslav: kruno; ljiljana: ljilja lilja ljilka; ljubica: ljuba;
ljubomir: ljuba; marija: maja mara marica; marko: mare; mihailo mihajlo: mika misa; milan: mica;
milivoje: mica; miroslav: miro mirko mika; mirjana: mira; mladen: mladjo; momcilo: moma;
nebojsa: nesa nebo; nenad: neno nesa; nikola: nidzo; petar: pera pero; predrag: pedja;
radomir: rade; radoslav: rade rado; ratko: rale; slavica: slava; slobodan: sloba bobi;
snezana: sneza; srdjan: srki; stanislav: stanko; stefan: steva; stevan: steva;
stjepan: stipe stipo stipan; svetlana: ceca; tihomir: tiho; tomislav: tomo toma; vesna: veca;
vladimir: vlada vladan; vojislav: voja; zeljko: zeko zele; zoran: zoki zoka; hasan: haso hasko;
husein: huso; ibrahim: ibro; ismail: ismo; mehmed: meho mesa; muhamed: muho hamo;
mustafa: mujo muste; omer: omerica; salih: salko; sulejman: suljo; fatima: fata; alija: alko
# Greek
dimitrios: mitsos dimitris mimis takis jimmy; anastasios: tasos tassos natasos; spyridon: spyros;
vasileios: vasilis vassos billy; vasiliki: vaso vicky; athanasios: thanasis nasos thanos;
alexandros: alekos; konstantinos: kostas kostis dinos ntinos gus; konstantina: dina ntina;
ioannis: yannis giannis giannakis; georgios: giorgos yorgos; nikolaos: nikos nikolas nikolakis;
panagiotis: takis panos panayis; panagiota: giota yiota; christos: christakis;
charalambos: babis haris charis lambis; evangelos: vangelis vagelis; evangelia: litsa vangelio;
emmanouil: manolis manos; stylianos: stelios; apostolos: tolis; aristeidis: aris;
theodoros: thodoris theo doros; grigorios: grigoris; michail: michalis; antonios: antonis;
efstathios: stathis; eleftherios: lefteris; eleni: lena lenio nitsa; aikaterini: katerina kaiti;
maria: maro marika mairi; paraskevi: vivi evi voula; sofia: sofoula; stavros: stavrakis;
andreas: andrikos; ilias: liakos; iosif: sifis; kyriakos: kyriakis koullis; sotirios: sotiris;
triantafyllos: filios; elissavet: elsa bessy; anna: annoula; efthymios: thymios;
paschalis: paschos
# Armenian
hovhannes ovanes hovannes: hovo hovik ovik; gagik: gago gag; anahit: ano anush;
grigor krikor: grish gokor krisha gogo; samvel: samo; karen: karo; armen: armo;
artur arthur: turo artushik; ashot: asho; avetik avetis: avo; aram: aramo; ara: arik;
edvard edward: edo edik; gevorg kevork: gevo gug zhora; gurgen: guro;
hakob hagop akop: hako hakobik jako; hamlet: hamo hamik; harutyun arutyun: harut arut artin haro;
hayk haik: hayko; hrachya: hrach hracho; karapet garabed: karo garo karap;
khachatur khachik: khacho; levon: levo lyova lev; manuk: mano; martiros: mardo marto; mher: mhero;
mikael: miko mishik; mkrtich mgrdich: mkrto mko muko; narek: naro; norayr: noro;
petros bedros: peto petik; poghos boghos: pogho; robert: rob robik; ruben: rubo rubik;
sargis sarkis: serzh saqo sako sergo; sergey: sergo serzh; smbat: smbo; stepan: stepo;
suren: suro surik; tigran dikran: tiko tigo tigranik; vahan: vaho; vahe: vahik;
vardan vartan: vardo vartush; vazgen: vazo vazgo; vigen: vigo; yervand: yero; zaven: zavo;
zhirayr: zhiro; lusine: lus luso; hasmik: hasmo; hripsime: hripo; gayane: gayo; mariam: maro;
siranush: siro; susanna: susan suso; susanik: susan; zaruhi: zaro; arpine: arpi; nune: nunik
# Georgian
aleksandre: sandro aleko lekso saba; tamar tamara: tako tamuna tamriko tamta tamo;
davit: dato datuna datiko; irakli: ika iko ira irako irakla;
giorgi: gio gia goga gogi giga gogita; nikoloz: nika niko nikusha koki; mikheil: misho mikho;
ekaterine: eka eko keti ekuna; nino: nina ninutsa; mariam: maka mari maiko; levan: leo levaniko;
zurab: zura zuriko; besarion: beso besik; vakhtang: vakho vato; tengiz: tengo; nodar: nodo;
otar: otiko oto; revaz: rezo; shalva: shaliko; sergo: seriozha; archil: achi achiko;
avtandil: avto; aleksi: leko; ioseb: soso; grigol: gigla grisha; konstantine: kote koka;
teimuraz: temo temur temuri; tornike: toko toka; elene: lena eliko; khatuna: khato; natia: nato;
lasha: lashiko; luka: lukuna; zaza: zaziko; vasil: vaso; simon: simonika; petre: petrika;
pavle: pavlika; jumber: jumi; gocha: gochi; nugzar: nuki; malkhaz: malo; ketevan: keti keto keta;
manana: mana; sopio sopiko: sopo sophiko; ana: anuki aniko ano; salome: salo; tinatin: tina tiko
# Turkish
abdullah abdulla: apo abdo; ahmet ahmed: ahmo amet; ali: alis aliko; ayse: ayso ays; bekir: beko;
emine: emos emis emo; fatma fatima: fatos fato fatis fadik; halil: halo; halit: halo;
hasan: haso hasso; hatice: hatis hatce hato; huseyin: huso husso hus; ibrahim: ibo ibis ibram;
ismail: smail isma ismo; kadir: kado; mahmut: mamo; mehmet: memo memet memis memos mamos;
murat: muro; mustafa: mistik mustik musti mustu musto; mehmed: memo; omer: omo omis;
osman: oso osmo; ramazan: ramo ramis; recep: reco rejo; saban: sabo; selahattin: selo;
selim: selo; serkan: serko; suleyman: sulo sulis suli; yasar: yaso; yusuf: yuso yusus;
zeynep: zeyno zeyna zeynos; zeki: zeko; gulsum: gulso; hamza: hamo; hayriye: hayro; sabri: sabo;
sukru: suko
# Indian
rajesh: raju; rajendra: raju rajan; rajkumar: raju raj; rajeev: raju; sanjay: sanju;
sanjeev: sanju; suresh: suri suru; surendra: suru; ramesh: ramu; ramchandra: ramu ram;
mahesh: mahi mahu; dinesh: dinu; mukesh: mukku mukki; rakesh: rakku; vijay: vijju viju;
ajay: ajju; anil: anu nilu annu; amit: amu; sunil: sunny sunu; vinod: vinu vinni;
manoj: manu manju; pradeep pradip: pradi dipu deepu; sandeep sandip: sandy deepu;
deepak dipak: deepu dipu; kuldeep: deepu; ashok: ashu; ashish: ashu; ashutosh: ashu;
jitendra: jitu jeetu; dharmendra: dharam dharmu; narendra: naren naru;
virendra virender: viru veeru; surender: suri; harish: hari; krishna: kishan krish kanha;
gopal: gopi; mohan: mohanu; pankaj: panku; prakash: pakku; rahul: rahu; rohit: rohi;
sachin: sachu; satish: satti; shyam: shyamu; subhash: subhi; vikas: vicky viku;
vikram: vicky vikki; vivek: vicky; gurpreet: gopi guri; harpreet: happy; jaspreet: jassi;
jasvinder: jassi; manpreet: manni; baljit: balli; ranjit: ranju; sukhdev: sukha;
sukhwinder: sukhi; kavita: kavi kavu; anita: ani annu neetu; sunita: sunu sunny;
anjali: anju anji; sangeeta: sangi; geeta gita: gitu; lakshmi laxmi: lachhmi lakki;
priyanka: priya piyu pinky; pushpa: pushpi; rekha: reku; savita: savi; shanti: shanu;
neelam: neelu nilu; poonam: punnu; pooja puja: puju; meena mina: minu; seema: simmi simu;
usha: ushi; venkatesh: venky venkat; subramaniam subramanian: subbu; ramakrishnan: ramki;
narayanan: nani; srinivas srinivasan: srini vasu seenu cheenu; gopalakrishnan: gopi;
balasubramaniam: balu bala; murugan: muru; soumitra: som; subrata: subu; debashish: debu;
tapan: tapu
# Persian
morteza mortaza: morti mori; mostafa mustafa: mosi mosti; masoumeh masumeh: masi;
fatemeh fatima: fati fatem; ebrahim: ebi; siavash: siya sia; hossein: hosi hoss hossi hosein;
mohammad: mamad mamal mammad mami; mohammadreza: mamreza mamrez; mahmoud mahmud: mamo mahmo mami;
abbas: abbi; ali: alo; alireza: ali; amir: amiro; ardeshir: ardi ardesh; arash: ari;
babak: babi bobby; bahram: bahri; bijan: biji; dariush daryush: dari dara; esmail: esi esmal;
farhad: fari; faramarz: fari; farzaneh: farzi; feridun fereydoun: feri fereidi; gholamreza: gholi;
habib: habi; hamid: hami; hamidreza: hamid; hassan: hasi; iraj: iri; jamshid: jamshi jimmy;
javad: javi; kamran: kami; kaveh: kavi; khosrow: khosi; leila: leili; majid: maji;
manouchehr: manou manuch; mansour: mansi; maryam: mari; mehdi: mehti; mehrdad: mehri;
mojtaba: mojt moji; nasrin: nasi; parviz: pari parvi; rahim: rahi; reza: rezi; saeed: sai;
shahram: shahri; sohrab: sohi; yaghoub: yaghi; zahra: zari zahri zoha; zohreh: zori; azadeh: azi;
narges: nargi nasi; shahnaz: shahi; ashraf: ashi
# Kurdish
abdurrahman: evdo rehman; ahmed: ehme; ali: elo; hasan hesen: heso; huseyin husen: huso;
ibrahim brahim: ibo biro; mehmed mihemed: memo heme hemo; mahmud mehmud: mehmo;
mustafa mistefa: misto mista; osman: oso wesman; omer: omo; sileman suleyman: silo; rostam: rosto;
khalil xelil: xelo khalo; said: sedo; salih: salo; yusuf: uso; kerim: kero; mirza: miro;
fatma: fato; zeynab: zeyno; ayse: eyso
# Afghan
mohammad muhammad: mamad mamat; abdrahim: rahim; habibullah: habib habibi; rahmatullah: rahmat;
najibullah: najib najeeb; zabihullah: zabih zabi; hamidullah: hamid; asadullah: asad;
amanullah: aman; naimullah: naim; sharifullah: sharif; samiullah: sami; hekmatullah: hekmat;
ezatullah ezzatullah: ezat; enayatullah inayatullah: enayat inayat;
esmatullah ismatullah: ismat esmat; khairullah: khair khairo; nasrullah: nasro; saifullah: saif;
wahidullah: wahid; zarghuna: zari; shukria: shuku; ghulam: gulo
# Arab
abdlah: abboud abbud abdo abdu aboudi; abdrahman: abdu abdo abboud dahman;
abdaziz: azouz aziz azzouz abdo; abdkarim: karim karimo abdo;
abdkadir: kaddour qaddour kada kader abdo; abdlatif: latif abdo; abdmajid: majid;
abdsalam: salloum abdo slimo; abdnasir: nasser nasir; abdhamid: hamid hamido hamdo;
abdmalik: malek; abdhakim: hakim; abdrazzaq: razzouq;
ahmad ahmed: hamouda hammoud hmida hamada ahmido; ali: aloush allawi alouli;
hassan: hassouna hassoun; husayn hussein husain: hassoun hussouni hasooni;
ibrahim: brahim barhoum barhoumi; ismail: smail sami sumaa; kamal: kammoul;
khadija: khadouj khadoujeh dija kadi khaddouj; khalid: khallouda; mahmoud: hamouda hammoud;
maryam: maryoum maryouma mimi; muhammad: hamoudi hammouda hamada hamudi mhammed moh moha hammou;
mustafa: safsouf darsh tifa; nuraldin: nuri nouri nour; salahaldin: salah; shamsaldin: shams;
sulayman: sulaym slimane salloum; umar: ammouri; yusuf: yousfi joey youssou;
zaynab: zanouba zannoub zouba; fatima: fattoum fattouma tamtam fafa fatiha;
aisha: ayoush aichouche awish; layla: lulu laloush; salma: sallouma; said: saoud; samir: sammour;
samira: sammoura; abubakr: bakr bakri
# the Horn of Africa
abdrahman: abdi; abdlah: abdi; abdlahi: abdi; abdkadir: abdi; abdkarim: abdi; abdrashid: abdi;
abdaziz: abdi; abdsalam: abdi; abdfatah: abdi fatah; abdnasir: abdi; abdwahab: abdi;
abdweli: abdi; abdhakim: abdi; gebremedhin gebremedin: gebre; gebremariam: gebre;
gebremeskel: gebre; gebrehiwot: gebre; gebreegziabher: gebre; gebreselassie: gebre;
gebrekidan: gebre; habtemariam: habte; haileselassie: haile; hailemariam: haile;
tekleberhan: tekle; teklehaimanot: tekle; teklemariam: tekle; woldemariam: wolde;
weldemichael woldemichael: welde wolde; kidanemariam: kidane; bethlehem: betty beti;
elizabeth elsabet: elsa betty; tsegaye: tsega; tewodros: teddy tedi; yohannes: johnny;
yared: yari; mohamed: moha; mahamed: moha; mahamud: maha; fadumo faduma: fado;
khadija: kadi khado dija kadija; hodan: hodo; hibo: hiba; asha: ashow; habiba: habibo;
halima: halimo hali; sahra: saharo; ifrah: ifo; hussein: huseenow; mehret mihret: mimi;
tigist: tigi; bereket: beri; kidist: kidi
# West Africa
babatunde: tunde baba; olatunde: tunde; oluwatunde: tunde; oluwaseyi: seyi; oluwaseun: seun;
oluwatobi: tobi; oluwafemi olufemi: femi; oluwadamilola: dami; oluwakemi olukemi: kemi;
oluwatosin: tosin; oluwole: wole; olusegun: segun; olumide: mide; olayinka: yinka;
adeyinka: yinka; adebayo: bayo ade; adekunle: kunle ade; adewale: wale ade; adebola: bola ade;
abiodun: abbey biodun; babajide: jide; folashade: shade folake; chukwuemeka: emeka;
chukwudi: chudi; chinedu: nedu; chinonso: nonso; chiamaka: amaka; nnamdi: namdi; obinna: obi;
ifeanyi: ify; ikechukwu: ike; uchenna: uche; fatoumata fatimata: fanta fatou fatim fati tata;
aminata: ami amy mina minata; mariama mariam: mari; aissatou: aissa aicha ayssa;
khadidiatou kadiatou: kadi kady khady; babacar boubacar: baba bouba bakary; mamadou: madou mamoud;
abdoulaye: ablaye laye abdou; ibrahima: ibou ibra iba; ousmane: ouze ous; souleymane: souley solo;
cheikh: cheikhou; moussa: mouss; amadou: madou doudou; alioune: aliou alou; seydou: seyd;
issouf: issou; modibo: modi; emmanuel: manu emma; kwabena: kobina kobby ebo;
kwadwo: kojo kodjo jojo; kofi: yoofi; kwaku: kweku; akosua: esi akos
# Spanish, Portuguese and French
alejandro: alex jandro sandro; alexandre alexander: alex sacha xandre; benjamin: ben benji benja;
alfonso: fonso poncho; alfredo: fredo freddy; andres: andy andresito; antonia: toni tona;
arturo: turo; beatriz: bea betty; carlos: carlitos charly; carmen: carmela menchu; cayetano: tano;
cristobal: tobal; diego: dieguito; eleuterio: tello; esperanza: pera espe; federico: fede kico;
felipe: pipe; francisca: paca paquita pancha; gerardo: gera; gilberto: beto gil; gregorio: goyo;
gustavo: gus tavo; hector: tito; humberto: beto; jaime: jimmy; javier: javi; jesus: susi chus;
jorge: coque jordi; jose: pepe chepe pepito joselito; josefa: pepa pepita fina;
juan: juanito juancho juanchi; juana: juanita; leticia: leti; lorenzo: lencho; lourdes: lulu;
luis: lucho luisito wicho; magdalena: magda malena; manuel: manolo manu lolo manolito;
marcelino: chelino; margarita: marga rita mago; maria: mari marita maruja mariquita;
martin: tincho; mauricio: mauri; miguel: migue mike; montserrat: montse; nicolas: nico colas;
norberto: beto; pablo: pablito; patricia: patri paty; pedro: perico pedrito; pilar: pili;
ramon: moncho; raimundo: mundo; ricardo: richi ricky cardo; roberto: beto tito;
rodolfo: fito rolo; rosario: chayo; salvador: chava salva; santiago: santi chago yago;
socorro: coco; sergio: checo; soledad: sole; tomas: tomi tommy; vicente: chente vicen;
victor: vito; victoria: vicky; ximena: xime; fernanda: nanda; antonio: toninho tonho;
francisco: chico quim; joao: joca; joaquim: quim quinzinho; jose: zezinho zeca;
luiz: lula luizinho; manuel manoel: manel nelo; roberto: betinho; sebastiao: tiao; terezinha: teca
# Malay and Indonesian
muhammad mohamad mochamad: mat mamat; ahmad: mat amat; abdlah: dolah dollah; ibrahim: brahim;
ismail: mail; agus agustinus: gus; nurhayati: nur yati; rahmat: mat; sulaiman: leman;
supriyanto: yanto; sutrisno: tris trisno; suwarno: warno; yusuf: usup ucup; zainal: zai;
zulkifli: zul; supriyanto: yanto
# Japanese
keiko: kei; yumiko: yumi; emiko: emi; mariko: mari; kumiko: kumi; fumiko: fumi; sachiko: sachi;
haruko: haru; mayumi: mayu; kazuko: kazu; kenichiro: ken; kentaro: ken; shinichiro: shin
""".strip()
