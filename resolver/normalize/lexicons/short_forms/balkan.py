"""Short and familiar forms of South Slavic, Greek and Albanian given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

BALKAN = """
# South Slavic
adam: ado; adnan: ado adi; aleksandar: aco aleks leka leko saso sasko sandi aleko sashko acko ace;
aleksandra: aca sandra seka alka saska leksa sashka aleks; amir: amko; ana: anka anuska anci
ancica anita aneta anica anjica; andelko andjelko: andja angel; andjela andela: andja anda; andrej
andrija: andro andre andrijica dreja drejc andrejko; angel: acho angelcho geli angelko; anton
antun ante: toni tonci tone tonko antica antisa toncek tuna antula toncho doncho; antonija: tonka
tona toncica tonica; bartol: bare bartul; barbara: bara barica barba barbika; blagoje blagoj:
blaza blago blagica; blaz: blazek; bojan: boki bojko; bojana: boja bojka; boris: boro bore boki
borko borce; borislav: bora boro borko slavi slavcho borivoje; bosko: boza; bozo: bozko; branimir:
branko brane brano; branislava: brana branka; branko: brane brana; budimir: buda bude; damir: dado
dami; danica: dana danka; daniel danijel: dani danko dancho danilo; darinka: dara; darko: dare
dado; davor: davorko; dejan: deja dejo deko deancho; desanka: desa; desislava: desi desa slava
desito; dimitar: mitko mito dimcho mitre dimi dimo mite mitak mitche; dinko: dino; djordje:
djordjije gidza djura djole djoko; dobrivoje: dobrica doba; domagoj: doma domo; dragana: gaga
draga goga; draginja: draga gina; dragica: draga; dragomir: drago draza; dragoslav: drago gane
draga; dragutin: drago draza karlo guto; drazen: draza; dusan: duca duda dule duki dusko dudo
dusanko; dusanka: duda dusica dusa; edin: edo dino; elena: eli lenche elka lencheto; elizabeta:
beta eliza beti elza jelisaveta liza; emil: emo milcho; emina: emi mina; enver: eno; esad: eso
esko; fadil: fadko fado; fahrudin: fahro; filip: filjo fico filko; frane franjo: frano fran franko
franc francek franci ferdo; francisek: france franc franci francek; gavrilo: gavro gaja; georgi:
gosho joro gogo georgio gero goshko gecho gogi zhoro gosheto; gordan: goca goga goco; gordana:
gordi gordica; goran: gogi goci gore; gregor: grega gregec; grozdana: grozda; hamza: hamzo; haris:
haro; hristina: hrisi tina; hristo: icho hrisi hristi itso ico itsko; ignacij: nace; igor: igo
igi; ilija iliya: ika ile ilko iljko iko icho ilcho ilijica ico ilyo; irena: irka ira reni; irina:
ira iri; isidora: dora isi sida; ivan: vancho vanyo vane ivko ivcho ivek ivcek vanko janez ivanco
ivanek; ivana: ivka ivanka vana vanja ivica iva ivi; ivanka: vanya iva ivka; jadranka: jaca jadra;
jakov: jaksa jakisa; janez: jani jan janko janezek johan; jasmina: jaca mina jasna; jasna: jaca;
jelena: jela jelka jelica jele jelenka jeca lela jelenica lenka; jelisaveta: beta saveta veta
jela; jerko jeronim: jere jero; jevrem: jeva; josip jozef: josko jozek joza joze pepi jozica bepi
jozo zef pepo joso jole; jovan: jole jovica jova jovo joco joka jovanche joksim; jovana: joka
jovanka jova; juraj: jura jure juro jurica jurko jurek; jure jurij: jurcek; kalina: kali; karlo:
karlek karlito dragutin; katarina: katica kata kate kaja kaca kati katja katka rina trina kaci
keti; katerina: kati katya keti; kiril: kiro kircho kiri; klara: klarica; konstantin: kosta koca
kole kocho dinko tino kostadin; kresimir: kreso kresa kresko; kristijan: kiki kristo kris;
kristina: kika krista tina kristi kiki; krasimir: krasi krasyo krasko mirko; krasimira: krasi
krasa; krste: kicho; lazar: laza lale lazo laki lazica; leonid: leo; lidija: lida lidi; lovro
lovre lovrenc: lovrek lovra lovric; ljiljana: lili ljilja lilja; ljubica: buba ljubisa ljuba
ljupka; ljubisav: ljuba; ljubomir: ljubo ljuba ljubisa ljupce ljuban; ljudevit: ljudo lujo ludva;
luka: lukica luksa; lyubomir: lyubo lyubcho; lyubov: lyuba; magdalena: magda majda lena manda
lenka maca magi; maksim: maksa; manojlo: mane manja; marica: mara; marija marijana mariya:
marijica mare maricka mici micika maca mariche marinka mita mimi mimica maro mima marcheto marche
mana; marijan: mijo marjan maro; marin: marinko mare; marina: mara mari maca; mario: maki; marko:
maki mare markan maro markec; martin: tine martinko marto; mateja: teja; mate matej matija: mato
matko matijas matjaz tejko; metod: metodij; mihailo mihajlo mihael: mija mijo misko misa miki miha
mihovil mijat; mihail: misho mishko mihal mihalcho; mihovil: miho mise miso mijo; milan: miki mile
milance lale mija milanko milanche milko micko; milena: mila mile lena milka milenche; milica:
mila milka mici milkica milicica; milivoj milivoje: mile mico mika; miljenko: mile; milka: mila;
milorad: mile mica miki rade micko misa lorad; milos: misa mile losha milosko misko; miloje: mile
mica; milovan: mica mile vanco; milutin: mile miki luta; mirjana: mira mirka miki mirjanica mimi;
miro: mirko; miroslav: miki miro mirko slave mirche; miroslava: mira; momcilo: moma; mladen:
mladja mladenco; muhamed: hamo hamed meho musan hame; mujo: mujica; nada nadezda: nadica nade;
natalija: nata natasa talija; natasa: nata natka nale; nebojsa: nebo boki nesko; nedeljko: neda
nedjo ned; nemanja: neca nema nemo; nenad: nele nesa neca; nevena: neca nena neva; nikola nikolaj
nikolay: niko nidjo niksa nidzo nikac dzoni kole nikolco nikita niki nikcho kolyo kola nidza
kolya; ognjen: ogi; oliver: oli; olivera: olja vera; ognyan: ogi; osman: osmo; pavle pavao pavel:
pajo paja pavlek pavo pavica pajica pacho pavka pavlin; petar: peca pere pepo pepi petko pericha
perica pesho petyo pepe pero peco peric petr peshko; petra: pera petrica; plamen: plami; predrag:
peca pedjo pea pedjica; rada radmila: radica; radenko: rade; radivoj radivoje: rade raja;
radojica: rade; radomir: rako rade rajko radi radko; radoslav: rale radi radko rado rosen;
radovan: rade raca rado raco; rajko: raja; ratko: rale rata; renata: reni nata; robert: robi robe
roberto bobi; roko: rokica; roza: rozika; ruzica: ruza rule; sabina: bina; sandra: sanda; sanja:
sanjica; sasa: sale sasko; sava: savica; savo: savko; senad: seno; simeon: moni simo simcho mone
simeoncho; simo: sima; sinisa: sine siki sisa; slavko: slave; slavica: slava cica; slavoljub:
slavko slave; smiljana: smilja smilka; sofija: sofka sofi soka; spas: pasko; spasoje: spale spaso;
spiridon: spiro spira; srdjan: srdja srki srle srdjo; srecko: srele; sretan sreten: srele;
stanimir: stane stani stanko; stanislav: slavi stane stanko slavcho stan; stanko: stane; stefan:
stefcho stefo ste stevo stevica cane; stevan: stevo steva stevica cevo; stipe stjepan: stjepko
stipica stepan stef stijepo stevo stipan stjepo stefek stipko; stojan stoyan: stole stojko stoyko
tsano stojce stoicho; svetislav: sveta cveta; svetlana: lana ceca sveta svetla; svetozar: sveta
zare; tanja: tanjica; tatjana: tanja tana; teodor: todor teo tosho todo; teodora: tea dora;
tereza: tera teza terezika; tihomir: tiho; timotej: timo; todor: tosho todorche toshko todo tosko
tocho toza; toma tomas tomaz: tomica tomek tomi tomo tomazek; tomislav: tomek tomica tomo slavko
tomi; uros: ure uki; valentin: tine valcho valyo vale; vasil vasilije: vasko vaso vasa vasja
vasilcho vasi vasilko; vaselin veselin: vesko vesa veso; veljko: velja; vera: verica verka;
veronika: vera nika verica; viktor: vita viko viki vitko viktorcho; viktorija: viki vika; vinko
vincenc: vice vinc cene vicko; vid: vide; violeta: viola vili leta; vitomir: vito; vjekoslav:
vjeko slavko lojzek alojz; vladan: vlada; vladimir: vlado vladko vlatko vlade vladica vladi;
vladislav: vlada vlado vladica vladi; vlastimir: vlasta; vojin: voja; vukasin: vuk vule vuki; vuk:
vule vuki; yordan: dancho dani yori jori; yordanka: dani; yoana: yoni; zaklina: zaki; zaharije:
zaha zare; zdravko: zdravo zdrave; zdenko: zdene; zeljka: zela; zivko: ziva zika zile; zivojin:
zika zivko; zivorad: zika; zlatko: zlatan zlajo; zlata: zlatka zlatica; zora: zorica zorka;
zorica: zora; zvonimir: zvonko zvone; zvonko: zvone
# South Slavic
borka ljerka mika peko urban vaclav vanja
# Greek
achilleas: achilles lakis achi; adamantia: mantia manto; adamantios: diamantis adamos mantos;
agapi: agapoula; agathi: agathoula; agisilaos: aggis silas; aikaterini: katina katerinaki kate
rina kaiti katia ketty catherine nina katinaki kat katerinio rinio; alexandra: alexandria sandra
aleka alexa loukia alexandroula; alexandros: alexis alex alekos alekakis; alkiviadis: alkis
viadis; anastasia: tasia natasa tasoula sia sissy anastasoula soula nasia; anastasios: sakis
tasakis tasoulis nasos; anargyros: argyris; andreas: andrikos andreikos drakis; androniki: niki
androula; andromachi: machi machoula; angeliki: kiki angela angelikoula aggela lila kikitsa angie;
angelos: angelakis angelis; anna: annoula annio annitsa annetta noula; anthi: anthoula anthia;
antigoni: gogo gona nona; antonia: tonia antonoula nia tonaki; antonios: antonis tonis toni
antonakis nakis; apostolos: apostolis tolis tolakis lakis stolis lis; argyro argyri: argyroula
iro; aristea: ari arista; aristidis aristeidis: aris aristos telis; aristotelis: telis aris ari
aristos telakis; artemis artemisia: artemisoula missy; asimina: mina asimo; aspasia: aspa sia asia
pasia; athanasia: nasia soula sia athina nancy thanasoula; athanasios: thanos sakis nasakis
thanassis athos nassos thanasakis nasis; athina: athinoula nana noula; charalambos: haralambos
lambos babakis charis labis bobis lampros bambos pambos haralampos; charalampia: lampia hara
charoula babitsa; charikleia: charoula chara clea hara klio; chrysanthi: chrysa anthi santhi;
chrysoula: chrysa soula; christina: christinaki tina christinoula xristina; christos: kitsos tolis
chris christakis christodoulos takis chrisakis; christodoulos: christos doulis lakis;
chrysostomos: makis stomos chryssos tomis; dafni: dafnoula; damianos: damis; despina: despo deppy
pepi despoula ntepi pina ntespina; dimitra: mimi dimitroula demi roula toula mitsa jimena dimi
mitra dimitrio; dimitrios: dimitrakis dimos mitros mitsakos jim jimis dimakis makis dimitroulis
mitsis mitsaras; dionysia: sia sisi soula; dionysios: dionysis nionios dennis sakis nionis;
efrosyni effrosyni: frosso frosini; efstathia: stathoula efi; efstathios: stathakis staths
efstathis; efstratios: stratos stratis; eftychia: efi tychi eftichoula; eftychios: efty eftichis;
eirini irini: rena renoula rinio irinoula irenaki rini; eleftheria: lefki ria ritsa elef lefteria
efi; eleftherios: lefteris teris eleftheris lefter; eleni: elenitsa lenaki elenaki nitsa marilena
elena lenoula lenos elenara lena; elisavet elissavet: elisa liza veta zeta beth bety; emmanouela:
manouela emma; emmanouil: manolakis manos manousos manwlis manouil; emmanuel: manolis;
epameinondas: nondas minos notis; errikos: rikos; eugenia evgenia: jenny evgenoula genia;
evangelia: eva lia vagelitsa evi lila litsa gelitsa angelia evangeloula; evangelos: vangos aggelos
vagos gelis lakis vangelakis; evanthia: evi anthi fanthia; fani theofania: fanoula fanitsa;
filippos: filios lippos fippos; foteini fotini: fofi foto foula fotoula fay fofo; fotios fotis:
fotakis fotos takis; frangiskos: fragkos frangos; garyfallia: lia litsa filio; gavriil: gavris;
georgia: gogo gina georgitsa gioula zeta yeorgia roula tzina; georgios: giorgakis jorgo gogos
giorgis gogas tzortzis akis jorgos georgakis giorgaras; gerasimos: makis mimis gerasimakis memos;
gregorios: gregoris grigoris gorgis; haris: harakis; ilektra: lektra; ilias: lias liakos louis
ilios; iliana: lia; ioanna: nana gianna giannoula ioannoula yianna joanna; ioannis: giannakos
giannos yannakis jannis yiannis gianis nakis; iosif: sifis sifakis pepis iosifis; iraklis: lakis
ira hercules; ismini: mini; iakovos: jack iakovakis; iordanis: danis; isidoros: sidoris doros;
kalliopi: popi kelly kallio pitsa popaki pipitsa; kallirroi: roi kelly; kleopatra: kleo patra;
klearchos: klis; konstantina: nantia dina kostoula konna tina konstantia nansy ntina;
konstantinos: costas kostakis dinakis kotsos konstandinos costis ntinakis dino kostaras kostikas
kotsios kos; kyriaki: kiki koula kikoula kyriakoula sandy domna; kyriakos: koulis kyrakos kikos;
lambros: lambis; lazaros: lakis lazakis; leonidas: leo leon nidas; loukas: loukis; loukia: lou
loukitsa; magdalini: magda lena lina; margarita: marg rita margio margaro; maria: maraki marika
marigo marioula mairoula maritsa marigoula mary maroula maroudio mariora meri mitsi mariw;
marianthi: marianna anthi; marina: marinoula; markos: markakis; matina stamatia: mata matoula;
michail: mihalis mixalis michalakis mike mikes mixos michos lakis; miltiadis: miltos milto tiadis;
nektaria: nektari ria; nektarios: nektar takis; nikiforos: nikos foris; nikolaos: niko nikolis
nick kolias nikolos nikolas; nikoletta: niki letta nikol; olga: olgaki; olympia: oly pia; orestis:
restis; ourania: rania ouranitsa rani; panagiota: pegi penny yota panayota giouli nota pani;
panagiotis: panayotis notis takis pantelis pete giotis panagos panagis giotakis; panteleimon:
pantelis teis pantelakis lakis; paraskevas: paris paraskevakis voulis akis; paraskevi: evoula
vivian paraskevoula vicky barbara parisa; pavlos: pavlakis paulos; pelagia: gia pela lia; pericles
periklis: lis; persefoni: persa foni percy; petros: petrakis petris peter; pinelopi: popi pipina
penny pinio; polychronis: polys chronis; polyxeni: xeni xenia polly; polydoros: polys doros;
prodromos: makis prod; sofia: sofi sofitsa sofoula fifi; sofoklis: klis sofos; sotiria: sotiroula
ria roula sia; sotirios: sotos sotirakis akis tiris; spyridon spyridonas: pipis spyrakis spiros
spyro pyros; spyridoula: roula lola doula; stamatia: matina mata stamatoula; stamatis stamatios:
matis stamos; stavroula: voula roula stavri lola stevi vroula; stavros: stavris vros; stefanos:
fanis stefos stefanakis steve; stefania: fani stefi fania; stergios: stergos; stylianos: stelakis
stelaras lianos stylios; styliani: stella stelitsa lena liana stelio; styliana: liana; theano:
theanoula; themistoklis: themis klis takis themos; theodora: dora roula doritsa theodoroula dorina
dore lola; theodoros: thodoros lakis teo dorakis toris thodorakis; theofanis: fanis fanos;
theofilos: filos theo; theologos: theo logos; theoni: theo noni; thomas: thomakos thom thomakis;
thomai: mitsi; triantafyllia: filio rosa litsa filitsa; triantafyllos: fyllos trantos triantis;
vaia: vaitsa; varvara: barbara voula vavoura; vasileios: vasos vasilakis vassilis bill basil
vasilios vasil lakis billis; vasiliki: vicky vassia vasoula kiki vas silia; victoria: vicky toria;
viktoras: vik; vlasios: vlasis lakis; xenofon: fon xenos fontas; zacharias: zachos zacharis zach;
zacharoula: zacharo roula; zisis: zisos; zoi: zoitsa zozo zoe
# Albanian
abdullah: dulla; agim: gimi; aleksander: leka leke sandri aleko; anastas: nasi naste; andrea:
ndrea ndreu ndre andi; anton: ndoc ndue toni toli ton; arben: beni ben; arbnor: nori; ardian: dini
ardi; artan: tani; bardhyl: dyli; bashkim: kimi; besnik: niku nik besi; dhimiter: mitro dhimo miti
mitri taqi; eduard: edi; elena: lena eli; esat: sati; fatmir: miri miti; fatos: tosi; florian:
rori; gjergj gjergji: gjoka gjeto gjin; gjon: joni nini gjeto; ibrahim: braho brahim bami; idriz:
rizi; ilir: liri; ismail: maili malo smail; jani: janaq; josif: sefi zef; kostandin: kosta koco
dino kote; kristaq: taqi; leonard: nardi leo; luigj: lulo; mehmet: met meti meto; mark: marku;
mikel mihal: miti hali misto; muharrem: harri; mustafa: mustaf tafa taf; naim: imi; nikolle
nikolla: kol kole koli; osman: mani mane oso; pal: palush; petraq: taqi; petrit: triti; pjeter:
pjetri pjerin; ramadan ramazan: dani rama dan; rexhep: rexho repo; sabri: bri; shaban: bani shabi;
skender: deri skendo; sulejman: sula syl sylo sulo; sokol: koli; tefik: fiku; thanas: nasi; vasil:
cili vaso; vangjel: gjeli; xhevdet: deti; ylli: lili; zef josef: zefi; zenel: neli
""".strip()
