"""Short and familiar forms of Dutch, Scandinavian, Finnish and Icelandic given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

NORTHERN = """
# Dutch
aaltje: aal; abraham: bram brahm ab ham; adam: daam; adriaan adrianus adriaen: ad arie janus adri
aad adje arjan jaan adriaantje riaan arjen; adriana: jana adri jaantje arie riana; agatha: aagje
aag agaat; albertus albert: ab bert bertus appie ap albertje; alexander: lex alex sander xander;
alexandra: sandra xandra; alida aleida: lida aleid alie; aloysius: loe loys wies; andries andreas:
dries andre dre driesje; anna: anneke an antje annie anke naatje ans annet anneken annetje anja
annelies; antonius anthonius anton: toon ton teun tony tonnie antoon teunis toontje tone; antonia:
toos toni tonia teuntje tonnie antje; arnoldus arnold: nol arnout aart noud nolleke aarnoud;
augustinus: guus stijn gust; barbara: barbel babs bep barbera baartje; bartholomeus: bart mees
meeus bartel meus bartje; benedictus: ben dick dictus; benjamin: ben benny; bernardus bernard: ben
bernd bernie barend nard bennie; catharina katharina: trijn toos rina ina kaat trien karin tineke
trijntje tina to cato katrien rien toosje toke catootje katja katelijne kee trui trijneke carine
nini; christiaan christianus: chris kris stiaan corstiaan; christina: stien tineke tine stijntje
tina ina chris stijn stina kristien; christoffel: stoffel chris toffel kris; clara: klaartje
klaar; cornelia: cor corrie nel nelly cora neel neeltje lia corry nellie keetje kee cokkie lieke;
cornelis cornelius: cees kees cor nelis corneel nelus knelis keesje neel kneel crelis corne;
daniel: daan danny daantje; david: daaf vid; diederik dirk: diek didi dick rik; dorothea: door
doortje thea dora dorien dot; egbertus egbert: bert eg ebbe; eduard: ward edu edo eddy ed wardje;
elisabeth elizabeth: lies liesbeth betsy bep els elly lijsje bets lisa lise elsje bet betje elise
liesje lijs lisette lijsbeth ella elsbeth ellie liza elsa liske; emanuel: manuel maan manus;
everardus evert everhard: eef ever; engelbertus: bert engel; ferdinand: ferdi nand ferre;
ferdinandus: nand fernand; franciscus frans: frank cis sus ciske franky fransje ferre suske rans;
francisca: francien cisca cis sien fransje siska franka frances; frederik: freek fred frits rik
frederiek fritsje freddie erik; frederika: frederiekje rika freddie riek frida rikie; gerardus
gerard gerrit: ger geert gerry rard gerd gerardje sjra ge sjraar geurt sjer; gerarda: gerda
gerrie; geertruida geertrui gertruida: truus trui geertje gerda truida geer truike trudy truusje
geerte trudie; gijsbertus gijsbert: gijs bert; godfried: fried govert goof godert; gregorius:
goris joris greet; hendrik hendricus henricus: henk hein henri rik harrie henkie driek hent
heintje henny hennie drik harry henneke; hendrika henderika henrica: rika riek hennie hendrikje
drika henny hetty riekje riet rie ricky henriette; helena: leen leentje lena lenie elena heleen
leni hella; herman hermanus: harm manus herm mans herre hermen; hermina: mien mientje mina hermien
herma; hieronymus: jeroen roon; hubertus hubert: huub bert huib huibert huubje; ignatius: naas
naatje ignace; jacob jakob jacobus: jaap jaak cobus koos sjaak jac ko jaapje kobe sjakie jaco cobi
bo koosje; jacoba: coba koos coby cobie jaco jaapje jacomina ko koosje; jan johannes joannes:
johan hans joop jannes jo janneke jantje joan hannes jannie wannes hanneke joh sjeng jenne johnny
jans jannis hanke; johanna joanna: jo annie hanna jannie jannetje hanneke jopie joke janneke jans
jansje janna han anna jantje joop joanneke joan; josephus jozef josef: jos jef joop sjef sep joost
jo seppe jeffrey sjefke jups jupke jefke; josephina jozefina: fien fientje jozefien josien sefa
josje finy fina; judocus: joost; joris georgius: sjors goris; julianus: juul; karel carolus:
charles lo sjarel kareltje karl karlo sjarreltje; carolina: lien carla lina karolien karlijn
lineke; laurentius laurens: lau lars rens lourens louw; leonardus leendert: leo leen len nard
lenard leon leenderd; leopold: pol poldi; lodewijk ludovicus: lo lode louis ludo wiek wijk loe
lowie; lucas: luuk luc; ludovica: wies vica; magdalena: leen magda lena leentje maddy magdaleen;
margaretha margareta: greet griet grietje greta rita marga margriet gre greetje mart grada margje
metje margot merle mag; maria: mia marie marieke mieke maaike ria marijke riet marij mieneke
mariet mien mies marietje mietje rietje mie miek mieps mariken maartje miet marit marike marleen;
martinus maarten martin: tinus maart tien maartje mertens mertien; marinus: rinus rien marijn;
martha: mart marthe; mathilde mathilda: tilly til thilde tilla mathil; matheus mattheus: thijs
matthijs theeuwis tewis teeuw thieu; matthias matthijs mathijs: thijs ties thys mat mathieu tiske;
mauritius: maus mourits maurits; michael michiel: giel chiel machiel chieltje mich mike giele;
nicolaas nicolaus: klaas nico nick klaasje niek kolaas nic nickie klaus; paulus: paul pau pauwel
pauw; pauline: lien paula lieneke; petrus pieter peter: piet peer pierre pietje petje pier peet
peerke; petronella: nel nelly piet pieternel petra nella nellie nelleke petronel pietje pleun;
philippus filip: flip lip fip; rebecca: becky bekka; regina: gina; reinier reinerus: rein rinus
nier; reinoud reinhard: rein; robertus robert: rob bert robbie robin robrecht; roelof rudolf: roel
roelf rolf dolf ruud roef roelie; rudolphus: ruud dolf rolf; samuel: sam sammie muel; sebastiaan:
bas bastiaan seb baske; simon: siem siemen symen sijmen siemon; sophia sofie: fie fieke fia soof
fietje fien; stefanus stefan: stef steven stefke; stephanus: steef steven fons fanus; susanna:
suus sanne suze suzanne san sanneke zus; theodorus: theo door dorus thedo; theodora: dora thea
doortje door; theresia: trees thea trezeke resi treesje thera rees treeske; thomas: tom maas
tommie; timotheus: tim timo theo; tobias: tobi bias; urbanus: urbain baan; ursula: ursel sula;
valentinus: valentijn tijn; vincentius: vincent vin cent; victorius: vic; wilhelmina: mien mina
wil willemijn willy mientje minnie helma wilma willeke mineke willemien mies mijntje; wilhelmus
willem: wim wil pim helmus willy wimpje mus wiel willempje helm liam wimke jelle guillaume;
wouterus wouter walter: wout wouters woutje
# Scandinavian
albert: abbe; alexander: alex xander sander ale lex; alexandra: alex sandra sassa xandra; alfred:
alf fred affe alfons; amalia amalie: malla malin amy; anders andreas: andy adde ante anda anker
andres dres drea; anna: ann anki annika anne annie anja annike anita nanna ninni anni; annika
annikki: annu anki; annette: nette netta; anton: antti tony ante anto; astrid: asta assa atti
asti; axel: acke; barbro barbara: babba bab babbi; benedikte: bente dikte benny; bengt: benke
benkt bengan benny; benjamin: ben benne benny; bernhard: berra bernt berndt benno; bertil: berra;
birgitta birgit: britta gitta gittan gitte birte berit bitte bibbi biggan britt; bjorn: bjorne
nalle; bo: bosse; carl karl: kalle karlo kalla; carolina karolina: lina carro carola line linnea;
caroline karoline: line caro lina; charlotta charlotte: lotta lotte lottie lollo charlie lotten;
christer: krille; christian kristian: kris krille chris kristen christen kalle kresten carsten;
christina kristina: stina kicki kristin tina kia kickan kirsti chris stine titti; christine
kristine: stine tine kirsten kirstine kirsti stina; christoffer kristoffer: kris toffer stoffer
kricke koffe risto toffe; cecilia: cissi cilla sissel sissela silje celia cille cissan; cecilie:
silje cille sille sissel; dagmar: dagga; daniel: danne danni; david: dadde dave; dorothea dorotea:
dorte dora dorrit thea dorete; ebba: ebban; eduard edvard: edde edu eetu eero edo eddie; edith:
edda; elisabet elisabeth: elsa lisa lisbet lis lise lisen bettan else elise betty bet lissi
elsbeth betta ellisif bess lizzie elli elsebeth bitten; emelie emilie: milla emmy emma milly;
emil: emme mille eemeli; emma: emmy; erik eric: jerker jerk erka ecke erkki kirre rikke erke;
eskil: eske; eva: eve evi evy; filip philip: fille flip; frans frants: frasse fransk; fredrik
frederik: figge fred fredde freddie frits rikke rik; frederikke fredrika: rikke fritze freja;
georg: jorgen goran orjan jorn yrjo; gerda: gerdi; gertrud: gerd trude gerda trudi truls trulle;
gunilla: nilla gun gunnel gullan; gunnar: gurra gunne gunder; gustav gustaf: gurra gosta gustl
kustaa gostav gus; hanna johanna: hanne hannele; hans: hasse hannes hampe hampus hanke; harald:
halle harry haldor; hedvig: hedda hedy hede hedvi; helena helene: lena lene elna ellen elina elin
leena helle hella heli lenita nelly; henrik: henke henning rik heikki henry henka; henriette:
jette henny jytte; henrika: henna; hermann: hemming; hjalmar: hjalle; hildegard: hilda hilde;
inger ingeborg: inge bojan inga ingela inka bibbi; ingrid: inga ninni inge inger ingela; jakob
jacob: jappe jeppe ib jack jabbe jaakko kopp jakke; jan: janne jannik; jens: jensse; joakim: jocke
kim jocka jouko; johan johannes: janne hans jan jens jonne juhani hannes jussi johnny juha hannu
joen johs; johanna: hanna jossan hanne jonna joanna janna janne hannele jo anna; jonas: jonne
joonas; jonatan: jonte natan; jorgen: jorn; josef: josse joose josefus seppo; josefina josefine:
fina fine jossan fia; jesper: jeppe jebbe; julia juliana: julle; karin katarina katrine katrina:
kajsa kaj kaisa kari katja kaja katrin trine trina karen kata ina kitty kate rina rinne nina
kaisu; kirsten: kit kirs; kjell: kjelle; konrad: kurt; kristofer: stoffer toffe; lars: lasse lassi
larsa lalle; laurits lauritz: lars lau laus; laurentius: lars lasse; leif: leffe; leonard: lenn
lennart leo; ludvig: ludde louis lova love; magdalena magdalene: magda lena malena lene malin
malene madde madlen malla malen; magnus: mange mans manne mogens; malin: malla; margareta
margaretha margrete margrethe: greta grete maggan marta merete mette marit maj meta margit maret
rita marianne gritt gitte maggie maggi mereta magga marjatta marketta kreeta; maria: maja mia mari
mie maj maija marie mirja marika mimmi maia ria mi molly maren maikki mariken; marianne: majken
janne manne; markus: macke mackan mark markku; martin: matte morten marten marre martti macke;
mathilde matilda: tilda tilde tille; matthias mattias mats: matte matti matt mads matz mathis
matta; mikael michael: micke mikkel mikko micky mick miche mika; mikaela: mickan ella; nikolai
nicolai niklas nicolaus: nisse nicke nils niels claes klaus klas nicko nick niilo laus lauge;
nikolaj: niko nikka kolja; nils niels: nisse nille nilsa; olof olaf olav: olle ola oluf olli uffe
loffe olov ollie wolle; oscar oskar: ossian oscke osse okko; patrik: patte putte paddy pagge; paul
paulus: pal poul palle povel paavo pauli pouli; pernille petronella: nille nilla pella nella;
peter petter petrus: pelle per peder petri pekka par petja perre pir petteri peta pete piet;
petra: petri; philippa filippa: pippa; ragnar: ragge; ragnhild: ragna randi; ralf rolf: rolle
raffe; rebecka rebecca: becka bea becke beckan; richard rikard: ricke riku rigge rick; robert:
robban robin robbe robb; rudolf: rolf rulle ruffe rudi; samuel: sam samme sammy; sebastian: sebbe
basse bastian seb; signe: siggan; sigrid: siri siggan sigga siv; sigurd: sigge siggi sjur; simon:
simme simen; sofia sophia: fia sofi sonja sussi fie fian fi; staffan stefan: steffe steffen staffa
steff; stefan: steffen; stephanie: fanny steffi; sten: stene; stig: stickan; susanna susanne:
sanna sanne susse sussi suss susan; sven svend: svenne; teresa theresa terese: tess tessa terry
tessan; thomas tomas: tompa tomme tom tommy tuomo tuomas; theodor: teo teddy; tobias: tobbe tobi
bias; torbjorn: tobbe torbi tobbi; torsten torstein: totte tore; ulf: uffe; ulrik: uffe ulle rik;
ulrika ulrikke: ulla rika rikke ulli; valdemar: valle volmer valde; valentin: valle; veronika:
vera nika vero; viktor: vicke viki; viktoria: vickan vicky toria; vilhelm wilhelm: ville vilho
willy villiam helmer; vilhelmina wilhelmina: mina vilma mine vilhelmine helmi; vivianne: vivi;
yngve: ynge
# Finnish
aleksanteri aleksander: santeri santtu ale alex aku; aleksandra: santra sandra; antero andreas:
antti andi atte antsa; antti: antsa; anna: anni annikki annu anneli annukka; eino: eikka; elias:
eli; eliisa elisabet: liisa elli elsa liisi lissu; emilia: emmi milla milja emma; erkki eerik:
eero erik eki erkka; esteri: essi; eveliina: eve eevi iina; fredrik: fredi rieti retu vetu; hannu:
hanski; heikki henrik: heka hessu henkka henri; helena: leena heli helka lenni; henrikki: henri;
ilmari: ilkka imppu; jaakko jaakob: jaska jaakoppi kopi jaakkoo; jalmari: jalo; johannes juhani:
jussi juha janne jukka hannes hannu juho juhana juhis juuso; jukka: juge jukkis; joonas: joni
jone; josefiina: fiina; jouni: jonttu; kaarina katariina: kaija kaisa kati katja kaarin riina iina
katri kaisu kata katriina kaju; kaarlo: kalle kallu; kalevi: kale; kristiina: kirsi kirsti tiina
stiina kiti kristi; lauri laurentius: lassi late lasse lare; maria: maija mari maikki mirja maiju
marika mimmi; markku markus: make marko max; margareeta margareetta: reetta marketta kreeta maarit
reta maaret; martti martin: mara masa; matti matias: masa maksu; mikael mikko: miska mikke mika
miksu mikki; olavi olli: ola; oskari: okko osku oki; paavo paavali: pauli pave; pekka pietari
petteri: petri pete petu pera peku peksi; reijo: reiska; risto kristian: ristomatti kride; sakari:
sakke saku zakke; sampsa: sampo; santeri: sande; seppo: sepi sepe; sofia: sohvi sohvia sonja;
susanna: sanna sanni sanu suski; daavid taavetti: taavi tatu; tapani tapio: tapsa; teemu: teme;
timo: timppa tinde; tuomas: tuomo tompe topi tumppi; vilhelmi: ville vili viki vilho; vilhelmiina:
miina mimmi vilma
# Icelandic
adalbjorg: adda alla; adalheidur: heida adda alla; bjorgvin: bjoggi; einar: eini einsi; gudbjorg:
gugga bagga; gudmundur: gummi mundi gvendur gvendi; gudrun: gunna runa dunna gurra; gudny: gudda;
gunnar: gunni; halldor: dori halli; haraldur: halli; helga: hella; ingibjorg: inga imba ingibba;
johann: joi; johanna: hanna joka; jon: nonni jonsi; jona: nona; katrin: kata kaja; kristin: stina
kidda kristrun; kristjan: kiddi stjani krissi; kristinn: kiddi; magnus: maggi mangi; margret:
magga gretta; olafur: oli lalli; petur: pesi; ragnar: raggi; ragnheidur: ragga heida; sigridur:
sigga sirry; sigrun: sigga runa; sigurdur: siggi diddi; sigurbjorg: sibba; stefan: stebbi;
steinunn: steina; sveinn: svenni; thorsteinn: steini doddi; vilhjalmur: villi; thordur: doddi
""".strip()
