"""Short and familiar forms of Italian given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

ITALIAN = """
# Italian
adalberto: berto ada alberto; adalgisa: gisa ada; adamo: adamuccio; adele: adelina lina delina
dele adeluccia; addolorata: dora tina dolorina addoloratina dolores; adelaide: adele ada lalla
laide; adelina: lina; adolfo: dolfo dolfino adolfino; adriana: adri driana nana; adriano: adri
driano; agata: agatina tina agatuccia; agnese: agnesina nese agnesuccia; agostina: tina gostina
agustina; agostino: tino gostino ago agustino gosto; alba: albina; albertina: tina berta; alberta:
albertina berta; alberto: berto albertino bertino albi bertuccio bebo; alda: aldina; aldo: aldino
alduccio; alessandra: sandra ale sandrina alessandrina sandruccia alex lella lessandra;
alessandro: sandro ale sandrino sandruccio alex lele lessandro alessandrino sandrone; alessia: ale
lessia; alessio: ale lessio; alfonsina: fonsina sina; alfonso: fonso fonzo fonsino alfonsino foffo
fonsuccio; alfredo: fredo alfredino dino fredino fefe; alice: ali lice; ambrogio: brogio ambro
ambrogino brogino ambrogetto; amalia: malia lia amalina lina; amedeo: deo medeo; amelia: melia lia
mela; amerigo: rigo merigo; anastasia: tasia stasia nastasia; anastasio: tasio nastasio; andrea:
dea drea andreino andreuccio deo dreino dreuccio andre andreolo andreotto; angela: angelina
angiola lina angiolina angioletta angie geluccia angeletta gela gelina angeluccia lella ngiulina;
angelica: angie gelica; angelina: lina gelina; angelo: angelino angiolo lino angiolino gelo
angioletto angeluccio gino lillo angelotto nino ngiulinu ngelo angioluccio; aniello nello: niello;
anita: nita; anna: annina annetta nina annuccia annarella nannina annita anninella nuccia nanna
nannetta annicchia; annamaria: anna nanni annina; annunziata: nunzia nunziatina nunziella tina
nunziata; annunziato: nunzio nunziatino; annibale: nibale; anselmo: selmo; antonella: anto nella
lella tonella ella; antonello: anto nello tonello; antonia: antonietta tonia nina toni antonina
toia antonella tonina anto tonietta etta ninetta titina ninuccia; antonietta: etta tonia marietta
nietta titina; antonina: nina tonina ninetta; antonino: nino tonino ninuzzo nuccio ninuccio nini
anto ninetto; antonio: tonino toni nino tonio antonino totonno antonello tonuccio tonetto nini
ninetto anto ntoni antoniuccio antonuccio togno tognino nuccio tuccio ninuccio tognetto tonione
ntonio toto; arcangelo: angelo cangelo archi angiolino; argentina: tina; armanda: manda armandina;
armando: mando armandino dino nando; arnaldo: naldo arnaldino nardo; arrigo: rigo righetto
arrighetto arriguccio; arturo: turo arturino turiddu artu turino turi; assunta: assuntina susi
tina suntina sunta assuntella; attilio: tilio attilietto; augusta: gusta augustina tina; augusto:
gusto augustino gustino gugo; aurelia: lia relia aureliana; aurelio: lelio relio elio; aurora:
rora aurorina; balda baldassarre baldassare: baldo sarre sarri; barbara: babi barbarina
barbaruccia barbie varvara rina; bartolomea: mea lomea; bartolomeo: meo bartolo bartolino mejo
lomeo tolomeo bortolo bartolotto bertolino meuccio mea bortolino; basilio: silio; battista: tista
titta battistino batti; beatrice: bice bea bicetta trice beatricetta beatri cina; benedetta: detta
benny bene betta; benedetto: detto bene betto bettino benny benedettino dettino; beniamino: mino
ben beni benia; bernarda: narda bernardina; bernardina: dina nardina; bernardino: dino nardino;
bernardo: nardo bernardino dino berna nardino dado; berta: bertina; bianca: bianchina bianchetta
biancuccia; biagio: biagino biasi biagetto biagiuccio; bona bonaventura: ventura ventu; bonifacio:
facio fazio boni; brigida: brigidina brigi gida brigitta; bruna: brunetta brunella brunina; bruno:
brunetto brunello brunino; camilla: cami milla camillina; camillo: millo cami camillino milluccio;
candida: candidina; carla: carletta carlina carlotta carluccia carlettina; carlo: carletto carlino
carluccio carlotto carlone lallo charly carlettino ciccio; carlotta: lotta lotti carla cherlotta;
carmela: carmelina melina carmelita melica carmeluccia mela lina carmelinda mena carmen; carmelo:
melo carmelino melino carmine meluccio carmeluccio lino; carmine: minuccio mino carminuccio
carmelo carminiello minillo menuccio; carolina: lina carola caro; casimiro: miro; caterina: rina
nina cate cati katia catina catuccia caterinella titti trina catarina caterinetta rinuccia ketty
cettina ina; catello: catiello; cecilia: cilla ceci lia cecilietta cia ciletta cilia; celestina:
tina celeste; celestino: tino celeste; celeste: celestina; cesare: cesarino cesaretto rino
cesaruccio cece; cesira: cesirina; chiara: chiaretta chiarina chiaruccia chiarella claretta lara;
cinzia: cinzietta; ciro: cirillo ciruccio ciretto ciruzzo; clara: claretta clarina; claudia:
claudina clody claudietta; claudio: claudino clody clau; clelia: lia; clementina: tina mentina
cleme; clemente: mente cleme clementino; concetta: cettina tina titina concettina cetta conce
tinuccia cetti titta concettella; concetto: cettino concettino cetto; corrado: corradino dino
radino corra; cosima: mina cosimina; cosimo: mimmo mino cosimino cosmo cosimuccio; costantino:
tino costante costa ntino; costanza: costanzina tanza cosy tanzina; costanzo: tanzo costanzino;
crescenzo: enzo cenzo scenzo; cristiana: cri cris tiana; cristiano: cri cris tiano; cristina: cri
cris tina titti cristinetta; cristoforo: cristo foro tofalo; crocifissa: fissa fina; dalila: lila;
daniela: dani lella danielina ela danila; daniele: dani lele daniello danielino daniel; dante:
durante dantino; dario: darino; davide: davi davidino dado; debora: deb debby; delia: lia;
delfina: fina; demetrio: metrio mitri; desiderio: derio desi; diego: dieghino dieghetto; dino:
dinetto; domenica: mimma menica nica menichina mena minica micuccia nicuccia mimmina domenichella
menichella dome menga domitilla; domenico: mimmo mico menico minico domenichino menichino meco
mecuccio micuccio mimi nico mimmuzzo mingo menghino menicuccio mincuccio minguccio mino memmo
domenicuccio menego dome mimmino menicantonio micu; donata: natina donatella; donatella: dona
lella tella; donato: natino donatello nato donatuccio duccio tuccio; dorotea: dora tea dori
dorina; edoardo: edo dado dodo edoardino dino edi; edvige: edi vige; egidio: gidio egi gidino;
elda: eldina; elena: lena elenina nena lenuccia ele elenuccia elenetta nina; eleonora: nora
leonora ele lora norina norma elenora dianora noretta; elia: eliuccio; elisa: elisina isa lisetta
eli lisa elisetta; elisabetta: betta elisa lisa bettina eli lisetta bettuccia betti isa lisabetta
elsa lisabettina bettinella; elvira: elvirina vira; emanuela: manu manuela lela ema ela; emanuele:
manu lele manuele ema manuelino; emerenziana: enza renzia; emilia: emi milly emilietta milia
emiliana mimi; emilio: emi milio emilietto mimi emiliuccio; emma: emmina; enea: nea; enrica: rica
chicca enrichetta richetta enri kikka enrichina; enrico: rico richetto enrichetto chicco enri
righetto erri enrichino rigo kiko ico arrigo enricuccio; ercole: ercolino colino; erminia: mina
erminietta ermi; ermenegildo: gildo ermes; ermenegilda: gilda; ermelinda: linda; ernesta:
ernestina; ernestina: tina erna; ernesto: ernestino erni tino nesto nestino; eros: erosino; ester:
esterina rina esterella; ettore: ettorino torino rino ettoruccio tore; eufemia: femia; eugenia:
genia geni eugenina genina; eugenio: genio geni eugenino genietto; eusebio: sebio; eva: evelina
evina evuccia; evelina: eva lina; ezio: eziolino; fabia: fabiola; fabiana: fabi fabia; fabiano:
fabi; fabio: fabietto fabi fabiolino biuccio fabiuccio; fabrizia: fabri; fabrizio: fabri bizio
fabrizietto brizio; faustina: tina; fausto: faustino; federica: fede fedi rica chicca kikka ica;
federico: fede rico fedi ghigo chicco federichino fefe federighino righetto fedrigo ico; felice:
felicetto licio felicino lice feliciuccio felicello; felicia: licia felicina felicetta;
ferdinanda: nanda ferdi dina; ferdinando: nando ferdi nandino dino ferrante ferrando fefe nanni
dinando nanduccio; fernanda: nanda ferna nandina fernandina; fernando: nando fer nandino; filippa:
pippa filippina pina lippa; filippo: pippo lippo filippino filippetto fili pippi lippi filippuccio
pippino fippo; filomena: mena filo menuccia fina nena menella filumena menina; fiorella: fiore
ella; fiorenza: enza renza fiore; fiorenzo: enzo renzo fiore; flaminia: flami; flavia: flavietta;
flavio: flavietto; fortunata: nata natuzza tina fortuna nuzza; fortunato: nato natuzzo fortuna
natino; franca: franchina francuccia franci; francesca: franca cesca checca ciccia francy cecca
ciccina fra franceschina francescuccia ceschina chicca titti cescuccia kikka fanny cichina
fraschina cia; francesco: franco cesco ciccio checco chicco cecco ciccillo francy fra franceschino
franceschetto paco cicciuzzo cecchino frasco fransua ciccino ciccuzzo franz cecio frank cicillo
cecilio cicco franciscu ceschino cescuccio francescuccio checchino franceschiello chichi
francescotto cheschino kekko; franco: franchino francuccio franchetto; fulvia: fulvietta; fulvio:
fulvietto; gabriella: gabri lella gaby ella gabriellina brilla; gabriele: gabri lele gabriello
gabrio gaby gabriellino lelo bino; gaetana: tana tanina gaetanina nuccia; gaetano: tano tanino gae
tanuccio nino gaetanino tanuzzo gaetaniello taniello gaetanuccio; gaspare gasparre: gasparino
asparino rino gaspa gasparuccio gasparo spari parino; gelsomina: mina gelso somina; gemma:
gemmina; gennara: nara; gennaro: gennarino rino genny gennariello naro gennaruccio genna gegge
gennarello; genoveffa: genny veffa effa gina nuveffa; geraldina: dina; gerarda: gerardina dina;
gerardo: gerardino dino gera rardo dado; germana: mana; germano: mano germanino; gerolamo
girolamo: momo gerolamino momolo girolamino momino lamo giro; gertrude: truda trude gerta;
giacinta: cinta giaci; giacinto: cinto giaci; giacoma: giacomina mina; giacomina: mina; giacomo:
giacomino mino comino jack iacopo giacomello giaco mimmo giacometto giacomuccio mucci giacumin
jacopo iaco lapo giacumino; gian gianni: giannino giannetto; giambattista giovambattista
giovanbattista: titta gian gianni battista tista gibi gianbi; gianfranco: gian franco gianni
gianfry; gianluca: gian luca gianlu luchino; gianmaria: gian gimmi; gianmarco: gian marco;
gianpaolo giampaolo: gian paolo paolino gianpi; gianpiero giampiero: piero gian gianpi giampi
pierino; gilberto: berto gil gilbertino; gilda: gildina; gina: ginetta; gioacchina: china
giovacchina; gioacchino: gioachino chino jachino chinuccio iachinu giovacchino; giordano: giordi
dano; giorgia: giorgina giorgetta gio; giorgio: giorgino giorgetto gio gino giorgi zorzi zorzo
giorgiuccio giorgione; giosue: giosuele sue; giovanna: gianna giovannina vanna nina giannina
vannina gio giovannella nannina zanna giovannetta vannuccia jana giannetta nannetta nuccia
giannella vannetta ninetta giovannuccia; giovanni: gianni nanni vanni giovannino giannino gian
nino vannino giovannetto gio zanni nannino giannetto vannuccio giannuzzo zuane giuan nuccio
giovannuccio giannello giovannello giannotto giannozzo nannuccio nini vannozzo nane zane
gianniccolo giannicola nanetto; girolama: mommina momma; giuditta: ditta giudi ditti giudittina;
giulia: giulietta giulina lia giuliuccia giuli iula; giuliana: giuli giulia liana nana; giuliano:
giuli giulio liano nano; giulio: giulietto giulino julio giuliuccio giuliotto giulianuccio;
giuseppa: pina giuseppina peppa peppina pinuccia beppa pippa peppinella pippina puccia; giuseppe:
beppe peppe peppino pino pippo geppo bepi beppino peppuccio peppiniello pinuccio giuse bepo
pinotto giuseppino bepin peppi geppe geppino puccio peppo peppone pippinu beppone seppe iuseppe
giusto peppinuccio peppiello peppeddu pinuzzo beppuccio bebbe pippino pinu gepi beppuzzo
giuseppuccio giosi joe zeppino; giuseppina: pina giusy beppina peppina pinuccia peppa giuseppa
pinetta beppa puccia fina giuse peppinella pippa josephine pinella; giustina: tina giusti;
giustino: tino giusti; gloria: glorietta; goffredo: fredo dino; grazia: graziella grazietta zia
graziuccia graziellina; graziella: ella lella; graziano: grazi ziano; gregorio: gori goro greg
rino gorio goriuccio; guerrino: rino guerro; guglielma: mina guglielmina elma; guglielmina: mina;
guglielmo: memmo mino elmo guglielmino william elmino willy lemmo guglielmuccio; guido: guiduccio
guidino guidetto guidotto duccio; guiscardo: iscardo; gustavo: gus gusto gustavino; ida: idina
iduccia; ignazia: nazia gnazia; ignazio: nazio gnazio gnazzino naziuccio gnaziu zino; ilaria: ila
lari ilari lalla; ilario: lario; immacolata: imma titina tina immacolatina colata mimma
immacolatella; innocenzo: enzo cenzo cencio; iolanda jolanda: iole landa jole; ippolito: polito
pippo lito; irene: irenina rena renina ire; irma: irmina; isabella: isa bella lella isabellina
isabel belluccia bellina ella; isidoro: doro sidoro isi; italo: italino; ivana: ivanina vana;
ivano: vano; laura: lauretta lalla laurina lauruccia lalli; lavinia: vinia lavi; lazzaro: zaro
lazzarino; lea: leuccia; leandro: sandro lele; leda: ledina; leonarda: narda; leonardo: leo nardo
nardino dino leonardino lionardo nando nardello naduzzo narduccio narducci leolino; leone:
leoncino leonello; leonilda: nilda; leonora: nora; leopolda: poldina polda; leopoldo: poldo
poldino dino leo puldin; letizia: leti tizia titti zia; liberata: liberatina; liberato: libero;
licia: liciuccia; lidia: lidietta lidiuccia lilli; liliana: lilli liana lilla; lina: linuccia
linetta; livia: livietta; livio: livietto; lodovica: vica lodo; lodovico: vico lodo ludo vicuccio;
loredana: lori dana lora; lorena: lori; lorenza: renza enza lori lorenzina renzina; lorenzo: renzo
enzo lore renzino lorenzino lori cencio lorenzaccio lorenzuccio lorenzetto nenci renzuccio; luca:
luchino lucchino lucuccio luchetto lucone; lucia: lucietta luciella luciuccia lu cia luciana lulu;
luciana: lucy lucianina ciana lulu; luciano: luci lucianino ciano lucio; lucio: lucietto;
lucrezia: crezia lulu zia cresia; ludovica: ludo vica lulu; ludovico: ludo vico lodovico; luigi:
gigi gino luigino gigino luigetto gigetto gigio gigiotto luisino gigiu luisin luiginio luis
ginuccio gigin bigio ginetto; luigia luigina: gina gigia gigetta ginetta luisa luisella; luisa:
luisella lu isa luisetta lulu luisina gigia luisin; luisella: ella; maddalena: lena madda magda
lenuccia maddalenina nena malena lenina; manfredo manfredi: fredo manfredino freddi; manlio:
manlietto; manuela: manu lela ela; manuele: manu lele; mara: maretta; marcella: marce lella cella
marcellina; marcello: marce cello lello marcellino celluccio; marco: marchino marchetto marcolino
marcuccio marcone marcotto marchitto marcon; margherita: rita ghita marghe titta margheritina
daisy margo margot ritina meg ghitina marga greta margaritella rituccia margherituccia; maria:
mariuccia marietta mariella mariolina mari mimi marinella iucci mariola mariettina mia mariannina
mariettella miuccia mariulina maru mariu mimma mea mariuzza mariedda riella mariolino marucia
mariuccetta; mariangela: angela mari; mariano: nano mariuccio marianino; marianna: nanna
marianella annina mari mariannina nannina; mariella: ella; marilena: lena; marina: mari marinella
marinuccia rina; marino: marinello rino marinuccio; mario: marietto mariuccio mariolino mariotto
marino mariolo; marisa: mari isa marisella; marta: martuccia martella marti martolina; martina:
marti tina martinella; martino: marti tino martinello martinuccio tinuccio; marzia: marzietta;
massimiliana: massi; massimiliano: massi max massimo miliano milo miano; massimo: massi max
massimino mino mimmo massimuccio; matilde: mati tilde tilda matildina titti; matteo: teo matte
teino matteuccio maffeo matti feo matteino mattiuccio; mattia: matti mattiuccio; maura: mauretta
maurina; maurizia: mauri; maurizio: mauri izio iccio maurizietto; mauro: mauri mauretto maurino
mauruccio; melania: mela lania mel; melchiorre: chiorre marchio melchio; mercede: cede cedina;
mia: miuccia; michela: micky mica lella mia michelina ela; michelangelo: michele angelo miche
langelo; michele: lele miche michelino micky chele lino mico michelaccio micheluccio michelotto
micheletto chelino mimi michelozzo mikele michelone; michelina: lina china micia; miranda: randa;
mirella: mire lella; modesta: desta modestina; modesto: desto; monica: moni monichina nica;
morena: more; nadia: nadietta; natale: natalino lino tale nataluccio nataletto; natalia: nata lia
talia natalina nati; natalina: lina; nazzareno nazareno: reno neno zareno rino nazza; nazarena
nazzarena: rena; nella: nelluccia; nello: nellino; nicandro: andro; nicola: cola nico nicolino
colino nicolo nick coletta nicoletto colia niki nicoluccio coluccio nicolao nicolello lino
nicolaio colaianni colantonio coletto colella; nicolo niccolo: nico colo nicolino; nicoletta:
letta nicla niky coletta letizia; norberto: berto; norma: normina; nunzia: nunziatina nunziella
zia nunzietta; nunzio: nunziello zietto nunzietto; oliva olivia: oli olivella via; oliviero: oli
vero; onofrio: nofrio nofri fofo frio noferi; orazio: razio; oreste: este orestino; orlando: lando
landino orlandino dino nando; orsola: orsolina orsetta sola orsa; ortensia: tensia orte; osvaldo:
valdo aldo osvaldino; ottavia: tavia ottavina; ottavio: tavio ottavietto ottavino; ottone: otto;
palma: palmina palmuccia palmira; palmira: mira palma palmina; pamela: pam pamy; paola: paoletta
paolina paolella pola lella paoluccia; paolina: lina; paolo: paolino paoletto lino paoluccio
paolone polo pagolo pavolo puccio; pasquale: pasqualino lino squalino pasqualuccio pasca pasqui
lillino lello pascalino squale pasqualone pasqua pasqualetto pascal; pasqua: pasqualina squa
pasquetta; pasqualina: lina squalina nina; patrizia: patty pat patri tizia; patrizio: patri tizio;
pellegrino: rino grino pelle; pia: pietta piuccia; piera: pierina pieretta pieruccia; pierangelo:
piero angelo pier; pierluigi: piero gigi pigi pier gigio; piero: pierino pieretto pieruccio
pierone; pierpaolo: pier paolo; pietra: pietrina petra petrina; pietro: piero pierino pietrino
petruccio peo piter pietruccio petrino rino trino piri pieraccio petrillo pieruccio piotto
pietruzzo; pio: piolino; placida: cidina; placido: cido placidino; pompeo: peo pompeino; primo:
primino primetto; prospero: rino spero prosperino; quintino: tino quinto; quinto: quintino;
quirino: rino; rachele: lella rachelina rache rachi; raffaela raffaella: lella raffa raffi ella
raffaellina fella faella; raffaele raffaello: lello lele raffa raffi raf faele felluccio felele
raffaelino fele papele fefe raffaeluccio faellino; raimonda: monda; raimondo: mondo mondino ray
raimo dino; rebecca: becca becky reby; regina: gina reginella reginetta; remo: remino remolo;
renata: nata renatina rena; renato: nato renatino reno natino; renzo: renzino; riccarda: ricca
cardina carda; riccardo: ricky riccardino cardino ricci dado dino ric riccio ricciardetto cardo;
rinaldo: naldo rino naldino rinaldino; rita: ritina rituccia; roberta: robi berta bobi robertina
bertina; roberto: robi berto robertino bobo bertino bob bobby robertuccio robe bertuccio; rocco:
rocchino roccuccio rocchetto rocchettino; rodolfo: dolfo rudi rodolfino fofo dolfino; rolando:
lando orlando rolly landino; romana: romanina; romano: romanino romoletto; romeo: meo romi
romeino; romolo: romoletto romolino; rosa: rosina rosetta rosella rosuccia rosellina rosi rusina
rosinella rosita rosicchia rosula rusidda rosuzza rosinetta; rosalba: alba rosi; rosalia: lia rosi
rosa salia rosaliuccia liuzza liucca rosetta sali; rosanna rossana: rosi anna ross sanna; rosaria:
rosetta saria rosi sarina sara rosariuccia iaia rosariella sariedda saretta; rosario: saro
saruccio sarino rosarino sari sasa rosariuccio saretto; rosita: sita; rossella: rossy ella ross;
ruggero ruggiero: gero rugge gerino ruggerino roger; sabatino: tino sabato; sabina: sabi bina;
sabrina: sabri brina; salvatora: tora dora torina; salvatore: toto salvo turi tore turiddu
totuccio salvino turuzzo totonno torello rino salvi salva sasa sal turuccio toruccio totore
salvuccio turillo tatore torillo turidduzzo salvatorello turo sasi sasino torino; samanta
samantha: sam; samuela: samu ela; samuele: samu sam lele samy; sandra: sandrina sandruccia;
sandro: sandrino sandruccio; santa: santina santuzza santuccia; sante santo: santino santuzzo
santuccio santi santolo; santina: tina santa; sara: saretta sarina saruccia sary; saverio: saro
rio xaverio sasa verio savino; saveria: ria veria; savino: vino savi; savina: vina; sebastiana:
bastiana nella iana tiana seba; sebastiano: bastiano seba nello iano tiano bastian basti sebi
ianuzzo vastiano bastianino bastianello vasta bastia ianu janu; secondo: dino secondino condo;
serafina: fina sera finetta serafinella; serafino: fino sera finuccio fefe; serena: sere sery
renina; sergio: sergino sergetto gio; settimio: timio; severina: rina seve; severino: rino seve;
silvana: silvi vana; silvano: silvi vano; silverio: verio; silvestro: silvio vestro silve; silvia:
silvietta silvi silvina silviuccia; silvio: silvietto silvino silvi silviuccio; simona: mona
simonetta monia simonina; simone: mone simonino simoncino simonetto simi simonello; sofia: sofi
sofietta fifi; sonia: soni sonietta; speranza: speri ranza anza; stefania: stefi fania ste fanny
stefanuccia stefanina fanietta; stefano: ste stefi fano stefanino steve stefanuccio stefanello
steva; stella: stellina stelluccia; susanna: susi sanna susannina; tarcisio: tarci cisio; tatiana:
tati titti tania; teodora: dora; teodoro: doro teo teodorino; teresa: teresina sina terry teresita
gina tere teresella teresuccia resina esa zita tete sisina sisetta titti resuccia; tiberio: berio;
timoteo: teo timo; tina: tinuccia; tito: titino; tiziana: titti tizi ziana; tiziano: tizi ziano
titti tito; tobia: tobi; tommasa: masina tommasina; tommaso tomaso: tom maso tommy masino
tommasino masuccio masetto masaniello masi tommasuccio masillo masaccio masolino; ubaldo: baldo
ubaldino baldino; ugo: ughetto ugolino uguccio ughino ugolotto uguccione; ulisse: lisse; umberta:
berta umbertina; umberto: berto umbertino bebo umbi bertino; urbano: bano; valente valentina: vale
tina vali valentinuccia; valentino: vale tino valente; valeria: vale leria valerina; valerio: vale
lerio valerino; vanda wanda: vandina; vanessa: vane nessa vany; vera: verina veretta; veronica:
vero nica vera nichi verri; vincenza: enza cenza vincenzina enzina cenzina nuzza vicenza zina
vincia zenza vincenzuccia; vincenzo: enzo cenzo vince vincenzino enzino vicenzo cenzino
vincenzuccio vinci vissenz nzinu cencio vicio vincio cecenzo nenzo enzuccio cincenzo cece vinny
viciu; viola: violetta violina; violante: viola; virginia: ginia virgi gina ginny ginetta;
virginio: ginio; virgilio: gilio virgi lio; vita: vitina vituccia; vitale: vito talino vitalino;
vito: vituccio vituzzo vitino vitinuccio; vittoria: vicky toria vitti vittorina vittoriella ria
rina toriuccia; vittorina: rina; vittorio: vitto torio rino vic vittorino vittoriello toio victor
vittoriuccio vitti; viviana: vivi viana; walter valter: walterino; zaccaria: zacca; zita: zitina
# Italian
ada agapito albina albino alfio amato amos anacleto anania angiola armida aronne artemio baldo
baldovino bella bice brigitta calogero calogera candido carola catia cesara cipriano clarissa
colomba concezio delfino diana diletta donatello edda edmondo egle elettra elio eliana eligio elsa
emiliana emiliano erica erminio ermanno fabiola fedele fiammetta fiore fiorentina fiorentino flora
floriana floriano fosca fosco gaia galileo ghita gilberta ginevra gino gioia gioele giordana
glauco greta gualtiero ilda ines iole italia jacopo lamberto lara lelio letterio lia libero lido
linda lino lisa lorella loretta lorna loris lucilla luce maia manila manola marcellina mariapia
marika mariolina martire mattea medardo melissa milena milo mimma mimmo mina mirko moreno mose
natascia nerina nerio nevio nicla nives noemi nora oddo odetta ofelia olga olimpia oriana ornella
orso oscar otello pancrazio paride pericle perla petronilla priscilla quirico ramona raniero rea
rina rino romina rosalinda rosamaria rosaura rosolino savio selene serenella sergia sibilla
sigismondo simeone sisto susi tancredi tania tazio tecla tosca tullia tullio ulderico umile urbana
valdo venera venanzio vilma vitaliano vittore vladimiro wilma zeno zelinda zoe adelmo ambra
benigno bortolo carmelita celso cornelia cornelio crispino damiano delio deodato doriana duilio
eustachio ezechiele fermo filiberto gelinda giusto igino isaia lanfranco leopoldina luana marzio
melchiorra morgana nazario nilde nina osvalda palmiro petronio quinta rodrigo sabatina saturnino
severo tino ubalda ugolina vanna zaira
""".strip()
