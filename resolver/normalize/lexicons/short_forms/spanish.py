"""Short and familiar forms of Spanish, Catalan and Basque given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

SPANISH = """
# Spanish
abelardo: lalo abel bela; abraham: abra brami; adalberto: beto adal berto; adela: dela ade adelita
lela; adelaida: ade lala laida; adelina: ade lina deli; adolfo: fito dolfo fofo adolfito fofito;
adoracion: dori dora dorita; adrian: adri nano; adriana: adri nana; agapito: pito; agueda:
guedita; agustin: tin agus tinin cucho guti gusti tincho; agustina: agus tina gusti; alberta:
berta; alberto: beto berto tito albertito betito alber tico bertin; alejandra: ale jandra alex
sandra jana jandri alejita ali; alejandro: ale alex jano jandro cano sandro alejo alejito alito
janito chano; alejo: ale; alfonsa: fonsi; alfonso: fonso poncho alfon fonsi fonsito foncho pocho
alfonsito ponchito sito; alfreda: freda; alfredo: fredo alfre fredy feyo fello fredito; alicia:
ali licha lichi licia chichi alis; almudena: almu mudena; alonso: alo loncho; alvaro: alvarito
varo alvi; amador: ama dor amadorcito; amalia: ama mali lia; amanda: mandi; amelia: ame meli melia
melita; amparo: amparito paro ampa parito ampi; ana: anita nita anny anuca anitilla anina; anabel:
ana bel; anastasia: tasia taso ana; anastasio: tasio tacho tato; andrea: andrechi; andres:
andresito andy tito andresin andrei andresillo; angel: angelito gelo geli gelin angelin lito
angelillo gelito; angela: angelita angie geli gela angelina lita lina; angeles: angelines geles
gelines geli lines angelita chiqui; angelica: angie geli keka; angustias: angus gusti; aniceto:
ceto; anselmo: chemo selmo; antonia: tona toni tonia antonita tonita nina toya tonina; antonio:
tono antonito toni tonito antonin tonin antuan anton toncho antonico tonio antuco titon antonillo
chano tonejo nono tonete; apolonia: polonia pola lona; apolinar: polin; araceli: celi ara cheli
arita; arcadio: cayo cadio; ariadna: ari; arnulfo: nulfo fito nufo; arsenio: senio; arturo: turo
arturito tuto tury artur turito tico arturin; ascension: ascen chon choni; asuncion: asun chon
chona asunta susi chonita choni suncion chonchita; augusto: tuto gusto cucho guto; aurelia: aure
lela yeya lia; aurelio: aure lelo yeyo; aurora: auro yoya rora lola auri; baldomero: mero baldo;
balbino: bino; baltasar: balta balto; bartolome: bartolo tolo tolome bartolito barto; basilio:
chilo bacho basi; beatriz: bea beita tris bety ticha triz beatricita; begona: bego begonita gona;
belen: belencita bele bela; benedicto: bene; benita: beni; benito: beni nito beno; benjamin: benja
benji chemin mincho mino ben benjita; bernabe: berna; bernarda: berna nanda narda; bernardo: berna
nardo beno berni nayo bernardito; bernardino: dino nino berna; berta: bertita; blanca: blanquita;
blas: blasito; bonifacio: boni facio; brigida: bri brigi gida briche; camila: cami mila; camilo:
cami milo; candelaria: cande candela candi calala; candida: candi; caridad: cari cachita cachi
cacha; carina: cari; carla: carlita; carlos: carlitos charly carlin calin litos carlo carlito
carlangas charlie calo calucho chacho cacho carlines lito carloncho caloncho caliche carlillos;
carlota: lota carli; carmela: carme mela; carmelo: melo; carmen: carmencita menchu carmela mela
carmina maica mamen carmelita carmenchu minina carmucha melita carmeli mencha carminda mina
camucha mencia carmi cami carmelina carmita menchita; carolina: caro lina carol carito carola
carolita; casandra: casi sandra; casimiro: casi miro cachi casio; catalina: cata lina cati
catalinita catuca trini catita; catarina: cata; cayetana: tana cayeta; cayetano: caye tano;
cecilia: ceci chila chela celi chilita cila; celedonio: cele donio; celestina: cele tina;
celestino: cele tino; celia: celi; cesar: cesarito checha chechu cesarin chayo; cesareo: chayo;
cipriano: cipri chano ciprian; cirilo: chilo lilo; clara: clarita; claudia: clau claudi yaya;
claudio: clau; clemencia: cleme mencha mencia; clemente: cleme mente chente; clotilde: cloti coti
tilde cleo; concepcion: concha conchita conchi concepta cochita chita chona inma conce concho cion
conchin cota; conrado: conra rado; constancia: tancha tanza coti; constantino: tino costa;
constanza: coni tancha tanza; consolacion: consuelo conso; consuelo: chelo chela consu chelito
suelo coni consuelito; cornelio: nelo; covadonga: cova; crescencio: chencho; cristian: cris titi;
cristiana: cris; cristina: cris tina cristi tinita crispi titina; cristobal: tobal cristo tobalito
balo toba chris tobi tobalo; cruz: crucita cuca; custodio: toyo; dalia: dali; dalila: lila;
damian: dami; daniel: dani danielito nani danilo daniche; daniela: dani nela danielita; dario:
dari darito; david: davi deivi davicito davo davidito viti; delfina: fina delfi finita; delfino:
fino; demetrio: metrio deme mecho; desideria: desi; desiderio: desi yeyo; diana: dianita didi;
diego: dieguito dieguillo diegucho chego diegui; dionisia: nisia nicha; dionisio: nicho dioni
nisio; dolores: lola lolita loli dolorcitas doloritas lolina loles lolin doli lolica lolilla lala
lolo dolo; domingo: mingo chomin txomin mingui chumingo dominguito minguito chumin mincho;
dominga: minga; dorotea: doro teya tea dora; eduardo: edu lalo eddy duardo edy guayo eduardito
lalito yayo duda wawo lalin; eduarda: lala; efrain: efra frain; eladio: ladio; elena: lena
helenita nena ele lenita elenita; eleonor leonor: nora leo leonorcita eleo; elias: eli lias;
elisa: eli elisita licha; elisabet elizabeth elisabeth: eli betty elisa isa lisbeth lizbeth beth
liz elsa; eloisa: elo lucha ita lochi; eloy: lolo; elvira: elvi vira elvirita viru; emilia: emi
mili emilita mila milita milia; emiliana: emi; emiliano: emi milano milo nano; emilio: emi milio
milo emilito mili; encarnacion: encarna encarnita chona encarni encarnilla nacha; enrique: quique
kike rique enriquito quiquito henry quico quiqui kiko riki enriquillo chicho; enriqueta: queta
quica enriquetita quetita queti rica; epifanio: pifas epi pifano; ernestina: tina erna nesti;
ernesto: neto ernes tito ernie nesto netito; esmeralda: esme mera lala; esperanza: espe pera
lancha esperancita peranza espi pelancha; estanislao: tanis lalo estani lao tilo; esteban: teban
estebi tebi chebo estebanito stevie tebo; estefania: estefi fani fania tefi stefy estef; estela:
estelita tela telita stella; ester esther: esthercita tete essie; estrella: estrellita trella;
eufemia: femia femi eufe; eugenia: geni genia uge quena maru eugeni; eugenio: geno genio geni uge
kenito queno; eulalia: lala lalia eula lali laya layita ula; eulalio: lalo; eulogio: logio;
eusebia: sebia chebita; eusebio: chebo sebio usebio; eustaquio: taquio; eva: evita; evangelina:
vange lina eva evita; evaristo: varisto vari; exequiel ezequiel: cheque quiel eze chequel; fabian:
fabi fabio bian; fabiola: fabi fabia; facundo: facu cundo; fatima: fati timi; faustino: tino
fausti fausto; fausto: faustito; federica: fede quica; federico: fede kiko fico lico quico fredy
fedi federiquito perico fredes; felicia: feli licha; feliciana: feli chana; feliciano: feli chano;
felicidad: feli; felicitas: feli chita licha; felipa: pipa lipa feli; felipe: pipe lipe feli
felipito pipo fili lipo felipillo pipin; felisa: feli licha; felix: feli felito; fermin: mincho
min fer; fernanda: fer nanda ferni ferchi nandita fernandita; fernando: fer nando ferni ferna nano
nandito fernandito fercho nandin nan ferdi ferchis fernan; fidel: fide lito fidelito; fidelia:
fide; filomena: filo mena meni; flavio: flavi; flor: florcita florecita flori; florencia: flor
flori lencha florcita pola flopi; florencio: floro lencho poncho flori; florentina: flora tina;
florentino: tino floro flori; francisca: paca pancha paquita paqui curra panchita frasquita quica
fran fanny chica pachi currita cisca curri pacita panchi chisca chita farruca pancracia;
francisco: paco pancho kiko curro fran quico frasco frasquito paquito panchito francis currito
chisco cisco farruco paquillo pacho currillo pachi patxi pachin paquin cesc quisco chico franco
pachito chicho franciscanito franchesco panchin paxti; froilan: froi; gabriel: gabi gabo
gabrielito gabri biel gabito; gabriela: gabi gabita gabrielita gabri chela; gaspar: gasparin
gaspi; gema: gemita; genaro: naro genarito jena; generoso: gene; genoveva: veva geno beba genova
vevita; geraldo: gera; gerardo: gera jerry lalo gerar rardo gerry yayo gerardito; german: mancho
manchi ger mani germi; geronimo jeronimo: jero momo chomo jeromo jeri; gertrudis: tula trudis
gertru tulita tudis; gilberto: beto gil gilber berto gilbertito; gisela: gise; gloria: glorita
glori goya yoya goyita; gonzalo: gonza chalo gon gonzi zalo gonchi chalito gonzalito talo;
graciela: chela graci grace chelita ela chelo; gracia: graci; gregoria: goya goyi goyita gori
greta; gregorio: goyo gori goyito goyin grego goro; griselda: gris selda cheli; guadalupe: lupe
lupita guada pita lupi pupe lupilla; guillermina: mina guille memina guillermi minita mima;
guillermo: guille memo willy guillo memito guillermito guillermin llermo memin memillo billy;
gumersindo: sindo gume chindo; gustavo: gus tavo gusti tavito guga tato gustavito tavin; hector:
tito eto hectitor hectorcito teto hetito torito; heliodoro: lolo; herminia: mina hermi minia
herma; heriberto: beto heri berto; hermelinda: linda mela meli; hermenegildo: gildo mere; hernan:
nano hernancito nan; hernando: nando; hilaria: lala; hilario: lalo layo larico lario; hildegarda:
hilda; hipolito: polo poli pol lito; honorio: nono; horacio: racho lacho lacio; hortensia: tencha
horten chencha tensi; hugo: huguito; humberto: beto berto humber tito bertito; idalia: dalia;
ignacia: nacha nachita ina naya nachi; ignacio: nacho nachito inaki iggy nacito nachin nachete
inigo nano nachillo; ildefonso: poncho fonso ilde; imelda: melda; indalecio: lecho; ines: inesita
nesa nines neche; inmaculada: inma macu concha maculada chelo inmita; inocencio: chencho chente
ino inocente cencho; irene: ire nena renita nene irenita; irma: irmita; isaac: isa chaco; isabel:
isa chabela isabelita chavela bel sabel isi chabe chabelita belica belita isabelilla sabela chaba
bela ysa belilla isabelina chavelita chavi licha beli; isaias: isa chayo; isidora: chidora dora;
isidro: chilo chidro sidro isi; isidoro: isi doro chilo chidoro; ismael: isma mael; israel: isra;
ivan: ivancito vani; jacinta: jacin chinta cinta; jacinto: chinto cinto jachin jaci chintito;
jacobo: jaco cobo cobi jacobito; jaime: jaimito jimmy jaimin mito; javier: javi javito xavi
javierito jabo javo javiercito harvey javin javillo jave; javiera: javi; jenaro: naro; jeronima:
jero; jesus: chuy chucho chus jesusito chuyito suso susi chusito chuchin jesulin chuchito chuso
jesusin; jesusa: chucha chuchita susa chusa susi chuya chus chuchi; joaquin: quino quin joaco
joaquinito chimo quincho juaco joaqui quini guaco jochi chimi jocho; joaquina: quina juaca; jorge:
coque jorgito jorgi koke yoyo gorge cocho jorgin coqui jorgillo yorch; jose: pepe joselito pepito
chepe che josete chepito pepin josito joselo pepillo pepete pepon chema pepico pepiyo josico
chechu cheo josu joselin joselillo chelito cheche chepo fefo; joseantonio: josean jotaa; joseluis:
joselu chelu selu jl pepelu; josemanuel: jm josema mamel; josemaria: chema josema txema; josefa:
pepa pepi fina pepita chepa josefita finita chefina chepita chefa pepilla josefina josi josefica
pipa pepica pepina fefa fefita; josefina: fina josefa pepa chefi finita pepi chepina josie fini
chepita josefinita yose fefa fefita jochi; joshua josue: josu; juan: juanito juancho juanillo
juanin juancito juanchi juani juanelo juanete juancin chan juanjo johnny juanico juanon;
juanantonio: juanan juanto; juancarlos: juanca juancar juanqui juancho; juandiego: juandi;
juanfrancisco: juanfran; juanignacio: juani juanacho; juanjose: juanjo juancho; juanluis: juanlu;
juanmanuel: juanma; juanmiguel: juanmi; juanpablo: juanpa juampi juampa; juanramon: juanra moncho;
juana: juanita juani juanilla juanica nita jane juanina; judith: judi; julia: julita juli yuli
julieta julina; julian: juli juliancito juliano yuli; juliana: juli liana yuli; julieta: juli
julia; julio: julito juli julin yuyo juliancho julioncito yulio chulo; justina: justi tina;
justino: justi tino; justo: justi; ladislao: lalo lao; laura: laurita lauri lala laurica lauris;
laureano: laure nano; leandro: leo leandrito lencho; leocadia: cayita locadia cadia; leonardo: leo
nardo naldo leonardito lalo; leonora: nora; leopoldo: polo poldo poli leo; leticia: leti ticha
letita letizia licha; lidia: lidi; liliana: lili liana; lorena: lore lorenita; lorenza: lencha
loren; lorenzo: lencho loren chencho lorenzito renzo loro enzo lorito; lourdes: lourditas lulu
lulita lurdi urdes lou; lucas: luquitas lucho luqui; lucia: luci lucita chia lucha lulu luchi;
luciana: luci chana lu; luciano: luci chano lucho; lucila: luci chila; lucrecia: lucre quecha
lula; luis: lucho luisito wicho guicho luisin luisillo lucito lui huicho luisico luisete; luisa:
luisita lucha lu luisi luchita licha luisina isa; luisfernando: luisfer; luisalberto: luisal; luz:
lucita luchi lucha luchita; macarena: maca macu; magdalena: magda lena magui malena leni madalena
maida nena magdita; manuel: manolo manu lolo manolito manolillo manny mel manel lito manuelito
meme manolete manuelillo nelo manolin nolo manito manolico manuelico lillo nolito; manuela: manola
manoli manu lola nela manolita manuelita lela manuelilla manuelica meme; marcela: marce chela
marcelita; marcelina: marce celina lina chela; marcelino: marce lino chelino celino; marcelo:
marce chelo celo marcelito; marcial: marci; marcos: marquitos marcocho quito marquito; margarita:
marga rita mago margari margui magos margara marita maguita ita tita daisy magalita marge peggy
margo margot chaguita; maria: mari mariquita marita maruja maruca mariquilla marica mariuca maruxa
marujita mia mariona maruchi marucha macuca maruquita maricucha maruxina mariucha mariola
marujilla mariluz; mariaangeles: marian; mariaantonia: tona; mariacarmen: maricarmen mamen mayca
mari; mariacristina: maricris; mariadolores: maridol marilo loli marilola; mariaelena: marilena
malena; mariaeugenia: maru uge geni; mariafernanda: mafer marifer mafe; mariaisabel: maribel
marisa mabel marisabel isa; mariajesus: machus chus; mariajose: majo cote marijose majose chepita
mariajo pepa marijo; marialuisa: marilu marisa luisa malu; mariamercedes: merche; mariapaz:
maripaz; mariapilar: maripili mapi pili maripi; mariarosa: marirosa; mariasoledad: marisol;
mariasol: marisol; mariateresa: maite maritere teresa marite tere; mariavictoria: marivi mavi;
marian mariana: nana nany mari nanita marianita maru; mariano: nano marianito; maribel: mari bel;
marina: mari marinita; mario: marito mayito marillo mariin; marisol: mari sol; marta martha:
martita marti tita martuca martuchi tuca mati; martin: tincho martincito marti tin martinillo
martucho tinin; martina: marti tina; mateo: teo mate mateito teito; matias: mati matu tute;
matilde: mati tilde matildita tila tita; mauricio: mauri mau mauro icho morris richo mauricito;
maximiliano: maxi max chimino milo maximo; maximino: mino max maxi; maximo: max maxi chimo mino;
medardo: lalo; melchor: mel; melisa: mel meli; mercedes: merche meche mechita merce merceditas
mencha mecha merchi meches chita mechas; micaela: miqui; miguel: miguelito migue mike miki
miguelillo micho miguelin michel chelo miguelon mingo mique; miguelangel: miguelan miguel;
milagros: mila mili milagritos lali milagrito milagro; minerva: mine; miriam: miri; modesto:
moncho desto; moises: moi moisesito moncho; monica: moni monis monina nica monchi; monserrat
montserrat: montse monse rat montsita; narciso: chicho ciso chichito narci; natalia: nati nata
tali nat talia; natividad: nati nata natita; nemesio: nemes meshio; nicanor: nica nano cano;
nicolas: nico colas nicolasito nicucho nicolino colacho lacho colasin nic; nicolasa: nico colasa
nicha; nieves: nievitas nievecitas; norberto: beto nor berto tito; norma: normita; nuria: nuri;
obdulia: obdu duya; octavia: tavi tavia; octavio: tavo tavi tavin tavito octa; ofelia: ofe felia;
olegario: ole garo; olga: olguita; oliva: oli; olivia: oli livi via; omar: omarcito; orlando:
lando nando orlandito ori; oscar: oscarito osqui oscarin caco; osvaldo: valdo ossi osvi vado;
pablo: pablito pablillo pablin paulo pol; paloma: palo lomita palomita; pamela: pame; pancracio:
pancho; pascual: pascualito pascu cual pascualin lito; pascuala: pascua; pastora: tora; patricia:
pati patri pato pata trisha ticha patita; patricio: pato patri patricito; paula: pau paulita
pauli; paulina: pau pauli lina; paulino: lino pauli paulo; paulo: paulito; paz: pacita pachi;
pedro: pedrito perico peyo pedrin pedrillo periquito periquillo pedrucho peito peiro pello peru
perucho pedrolo; petra: petrita petri; petrona: petro tona; petronila: petro nila pitusa; pilar:
pili pilarica pilarita pilita pilarin piluca pilarcita pilu piluchi pilucha; ponciano: poncho;
porfirio: firo porfi pilo; primitivo: tivo primi; prudencia: pruden; prudencio: pencho chencho;
purificacion: puri pura purita; rafael: rafa rafi fael rafita fallo rafaelito rafaelin rafaelillo
fello rafico rafaelico rafelito lito; rafaela: rafa fela rafi rafaelita falita; raimundo: mundo
ray rai; ramiro: ramirito rami miro rama ramirin; ramon: moncho monchi monchito ramoncito mon
ramoncin ramonchu mochi mono ramoncillo; ramona: moncha mona ramoni monchi; raquel: raque kela
raquelita rachel quela quelita; raul: rulo raulito raulin rauli rulito; rebeca: rebe beca becky
quica; refugio: cuca cuco refu fugio cuquita; regina: regi gina; reinaldo: naldo rei; remedios:
reme reyes remeditos remi; renato: tito nato; reyes: reyita; reynaldo: rey naldo; ricarda: rica;
ricardo: ricky richi richard ricardito cayo riqui rico ricar richar cardo; rigoberto: beto rigo;
rita: ritita; roberta: berta robi; roberto: beto rober berto robertito tito robi robin bobby
robertin betito; rocio: rochi chio ro; rodolfo: rodo fito rudy dolfo fofo rodolfito fico; rodrigo:
rodri rigo ro rod rodriguito rorro yoyo gogo; rogelio: roge gelio yeyo rogelito; rolando: rolo
lando rol; roman: romancito romi; romualdo: romu waldo; roque: roquito; rosa: rosita rosi chita
rosina rosilla rochi rosica; rosalia: rosa lia chalia rosy; rosalinda: rosa linda chalina; rosana:
rosi sana; rosario: charo chayo rosarito charito chayito chari charin rosarillo saro; rosaura:
rosa chaura; rosendo: chendo sendo; roxana: roxi; ruben: rubencito rube benny rubi; rufino: rufo
fino; ruth: rutita; sabina: sabi bina; sabino: bino; sabrina: sabri brina; sacramento: sacri;
salome: salo meche; salomon: salo momo; salustiano: salus; salvador: salva chava chavita dorito
salvi savador sal chavo salvita boro vador; samuel: samu sammy samuelito sam; sandra: sandrita
sandri; santiago: santi chago yago chaguito tiago santiaguito chano diego chanti chagui; sara:
sarita sari; sarita: sari; sebastian: seba sebas basti chano bastian sebastianito tian chan sebi
chebas; segismundo: segis mundo; segundo: gundo chundo; serafin: sera fin; serafina: fina sera;
sergio: checo sergi sergito serch chejo sergin; severiano: seve; severino: seve rino; severo:
seve; silverio: silver; silvestre: silver veche; silvia: silvi silvita chiva silviucha chivis;
silvio: silvi chivo; simon: simoncito moncho simi; socorro: coco soco corrito coquito choco;
sofia: sofi chofi sofita fifi chofa; sol: solecito; soledad: sole chole cholita marisol solea
solita chola solecita sol chelito; sonia: soni; susana: susi susanita sana su suzi; tadeo: teo;
tamara: tami tama; tatiana: tati tania; telesforo: foro teles; teodora: dora tea teodorita;
teodoro: teo doro teodorito lolo; teofilo: teo filo; teresa: tere teresita teresina techa tessa
terita tete resa teresica teresilla; timoteo: teo timo; tomas: tomi tomasito tomasin maso
tomasillo; tomasa: tomi masa; toribio: toribi toro; trinidad: trini trinitaria trinita; ubaldo:
baldo; urbano: urba bano; ursula: urso ursi chula; valentin: vale valen tin tino; valentina: vale
valen tina vali tinita; valeria: vale valeri leria valerita; valeriano: vale; valerio: vale;
vanesa: vane; veronica: vero verito nica ronnie verona; vicenta: vicen chenta; vicente: vicen
chente vicentito tente vincho vicentico chento; victor: vic vito victorito victi vitito torito
vitin; victoria: vicky vic toya viqui tori victorita toria; victoriano: victo chano vito; violeta:
viole leta; virgilio: virgi gilo; virginia: virgi vicky viqui vir gina ginia; virtudes: virtu;
visitacion: visi; viviana: vivi; wenceslao: wences lao wence; wilfredo: wil fredo; ximena jimena:
xime jime; yolanda: yoli yola landa yolandita; zacarias: zaca; zenaida: zena; zoila: zoilita;
abel: abelito; adan: adancito; agripina: pina; alma: almita; amado: amadito mado; ambrosio: bocho
brocho; america: meca; anacleto: cleto; anibal: ani; antonieta: tona toneta tieta; apolinario:
polo polin; aquilino: quilino lino; armanda: manda; armando: mando armandito mandito mandi nando;
arnaldo: naldo; artemio: temo; atanasio: tanacho tacho nacho; augusta: tuta; aureliano: chano;
bartola: tola; bautista: tista bauti; belisario: belico chayo; bernardina: dina; brenda: bren;
calixto: cali; candido: candi; casilda: casi; cecilio: cheche chilo; celedonia: cele; celso:
cheche; cenobio: cheno; cirila: chila; claudina: clau; cleofas: cleo; columba: coti; conrada:
conra; corina: cori; cornelia: nela; crescencia: chencha; dagoberto: beto dago; damaso: maso;
debora: debi; demetria: deme; domitila: tila domi; donato: nato; edelmira: mira delmi; edgar: gaga
edgarcito; edgardo: gardo; edith: edi; edmundo: mundo edmun; eleazar: chazo; eleuterio: luterio
lute; eligio: licho; eliseo: cheo eli licho; elpidio: pillo; emeterio: mete; emma: emi; enedina:
nedi; epifania: pifa; erasmo: mocho; ermelinda: linda; estanislada: tanis; eufrasia: pacha;
eulogia: logia; eutimio: timio; evelia: belia; everardo: lalo; fabricio: fabri; fermina: mina
fermi; filiberto: beto fili; flora: florita; florinda: linda; fortunato: nato; fulgencio: chencho;
gabino: bino; galo: galito; gaston: tona; gaudencio: gaude; gilda: gildi; graciano: chano; hilda:
hildita; isauro: chauro; isaura: chaura; jacoba: coba; jennifer: jenny; jessica: jessi; juvenal:
juve; lazaro: lazarito lacho; leocadio: cadio; leoncio: loncho; leonel: leo nel; leonila: nila;
ligia: ligi; lilia: lili; lina: linita; lisandro: licho sandro lisan; macario: maca cayo; magali:
magui; marisela: chela; mauro: maurito; maximina: maxi; melania: mela; melquiades: meco; milton:
milti; mireya: mire yeya; mirta: mirtita; misael: misa; narcisa: chicha; nazario: nacho; nelida:
neli; nelson: nelsito; nestor: netito nes; nicanora: nica; noemi: noe mimi; nora: norita; obdulio:
dulio; octaviano: chano tavo; odilon: lon; olimpia: pia oli; orfelina: lina; otilia: oti tila;
petronilo: nilo; policarpo: polo poli carpo; porfiria: firia; prospero: pero prospe; raymundo:
mundo ray; reina: reinita; renata: rena nata; rene: renecito; reyna: reynita; rigoberta: berta;
romelia: melia; romulo: romi; rosalino: chalino; rosamaria: romy rosa; rosalva: chalva; rufina:
rufi fina; sabas: chabas; saturnino: nino satur; saul: saulito; sandro: sandrito; silvano:
chivano; simona: mona; sixto: chito; telma: telmita; teodosio: teo; teofila: tofila; tito: titito;
tulio: tulito; vilma: vilmita; virginio: ginio; walter: waltercito; wilfrido: willy; wilson: will;
yesenia: yesi yese; yesica: yesi; zoraida: zori; zulema: zule; policarpa: pola; salvadora: salva
dora; josue: joshi; leonor: nonor
# Spanish
adalgisa agata alba albino aldo alfonsina amada anacleta angelino antolin ariel azucena benicio
bruno bruna canuto carolino celina ciriaco clementina clodomiro constancio cosme cosma delia dora
edelmiro elba eligia elsa evelio faustina floriano gerarda hermelindo hermosa herminio iris iva
jovita lazara leandra leona leoncia lidio lucinda magda marcia mariela marino mirna modesta nelly
noelia odilia olegaria orlanda perla placida quintina ramira raula santos servando tania vidal
vidala zenon zita
# Catalan
agusti agustin: tinet gusti; alexandre: xandre alex sandre; antoni: toni tonet tofol tonico tono;
antonia: tonia toneta nia; assumpcio: assumpta suncio; bartomeu: tomeu meu biel; bernat: nat
bernadet; caterina: cati catineta rina; concepcio: conxa conxita; cristofol: tofol tofolet;
dolors: loles lola dolo; domenec: mingo; emili: mili; eulalia: laia lali olalla lalia; ferran:
nando; francesc: cesc xesc xesco paco quico francesquet siscu sisco quicu xisco ciscu; francesca:
xesca cesca paquita xisca quica siscu cisca; gabriel: biel gabi; gaspar: paret; ignasi: nasi
nasiet ina; isabel: bel isabelet sabel bet beleta; jaume: met jaumet jaumeto; joan: joanet nanet
joanic; joana: joaneta; joaquim: quim quimet xim ximo; jordi: jordinet; josep: pep pepet bep
josepet zep pepitu bepet pitu peret; josepa: pepa pepeta zepa; llorenc: llorencet enc; lluis:
lluiset; lluisa: lluiseta; magdalena: malena magda lena; manel manuel: nel manelet; margarida:
marga guida rida margalida; maria: mariona mariola marieta mia mariagna; marti: tinet; merce:
merceneta; miquel: quel miquelet quelet; montserrat: montse rat muntsa; narcis: ciso narciset
ciset; nicolau: colau nico; pau: pauet; pere: peret perico perot; pilar: piluca; rafel: fel felet
rafelet; ramon: mon moncho ramonet monet; roser: roseret; salvador: vador vadoret salva; sebastia:
tia sebas bastia; teresa: tere tresina resi teresona; tomas: tomaset; vicent: vicentet centet
cento; xavier: xavi vier
# Basque
alejandro: txandro; antonio: anton antxon txanton; catalina: kattalin; francisco frantzisko: patxi
pantxo praisku prantxes patxiko; ignacio inazio inaki: inaxio; joaquin joakin: jokin; jose josu
joseba: joxe josepe txepe koxe joxemi; josemaria: txema joxemari; juan jon: joanes txuan ganix;
maria miren: mari maritxu mirentxu mattin mirari; martin: mattin matxin patxin; miguel mikel:
mikeltxo mitxel; pedro peru: peio pello piarres kepa perutxo betiri; esteban: estepan eztebe;
francisca frantziska: patxika prantxa; santiago: xanti santi jakue; teresa: trexa maite
""".strip()
