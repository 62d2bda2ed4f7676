"""Short and familiar forms of Polish, Czech and Slovak given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

WEST_SLAVIC = """
# Polish
adam: adas adamek adamus adasiek; adrian: adek adi adrianek; adrianna: ada adka; agata: agatka aga
aganiu; agnieszka: agnisia agusia agunia iga jagna agniecha agus agnes; albert: bercik bert;
aleksander: alek alex leszek olus oles alus alik olek; aleksandra: olka olenka ala sandra olunia
olusia alka olcia olucha; alfred: fredek fred; alicja: ala alka alunia alusia alinka lala; alina:
ala alka alinka; amelia: mela melka amelka; andrzej: andrus jedrus jedrek andrzejek jedrzej endriu
andrew; aneta: anetka netka anecia; angelika: angela andzia gela angie; anna: anusia andzia hania
anulka anula aneczka anka anuska haneczka anus anta hanka anulenka; antoni: antek antos tonek
tosiek tolek; antonina: tosia tonia antosia toska nina tola; apolonia: pola polcia polka lonia;
arkadiusz: arek aras arkadek arus; artur: arturek artek arczi turek; augustyn: gustek gucio;
barbara: basienka baska basiunia bacha basica barbarka basieczka; bartlomiej bartosz: bartek
bartus bartas bartolo; beata: beatka bea beti becia; benedykt: benek; bernard: benek bernardek;
blazej: blazek; bogdan: bodek bogus danek bogdanek; boguslaw: bogus bogdan slawek bogusiek;
boguslawa: bogusia slawka boga bogna; boleslaw: bolek bolus bolcio; boleslawa: bolka bola; bozena:
bozenka bozka bozia; bronislaw: bronek bronus slawek bronius; bronislawa: bronia bronka bronisia;
cecylia: cela cesia celina cyla cilka; celina: cela celinka lina; cezary: czarek czarus cezarek
cezar; czeslaw: czesiek czesio czesiu slawek czech; czeslawa: czesia czeska; dagmara: daga dagusia
mara; damian: damianek damek; daniel: danek danielek danio; danuta: danka danusia dana danuska
danula; dariusz: darek dario darus daras dareczek; dawid: dawidek dawcio; dominik: domino domek
dominiczek nik; dominika: domka nika doma dominisia; dorota: dorotka dora dorcia dosia doris;
edmund: edek mundek edzio mundzio; edward: edek edzio edziu edus ed; edyta: edytka edzia edka;
eleonora: ela nora lora; eliza: elizka ela; elzbieta: elunia elusia elka bietka ela bieta elzunia
eluska elcia halszka elza ilza betka; emil: milek emilek; emilia: emilka mila emi milka milcia
emcia; ernest: erni nestek; eryk: eryczek; eugenia: genia gienia gena; eugeniusz: gienek genek
geniu gienio zenek; ewa: ewunia ewcia ewusia ewka ewelina ewuska; ewelina: ewelinka ewa lina ewka
wela; fabian: fabek; felicja: fela felka; feliks: felek felus felicjan; filip: filipek fil filus;
franciszek: franek franio franus frania franc; franciszka: frania franka franusia; fryderyk: fryc
frycek fredek rysiek; gabriel: gabrys gabi gabryjel; gabriela: gabrysia gabi gaba gabunia gabka
ela; genowefa: gienia genia gena wefa; gertruda: truda trudka gera; grazyna: grazynka grazia
grazka; grzegorz: grzesio grzesiu gregor grzegorzek grzechu grzesiek greg; halina: hala halinka
halka halusia halszka; hanna: hanka hania hanusia haneczka hanula; helena: hela helenka lena
helcia helka hel; henryk: henio rysiek henryczek henrys heniu heniek; henryka: henia heniusia
rysia; hieronim: hirek hieronimek; honorata: honia honorka rata nora; hubert: hubcio hubertek hubi
bert; ignacy: ignas ignac nacek; igor: igorek igus; ireneusz: irek irus ireczek; irena: irenka ira
renia irka iruska irusia irunia; iwona: iwonka iwka iwcia wona; iza izabela: izka izunia bela
izabelka izula; jacek: jacus jacenty jacko; jacenty: jacek; jadwiga: jadzka wisia jadwisia jagoda
jadwinia jaga jagna jadzia iga wiga; jakub: kubus jakubek kubek jakus jakob kuba; jan: jasiek
jasio jas jasienko janko janeczek johny jasiulek janusz jasinek janik; janina: janka jasia
janeczka nina jasienka janinka; janusz: januszek jan janek; jaroslaw: jarek jarus slawek jaro
jareczek; jerzy: jurek jureczek jurus jerzyk juras jurcio jura zorz; joanna: asienka joasia joaska
asia joanka aska joas asiunia joasienka; jolanta: jola jolka jolcia jolunia; jozef: jozio jozek
jozwa ziutek juzek jozus juziek jozinek jozefek ziuk; jozefa: jozia jozka jozefina ziuta;
jozefina: jozia fina; julia: julka julcia julisia jula julusia jul; julian: julek jul julianek;
julita: jula julka; justyna: justynka justa justysia tysia tyna jusia; juliusz: julek juliuszek;
kacper kasper: kacperek kapsel kacpi; kajetan: kajtek kaj kajtus; kamil: kamilek kamcio; kamila:
kama kamilka mila kamcia; karol: karolek lolek karus karlos karolus; karolina: karola karolinka
lina karolcia lola karo; katarzyna: kasienka kaska kasiunia katka kachna kasinka kaja kata katia
kacha kasica katarzynka kate katrina; kazimierz: kazek kazio kaziu kazmir kaziczek; kazimiera:
kazia mira; kinga: kinia kingusia kika; klara: klarka klarcia; klaudia: klaudka klaudyna
klaudusia; klemens: klimek; konrad: konradek kondek radek; konstanty: kostek kostus konstantyn;
kornelia: nela kornelka kora; krystian: krystek krystus krysio kris; krystyna: kryska krysienka
krystynka krysiunia krysta tyna; krzysztof: krzycho krzysiu krzysio krzychu kris krzysiulek
krzysztofek krzychulek krzych; ksawery: ksawek sawek; laura: laurka; lech: leszek leszko lesio
lechu; leokadia: lodzia leosia kadia lonia; leon: leonek lonek leos; leonard: leonek lonek;
leszek: lesio lech leszko lesiek; liliana: lila lilka lilianka; lucja: lucynka lusia; lucjan:
lucek lucjanek; lucyna: lucynka lusia lucka lucia cyna; ludwik: ludek lutek lucek ludwiczek;
ludwika: ludka lusia ludwisia wika; lukasz: lukaszek luki lukas luka lukaszko; maciej: macius
maciejek macio macko maciulek matias matiek macias; magdalena: magdzia magdalenka magduska magusia
lena magdusia madzia magdula; maja: majka majeczka; maksymilian: maks maksiu maksio maksym max;
malgorzata: gosienka malgoska gosiunia gosia malgosienka malgorzatka goska gosiaczek gocha margo
rita gosica; marcel: celek marcelek; marcelina: celina celinka marcela; marcin: marcinek cinek
marcik martin; marek: mareczek marus marko; margareta: marga greta rita; maria: marynia maryla
mania marysienka majka marylka marianka maryska mariola rysia manka marychna maja mysia marynka
marika; marian: marianek maniek marys; marianna: marysia mania nina marianka; mariola: mariolka
mariolcia ola; mariusz: mariuszek maniek mariuszko; marta: martusia martunia marcia martuska
martka martynka; martyna: martynka tyna martusia marti; mateusz: mateuszek matek mateo mat;
matylda: tylda mati tyldzia matylka; michal: misiek misiu michalek michas misko majkel miszka
misio; mieczyslaw: mietek miecio mieciu mieczyk; mieczyslawa: miecia mietka; mikolaj: mikolajek
miki mikus nikolaj nikos niko klaus; milena: milenka mila milka; milosz: miloszek milus milek;
miroslaw: mirek slawek miras mirus mireczek; miroslawa: mirka mirusia slawka mira; monika: monia
monisia monka nika monieczka moniusia; natalia: natalka nata natka talia natusia nati; nikodem:
niko nikus nik; nikola: nika niki; nina: ninka; norbert: norbi bert norbertek; oliwia: oliwka
liwia oli; olga: olka ola olenka olgusia; oskar: oskarek oski; patrycja: patka pati patusia trycja
patrysia; patryk: patryczek pat; pawel: pawelek pawlik pawcio pablo paulek pawlus pawlo; paulina:
paulinka paula lina polcia; piotr: piotrus piotrek pietrek petrus pietia pioter piter pietruszka;
przemyslaw: przemek przemo przemus slawek przemcio; rafal: rafalek rafcio raf rafi rafik;
radoslaw: radek slawek radzio radus; regina: renia renka gina reginka; renata: renia renatka renka
nata; robert: robus bert robertek robek robcio bercik; roman: romek romus romanek romcio; ryszard:
rysio rychu rysiek rich rysiu ryszardek rychlik; roza: rozia rozalka rozyczka; rozalia: rozia
rozalka zalia roza; ruta: rutka; sabina: sabinka bina sabcia; sandra: sandrusia; sebastian: seba
sebek bastek sebus; seweryn: sewek sewerynek; slawomir: slawek slawus slawko mirek; sonia:
soniaczek sonka; stanislaw: stas stasio stach staszko stasieczek stasiu staszek stachu staniek
stanko stasiulek; stanislawa: stasia staszka staska slawa stanka; stefan: stefanek stefcio stefek;
stefania: stefa stefka stefcia fania; sylwester: sylwek sylwus; sylwia: sylwka sylwunia sylwusia;
szczepan: szczepanek szczepek; szymon: szymek szymonek szymus szymko; tadeusz: tadzik tadek tadzio
tadeuszek tedi; teodor: teos todek tosiek teodorek fedek; teofil: teos filek; teresa: tereska
renia teresia tesia terka terenka terenia; tomasz: tomus tomaszek tomcio tom tomeczek; tymoteusz:
tymek tymus tim; urszula: ula ulka ulcia urszulka orszula ulenka; waclaw: wacek wacus slawek;
waldemar: waldek waldus waldi; walenty: walek waldek; walentyna: wala walka tina; waleria: wala
walerka lera; wanda: wandzia wandka wandeczka wandusia; weronika: wera weronka nika weronisia
werka ronia; wieslaw: wiesio wiesiu slawek wiesiek; wieslawa: wiesia wieska slawka; wiktor: wikus
wiktorek wik; wiktoria: wika wiki wikusia wiktorka wiktusia tosia; wincenty: wicek wicus wincek;
wiola wioletta: wioletka wiolka letta; witold: witek wit tolek witus; wladyslaw: wladzio wlad
wladek wladzik slawek; wladyslawa: wladzia wladka; wlodzimierz: wlodek wlodzio wlodzik mirek wlod;
wojciech: wojtus wojtek wojtas wojcio; zbigniew: zbyszek zbysio zbynio zbys zbych zbyszko zbychu;
zdzislaw: zdzisiek zdzich zdzisio slawek zdzis; zdzislawa: zdzisia; zenon: zenek zenus; zofia:
zoska zofijka zosienka zofka zocha zoja zonia; zuzanna: zuza zuzia zuzka zuzanka zuzu; zygmunt:
zyga zygmus zyzio zygmuntek zyg
# Czech and Slovak
adam: ada adamek adamko adamo adasek; adela: adelka ada adelinka; adriana: adka ada janka riana;
agata: agatka gata; albert: bertik bertus; alena: alenka alca ala alinka lenka aja; ales: alesek
alik alex; alexandr alexander: sasa alex xander lexa sasko; alexandra: sasa sasenka alex sandra
saska; alfred: fred fredik; alois: lojza lojzik lojzek alojz; alzbeta: bara betka alzbetka bozka
betynka eliska bety beta elza liza; amalie amalia: mala malka malinka; andrea: andrejka andy
andulka andula adka; andrej: andy andrejko ondro ondrej dodo; anezka: aneska agnes nezka anezicka;
anna: anicka andulka anca aninka anci andula nana andelka anina anulka anuska nusa anulienka;
antonie antonia: tonka tonicka tonina tona; antonin anton: tonda tonik toncek tono tonko tonicek
tony; arnost: arnostek nosta; barbora: bara barca barunka baruska borka barcinka babeta boka;
beata: beatka beca bea; bedrich: beda bedrisek fricek; blanka: blanicka bla; bohumil: bohous
bohousek boda bob; bohumila: bohunka bohuska mila bozka bohuna; bohuslav: bohous slava slavek boda
bohuslavek bohusko; bohuslava: slavka bohunka; bozena: bozka bozenka bozi bozana; branislav: brano
slavo branko branik bronek; bretislav: breta slava bretik; daniel: dan danek danielko dano danko
danny danda; daniela: dana danka danica danielka dada; darina: dara darinka; david: davidek dave
davca davidko davco; denisa: deni denca deniska; dominik: domco dominicek domino nik domo miniko;
dominika: domca nika domina; dorota: dora dorka dorotka; dusan: dusanek dusanko dusi dusko duso;
edita: editka edina edi; eduard: eda edik edek edo edko edos; elena: elenka lenka ela helenka
lena; eliska: elinka ela; emil: emilek milko emo emilko; emilie emilia: milka mila emilka emca
milcinka; erika: erka; eva: evicka evka evinka evuska evunka evenka; filip: filda filipek fila
filipko filo fildous; filomena: mena; frantisek: fana franta frantik fero ferko ferino ferdo
francek fanda fandik frantina ferenc ferinko frantisko; frantiska: fanka fany fanynka franta
fanicka; gabriela: gabina gabka gaba gabika gabi ela; gabriel: gabo gabko gabris gabi; hana: hanka
hanicka haninka hanuska haluska; helena: helenka lenka hela helca elen lena; hynek: hynecek ignac;
igor: igorek igi igorko; irena: irenka irca renka ira; iva ivana: ivanka ivka ivuska ivica ivina;
ivan: ivanek ivanko vana ivco ivo vanko ivik; iveta: ivetka iva veta; ivo: ivosek ivousek ivos;
jakub: kuba jakoubek kubik kubicek kubko jakubko kubo kubicka jaksi kubus kubina; jan: honza jenda
jenik honzik janek jenicek janko jano honzicek janci hanus johan jankos johny honzinek; jana:
janka janicka jaja janina janulka jani janinka jancika januska; jarmila: jarka mila jaruska
jarmilka jaruna; jaromir: jarda jarek mirek jaromirek mira jarousek jarmil; jaroslav: jarda jarek
slavek jaro jarousek jara jardik jarko jarin jardousek; jaroslava: jarka jaruska slavka jarunka
jara; jindrich: jindra henry jindrisek jinda; jindriska: jindra hinda; jiri: jirka jiricek jirik
jura jirousek jirasek georg jiran jurka; jirina: jirka jirinka; jitka: jituska jiticka jita
judita; josef jozef: pepa pepik jozka jozko pepicek josifek jozo jozi pepek joza jozinko pepan
jojo jozin pepino pepousek dodo; josefa jozefina: pepina jozka pepicka jozefinka pepinka; julie
julia: julka julinka jula; juraj: duro jurko jurik durko jurajko juro durino juri; kamil: kamilek
kamo kamilko; kamila: kamilka kama mila; karel karol: kaja karlik karlicek karlos kaj karlousek
kajin karko karolko lolo karolek kajik; karolina: kaja karolinka kaca karla lina karolka karcinka;
katerina katarina: katka kaca kacenka katus katuska kata kate katerinka katica katrina katinka
kajka katarinka katunka katulienka; klara: klarka klarinka klaruska kaja; kristina: kristynka tyna
kris krista; kristyna: kristynka tyna kris krista kyta; ladislav: lada ladik ladicek laco lacinko
laci laczko ladous ladin; lenka: lenicka lenuska lenulka; leos: leosek leo; libor: liborek libi
borek liba; libuse: liba libuska libunka; lubomir: lubos luba lubosek lubo mirek lubko lubomirko;
lubos: lubosek lubo lubko; lucie lucia: lucinka lucena lucik luci; ludmila: lida liduska mila
lidka liduna ludka lidunka ludmilka luda milka; ludvik: luda ludvicek ludek ludo; lukas: lukasek
luky lukasko luko; magdalena: magda majda lena magdicka majdalenka madla magduska madlenka
majdinka; marcel: marcelek cela marcelko celko; marcela: marcelka cela marca; marek: marecek marko
maros; margareta marketa: margita gita market maki marketka ketty greta reta maketa gitka; marian:
marianko maros majo marianek; maria marie: mara marenka maruska maja marika majka majenka mariska
mariena marka macka manka mania manicka maryna mimi; marta: martuska martinka matka marticka;
martin: martinek martinko mato matko tinko; martina: martinka tina mata martuska ina; matej:
matejek matejko mato matejicek mates; matous: matousek maty; maxmilian maximilian: max maxik maxo
maxim milan; michal: misa misak misko miso michalek michalko misik misanek mik micha mikes
misicka; michala michaela: misa miska michalka ela misinka miselka; milan: milanek milda milanko
milo mila milous; mikulas: miki mikulasek mik mikulasko mikes mikus; milada: mila miladka milka
miluska lada; milena: milenka mila milca; miloslav: milos mila milda slava; milos: milosek milda
milousek miloslav milosko; miloslava: mila milka slavka miluska; miroslav: mirek mira mirecek
slavek miro mirko mirousek mirka slavo; miroslava: mirka miruska mira slavka mirinka; monika:
monca moni mona nika; natalie natalia: natalka nata natka naty; nikola: nika niki nikolka; ondrej:
ondra ondrasek ondro onda ondrejko ondrejicek ondris ondrousek andrej ondrik; otakar: ota otik
otakarek; oto otto: ota otik otko otinko; patricie patricia: pata patka pati patrisa; patrik: pata
patrikko patricek pato; pavel pavol: pavlik pavlicek pavka palo palko pavlinek paja pali palino
pavelko pavlis pavlousek pala; pavla pavlina: pavlinka pavka paja pavluska pajka; petr peter:
petrik peta petricek peto petko petrasek petinko petris petrus petrousek peterko petrisek pero;
petra: petruska peta petrinka petka petulka peticka petina petulenka; premysl: premek premousek
premik mysl; radek: radecek rada; radim: radimek; radka: raduska radulka radunka; radoslav: rado
radek slavek radko; radovan: rado radek radovanek radko; rastislav: rasto rastik slavo; renata:
renatka renca; richard: risa risicek rys risko riso ricky; robert: robik roba robo robko robertek
robinko; roman: romek romanek romanko romi romca; romana: romanka romca; rostislav: rosta rostik
rostousek; rudolf: ruda rudik rudla rudolfek rudo rudko; ruzena: ruzenka ruza ruzka rozarka;
samuel: samko samo samik samulko; sarka: saruska sari; simon: simonek simi simonko simko simek;
simona: simonka simca mona sima; slavomir: slavo slavko slavek mirek; sona: sonicka sonka;
stanislav: standa stanicek stanik slava stano stanko standik stanousek; stanislava: stana stanka
stanislavka slavka; stefan: stefko stevo stefanko stefik stevko stefo; stepan: stepanek stepa
stepik stepka; svatopluk: svata svatek sveta; tadeas: tada tady; tatiana: tana tanka tania
tanicka; tereza terezie: terka terezka rezka terinka teruska teri rezi; tomas: tomasek tom tomek
tomik tomasko tomino tomcik tomajda tominko; vaclav: vasek vasik vasa vena venca venik venousek
vacek venda vasicek vaclavek; vaclava: vasa venka; valerie: valina vala; vera: veruska verunka
verka vercinka; veronika: verca verunka veruska vera nika verona ronka; viktor: viktorek vikta
vita viki viktorko; viktorie viktoria: viky vika viktorka toria; vilem: vilik vilda vilemek viliam
vilo; viliam: vilo vilko vili vilinko; vincenc: cenek vinca cenda; vit: vitek vitecek vitousek
vita vitik; vladimir: vlada vladik vladicek vlado vladko mirek vova vladinko vladus; vladimira:
vladka mirka vlada; vladislav: vlada vladik slava vladko; vlasta: vlasticka vlastinka; vlastimil:
vlasta vlastik vlastimilek; vojtech: vojta vojtik vojtisek bela voja vojtko vojtasek vojto;
zbynek: zbyna zbynecek; zdenek zdeno: zdena zdenecek zdenda zdenousek zdenko zdenino; zdenka:
zdena zdenicka zdenuska; zdislava: zdiska; zora: zorka zoricka; zuzana: zuzka zuza zuzanka zuzinka
zuzicka susi zuzu zuzi zuzulienka zuzik; zofie zofia: zofka zofinka zoska
""".strip()
