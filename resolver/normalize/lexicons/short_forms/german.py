"""Short and familiar forms of German and Swiss German given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

GERMAN = """
# German
adalbert: adi bert berti adal albert; adam: adi; adelbert: bert berti; adelheid adelheide: heidi
heide adele alke heidel alheid adi heidchen; adolf adolph: adi dolf dolfi alf; adrian: adi rian;
agathe agatha: agi agathl agerl; agnes: agi nes neschen nesl agnesl; alban: albi; albert albrecht:
bert berti albi albertchen; albertine: tine berta; alexander: alex lex sandro xander sascha alexi
lexi; alexandra: alex sandra sascha lexi xandra; alfons: alf fonse fonsi fons foni; alfred: fred
fredi alf friedl; alois aloys aloysius: lois loisl luis alo wisi; aloisia: loisi lois luise;
amalie amalia: male mali malchen amelie mala; anastasia: stasi stasia; andrea: andi dea rea andl;
andreas: andi anderl andre anders andres drees dres reas andrusch; angela: angie angi geli
angelchen; angelika: angie angi geli gela angela anki; anna anne: anni annchen annerl anke antje
anja annika anneke anka annele nanni nannerl nannette nanne nann anita annie anusch annette
anngret antke aenne annl nannchen anneli; annegret annegrete: anne gret grete; anneliese annelies:
anne liese anneli annel lies lissi; annemarie annamarie: anne annemie annemi mia ami anni; anselm:
anse selm; annette: netti nette anni; anton antonius: toni tonl tones toneli antoni tonerl tonius
tone tonio donerl; antonia antonie: toni tonia tonerl antje tonie toneli; apollonia: loni plonerl
abelone; arnold: arno arni arnd noldi nolde; arthur artur: arti turi; august augustin augustus:
gustl gustel gust guste augustl gusti stinus austin; auguste augusta augustine: guste gustl gustel
gusti stine; balthasar: balzer hausl baltus balz baldi; barbara: babette babsi barbel barbl waberl
barbi betti babett babs wawa barbchen barbe babi babeli wetti; bartholomaus bartholomaeus: bartl
barthel mewes mobius bart; beate beata: bea beatchen; beatrix beatrice: bea trixi trix bice;
benedikt: bene benni benno bendix bent dix bendikt; benjamin: ben benni benno jamin; bernadette:
berni detta bernie; bernhard bernhart: bernd bernt berni benno hardi bernie beni bero barnd
berndl; bernhardine bernardine: dina berni dine bernarda; berta bertha: bertl berti bert bertel;
berthold bertold bertolt: bert bertl berti bertel; bertram: bert berti; birgit birgitta: biggi
gitta gitte birgi gitti birthe britta berit; bodo: bodi; bonifatius: boni fazi; brigitte brigitta:
gitte gitta gitti biggi brigi brita birgit gidi; bruno: bruni; brunhilde brunhild: bruni hilde
hildi bruna; burkhard burghard: burk burki bucki hardi; cacilie cacilia zazilie: cilli zilli cilla
zazi silke celia; carola: caro carla; caroline carolin karoline karolin: caro line lina linchen
karla karli lini lineke; caspar kaspar: kasper kappi kasperl kas; charlotte charlotta: lotte lotti
lotta lottchen lotteli charly lola scharli lottel; christa: christel christl crista; christian:
chris christl krischan kersten kristen christi carsten chrischi; christiane christiana: chris
christel jana jane nane tiane christl kirsten; christine christina kristina: tina chris christel
christl stine tine stina kerstin kirsten kirstin stinchen tini nina stineli; christof christoph
christopher: stoffel chris toffel stoffl stoff kitt christl toffi christo stofferl; claudia:
claudi clau dia; clemens klemens: klem menz mens; constantin konstantin: konny kosta konsti tino;
constanze konstanze: conny stanzi stanze stanzerl; cordula: corda kordel cora dula; cornelia
kornelia: conny nele nelly nelia corrie neele lia cora; cornelius kornelius: conny nelles nils
niels cornel kees corni; dagmar: daggi dagma; daniel: dani; daniela: dani ella; david: dave davi
vidi; dietlinde: linde dietl; dietmar ditmar: didi ditt dietz; dietrich dieterich: dieter dietz
didi dierk dirk till tillo detlef thies deddo diez dierich; dominik dominikus: domi nick dom
menges minik; dorothea dorothee dorothe: dorle dora doris thea dorte dodo dorchen dorli thesi
durten durte dorrit theda duredl; eberhard: eber ebi hardi ebbo eppo everd; edeltraud edeltraut:
traudl edel traudi trudi traude; edith: edi edie ditha; eduard: edi ede edel edu; egon: egi;
ehrenfried: ehri; eleonore eleonora leonore: lore nora leni elli ella norli lorle lora lola elinor
noora; elfriede: friedel elfi friedl elfie elli friede effi frieda; elisabeth elizabeth elsbeth:
lisa lise liese lisl liesel lieschen liesl elli else elsa ilse lisbeth betti sissi lissi liss
bettina elsi elise elisa lilli bella elke elsie elschen ilsebill lisette liesbeth bettine lisel
lies lieserl elsebeth liseli beth elsl bets bethli elsbethli lisabeth telse elsabe babett li libby
libussa elsalill bete; emil: milo emile miel; emilie emilia: emmi milli mila milchen mia; emma:
emmi emmchen emmeli emmerl; emmerich: emmo emmi riki; emanuel immanuel: manu mano nuel; engelbert:
bert engel berti engl; erhard: hardi erdi; erich erik: eri riki erle; erika: ricki eri ricka;
ernestine: erna tine stine tina; ernst: ernesti ernstl ernsti ernstle erni; erwin: winni erwi;
esther: essi hester; eugen: eugi genus geni genius; eugenie eugenia: jenny genia geni; eva: evi ev
evchen ewerl evelin evele eveli; evamaria: evi mia; ewald: wald ewi; fabian: fabi fab bian; felix:
fele lixl felixl fex; felicitas felizitas: feli lizzi zita fee lici litzi; ferdinand: ferdi ferdl
fernand nandl ferd fernando nante nandi; florentine: flora flori tine flo florine; florian: flori
flo florl flore florin flurin; franz: franzl franzi franzel ferenz frantz frenz; franziskus: franz
franzl franzi frank; franziska francisca: franzi fanny franzl sissi ziska zissi franka cissi
frances franze franzchen fannerl; frederike friederike friedericke: rike rieke friedel riki friede
frieda fritzi fiekchen ricka fritzie freddie frida fredi riekchen frike; friedrich: fritz friedel
fiete fred frieder friedl fidi fitz fritzi fritzl fritzchen frederick freddy fridolin fedder
fritze ferry rick friedhelm; fridolin: frido fridl fridli friedl; friedhelm: friedel helm friede;
gabriel: gabi gabe gabri riel; gabriele gabriela: gabi ela gab jella bri; gebhard: geb gebbi;
georg: schorsch jorg jurgen girgl jurg gorg gorch schorschi schorschl georgi jorn gores jorgl jurn
girgel gergl jorgen schorse schurli jorge; georgine: gina schorschi; gerald: gerry; gereon: gero;
gerda: gerdi gerti; gerhard gerhart: gerd gert gerdi hardi geri gero geert gerrit garrit gerdchen;
gerlinde: linde gerli linda gerl lindi; gertrud gertrude gertraud gertrudis: trude trudi gerti
trudchen trudel traudl gerta traude geerte gerda traudi trud gertl trudeli drudi trutz gesche
trutschel trautl gertie; gisela: gisi gisl gila gi giselchen gisel; gottfried: friedel gotz gotti
gopf goffi fredi friedl; gotthard: gotti hardi; gotthilf gottlieb: lieb gotti gottl; gregor
gregorius: gori greg grigor gorius goris; gudrun: gudi gudrunchen gunni gude; gunther gunter
gunnter: gunni gunne gunnar; gustav: gustl gusti gustel gust gusto; hannelore: hanne lore hanni
lorle lorchen hannele loni hannel; hartmut: hardi hart harti muti; hartwig: harti wig hardi;
harald: harry; hedwig: hedi hedda hedel hete wig hetti wiggerl heta hedchen jadwiga; heide
heidrun: heidi; heidemarie: heidi heide mia; heinrich: heinz heiner hinrich heini hein henner
heiko hinnerk heinerle henning hinz hinner henri henrik henke hendrik harro hinrik rik heinzi
heinzl heino henny harry hennes riki heindl; helene helena: leni lene lena ella hella nele elli
lenchen lenerl helen lenka nelly elena leneli leentje elna heli; helga: helgi helli hella; helmut
hellmut helmuth: helli helm mutz heller; helmina: mina; henriette henrike henrieke: henni jette
jettchen rike riekchen jetti hetty yetta rieke henrika hetta henna; herbert: herb bert herbie
herbi berti heribert; heribert: heri bert; hermann: herm harm manne hermi herms harmen mandl hemme
hermannle; hermine hermina: mine mina hermi minchen minerl herma; hieronymus: jerome ronni grolms
ronimus jeronimus gromes; hilarius: lari hilari; hildegard hildegart: hilde hilda hildi hilla
hilke gardi hilli hille gard; hildegund: hilde gunde hilda gundi; horst: horsti hotte hotti;
hubert hubertus: bert hubsi hubi hubbes hugo berti hupp hupert; hugo: hugi; ignaz ignatius: naz
nazi nazl igel ignatz nazerl igi nace natz; ilona: ili iloni; immanuel: manu; ingeborg ingeburg:
inge inga inka ingi inken bora inke burga; ingrid: inge inga inka gritli ingi; irene: reni
irenchen renchen eni; irmgard irmengard irmela: irmi irma irmel irmchen imma gardi; irmtraud
irmentraud: irmi traudl traudi irma; isabella isabelle isabell: isa bella isi ella belle bell;
isidor: dori isi dorl; isolde: isa isi solde; jakob jacob: jockel kobi jackl jaggi jakoble kob
kobes jakki jockl jogi jeck jappe jaap jobi; jens: jensi; joachim: jochen jo achim jochem jochim
kim jogi jockel chim joki jochum juchem; johann johannes johan: hans hannes hansi hansl jo jan
jens hanschen henschel hansel hansle johnny hennes hanjo joe schani hen hanno schang henne jannes
jannik hansli johannsen jahn hanserl hansemann jehan nannes hansje jannis henneke jonny hanke
hanusch; johanna: hanna hanne hanni jo hannchen hansi jana hannele jane jenny hannerl hansine
nanni joni hannelore; jolanthe: jola lanthe; jonas: jona joni; jonathan: joni nathan; jordan:
jord; josef joseph: sepp seppl jupp pepi beppi joschi josel jo jos sepperl sepli seppi pepperl
juppchen jopi joschka josi bebbo beppo josl jusupp juppi sefi zepp sepple seppel josephus jost;
josefa josepha: sefa pepi sepherl sefi josi josefine beppi zefa zeffi; josefine josephine: josi
fine fini pepi sefa pepperl josie finchen finerl jo; judith: judi jutta jutte; julia juliana
julie: jule juli julchen lia jula ju; juliane: jule liane jana juli jula; julius: jul juli julo;
jurgen: jogi jurg jorg jurn; jutta: jutti jule; kai: kaichen; karl carl: karli karlchen kalle
charly karlheinz karel karlo charlie kallemann karle karlmann karlis karlinger; karlheinz: kalle
heinz karli kalli charly; karla carla: karli karlchen; kaspar: kasper; katharina katarina
katharine catharina: kathi kathe katrin trine katchen katja kathchen nina trina kathl kadi rina
katinka kathrein karen karin treindl katta trineke triene trinchen trin katherl kathie kat
kathrine katter trinerl trini karina ina katjes kathreinerl trinli; kilian: kili; klara clara:
klarchen klare klari claire klarli klarl clar klarle; klaus claus: klausi klosi klausl; konrad
conrad: kurt kuno kunz radi kord kunert kobes kuni kudi kordt konz radl; konradin konradine: kurt
dine; kreszenz kreszentia crescentia kreszenzia: zenzi senz zenz zenta kreszi senta zenzl;
kunibert: bert kuni; kunigunde: kuni gundl gunda gundi konne kunne kinga gundel; kurt: kurtchen
kurti kurtl; ladislaus: lassl laszlo laci lazi; lambert: lamm bert lampe lamprecht berti lampi;
laura: lauri lorli laurchen; laurenz lorenz laurentius: lenz lenzl lauri lori renz larry lars
laurin enz lenzi lorz loretz; leander: andi; leo: leoni; leonhard leonhart: leo hartl lienhard
lenz leonz hardi lenhard lendl leonardl leni leondl lienert lienz lehnert lienl; leopold: leo
poldi poldl luitpold pold leopoldl poldo; leopoldine: poldi dini poldl dine; lieselotte liselotte:
lilo lotte lotti liesel lisa lilli lise lottchen; ludger: lutz ludi; ludwig: lutz lui wiggerl
luggi lude louis luder wickerl lodi lucki wigg wickl wiggl lu lukel luggerl lois ludi lux;
ludwiga: wiga; luise louise luisa: lulu isa isi luischen lovisa wisi lu lou loisi lisl; lukas
lucas: luki luk laux lux luca luggi; lydia: lydi lida; magdalena magdalene: lena leni lene magda
madlen malene lenchen lenerl madl madi dala madlene madel magdl marlene leneli malena helen
magdali lenke gdala; manfred: fred mani fredi mane; manuela: manu ela mani; marcel: marc celli;
margarete margarethe margareta margaretha margarita margret: grete gretel gretl gretchen margot
greta gritta grit meta gitta marga rita gesche gritli reta gretli margrit grethi gredl margit
maggie magret grietje margrete griet meret mette gretje marge margerl margitta gretelein maja
merete gitte gredi gret grede margretl; maria marie: mia mitzi mizzi mieze maja mari mariele
mariechen mirl mariedl moidl mariandl mieke meike maike marika marei ria mareike miezl marlies
maritta micki marlene mariel moid miezchen midi mimi mirzl riekchen moni marla marichen marieli
mareili rieke marijke mariken mie mareile mirli; mariane marianne: nanni janne mia nanne marianndl
nannerl anni mari; marlene: leni marla lene marli; marlies: lisi lies marli; markus marcus marx:
max marc kuss macki maggus; martha marta: martl marthe martel martchen; martin martinus: mertin
marti marten martl mertel merten martel tino mart mertl merti martje tinl morten mattin; martina:
tina marti tini ina martje martl; matthaus matthaeus: theis matz mattes tewes mattheis theo;
matthias mathias: matze mathis mattes hias matz hiasl thies theis hiesl thees matti thias mat
hieser hiasi thijs mattl hiaserl; mathilde mechthild mathilda: tilda tilly hilde thilde tildchen
matti tille mette meta hilda metchen machteld til; mauritius moritz: mori moritzl mauritz ritz
moriz; maximilian: max maxl maxi maxe maxim xaxl milian macki maxerl maxli; maximiliane: maxi
jana; mechthild: mette meta hilde; melanie: mela mel melli lanie; melchior: melk melcher melchi
melch; michael: michi micha michl mischa mike micki much michal miggl micheli mich gel mick;
michaela: michi micha ela micki mischa; monika: moni mona nika moneli nicki mone; moses: mose
moishe; nathan: nat; nikolaus nicolaus niklaus: klaus nick niki klas nico nickel niklas nils niels
chlaus kolas laus klausi niggi niggl klos clawes nickl klausl; nikola nicola: niki nika cola;
nicole: nicki nic coco nicci nici; norbert: nobbi bert norbi berti norrie nobert; notburga: burgl
burgi burga notl; odilia ottilie: tilly otti dille odile tille ottilia tilde; olga: olli olgi;
oliver: olli ole; oskar oscar: ossi osgar; oswald: ossi walt wald os; othmar ottmar: otti ottl
mar; otto: otti ottl ottchen oddo otte; pamela: pam pami; pankratius pankraz: kraz graz kratz;
patricia: patti pat tricia; patrick: pat paddy; paul: pauli paulchen paule paulus palle pole pauls
pali paulerl; paula: pauli paulchen paulina; pauline paulina: paula line lina pauli linchen; peter
petrus: peterl pitt petz piet peterli peterle pete peterchen pitter pidder peterlein pepe pitti
peti peer pier; petra: peti petzi petri peterl petrus petze; petronella: nella nelli nell petra
pernille; philipp phillip: phil fips lipp lipps flipp lippl philippus lippert pille fippi fipsi
lipperl; pia: piachen; quirin: kires corin quirl girin quirinus; rafael raphael: rafa rafi faehl;
raimund reimund: raimi mundl ray reimi mundi mund; rainer reiner reinar: reini rai raini rainie;
ramona: moni mona rami; rebekka: becki beck bekka ribke; regina regine: gina gini regi rega reindl
gine regerl ina reine; reinhard reinhart reinhardt: reini hardi rein renke hartl reinicke reiner
reinerl reinke; reinhold reinold: reini rein holdi renz; renate renata: reni rena nate natti
renatchen; richard: richi riki rich rickert rick hardi ritschie riggi dick; rita: ritchen; robert:
robi bert rob berti bob bobby rupp bertl robbie; roland: roli rola rolf landi rolle; rolf: rolfi
rolle; roman: romi; romana: romi; rosa: rosi roschen rosl rosli roserl rosel rosle; rosalie
rosalia: rosi rosa salie lia rosl sali; rosina: rosi sina rosl rosine; rosemarie rosmarie: rosi
romy rose mia rosemie roschen; roswitha: rosi witha rosl; rudiger: rudi rutger rudger rutz roger;
rudolf rudolph: rudi rolf rudl dolf ruedi ruodi rudel dolfi rolfi rollo ruoff rudolfi; rupert
ruprecht: rupp bert ruppi ruppel berti; ruth: rutchen ruthchen ruthi ruthli; sabine sabina: bine
biene binchen sabi bini sabsi binerl bina; salomon: salo salman; samuel: sam sami muel samu;
samantha: sam; sandra: sandi sanni; sara sarah: sari sally sarchen; sebastian: basti bastian wastl
seb bast sebi bastl baschi baste waschtl wast bastel basch bascho sebl wasti bastien baschti;
severin: sevi vrin seff rin; sibylle sybille sybilla sibilla: billa bille billi sibyl belle sibi
beli bella; siegbert: bert siggi; siegfried sigfrid: siggi fried sigg seff frieder seyfried
friedel sigerl; sieglinde siglinde: linde siggi lindi linda gila; siegmund sigmund sigismund: sigi
mundl mund sig gismo; siegrid sigrid: siggi siri sirid sigga; silke: silki; silvester sylvester:
vestl silvi vester fester vest vesterl; silvia sylvia: silvi silvie silv silli; simon: simmi
simmerl siem simmel simo symen sim; simone: moni simi mone mona; sofie sophie sophia sofia:
fiekchen fia fie sopherl fieke sophi soff fienchen zofie zoffi vieke fiken; stefan stephan: steff
steffen stefferl steffel steffl fane stevi stevie steve steven stefu stoff steffi stips steppi;
stefanie stephanie stefania: steffi fanny steff stevie annie stefferl; susanne susanna susann:
susi sanne suse susel susl sanna suserl sannchen suschen zanna susette susa sannerl sanni zuse
suzi; sven: svenni; tanja: tani; thaddaus thaddaeus: thaddi tade teddy thaddl; thekla: theki thea;
theobald: theo baldi diebold diwald baldo; theodor theodoros: theo teddy dores dorl thedo todor
tede doro; theodora: dora thea dorle dorli; theresia therese theresa teresa: resi resl thesi thres
thea trese reserl thresl esi tess resel reseli zesi tere resele dresl; thomas: tom tommy thoma
dammerl toml dames maas thommes dommel tamerl tomek maschi damml; thorsten torsten: toto thorste
todde torsti totti thorstl; tilman tilmann: till tillo tilly; timotheus: timo tim theo timmy;
tobias: tobi tobe tobei tobie tobel; traudl: traudi; ulrich: uli ulf utz udo ueli uhl uz rich ule
ullo rik ulz; ulrike ulrika: uli ulla rike uta ule rieke rika ricki; urban: urbi bani; ursula:
uschi ulla ursel urschi ulli uschl urseli ursl urschel uscha ursi orschel urscheli orsel uscherl
ursina sulla; ute uta: utchen; valentin: valtin velten valle valli feldl velt felti felten;
valentina valentine: valli tina; valerie: vally vale lerie; vera verena: vreni vren vroni vrenerl
verenchen vrena reni vere; verena: vreni vera vreneli vre reni; veronika veronica: vroni vera
ronja vronerl vronl nika verona ronni fronika fronerl froni moni; viktor victor: vik vickerl viki
torl; viktoria victoria: vicky toria viktoerl; vinzenz vincent: vinz zenz vinzi senz zenzl vinnie
zens enz vinzl; volker: volki volle; volkmar: volki; walburga walpurga walburg: burgl burgi wally
wabi burga burgel walpe burgerl; waldemar: waldi walli wolli waldo; walter walther: waldi walli
wolter walt walti wout welti wolt wal; waltraud waltraut waltraude: traudl traudi wally traute
traudel traude trautl trudi; wendelin: wendel wendl wendi; wenzel wenzeslaus: wenz wenzl wenzi;
werner: wernerl werni wern werno wetzel wessel; wilfried: fried willi wilf friedel fredi; wilhelm:
willi wim helm wilm willem helmi will wilke willie helmke wille helmchen wilmes vilmos; wilhelmine
wilhelmina: mina mine helma wilma helmine minchen mimi willa helmina willi minnie minka minerl
elma minni mineke; willibald: willi baldi willo bald; winfried: winni fried winne friedel winnie;
wolfgang: wolf wolfi wolferl gangl wolle wulf wolfe wolfli gangerl wolfl; wolfram: wolf wolfi;
xaver: xari xaverl vere veri xavi xandl xafi; zacharias: zacher zachi harri; yvonne: yvi vonni ivi
yvo; zita: zitl
# German
adelgunde albin amanda armin arno babette balduin doris edda edelgard elfi elke else frieda
friedel grete hanna hans heinz hilde ida ilse inge irma karin lena liese lina lore lotte marga max
minna nora sepp trude ulla wilma wolf
# Swiss German
alfred: fredi fredel; andreas: res resli andres andi; anna: anneli anni annelies; benedikt: banz
banzli bendicht; bernhard: banni benz beni; christian: chrigu chrigi krigu chrischte; christine:
chrigi stini; daniel: danu dani; elisabeth: lisbeth lisebeth bethli elsi lisi lisette; ernst:
aschi aernschtu ernstli; franziska: franzi franzle; friedrich: fridu fridli fritzli fredu;
gottfried: gopf gofi; hans: hansli hansel hausi housi hansueli; heinrich: heiri heini heirech;
jakob: kobi jogi joggeli jock kobu; johannes: hannes hans housi johanneli; josef: sepp seppi sebi
jusuf sepu; karl: kari karli charly karu; katharina: trini katheli kathi trineli; konrad: kuerat
chueri; ludwig: ludi; markus: mark kusu kusi mage magu; martin: tinu marti; matthias: hiasi mattu
thys mathys; michael: michu mischu michi; nikolaus: chlaus niggi chlausi nigg; paul: pauli pole
palu; peter: pesche petsch pescha peterli petu; regula: regi regeli regu; robert: robi robu;
rudolf: ruedi ruedu rolf ruodi; simon: simu simi; stefan: stifu steffu stifi; thomas: thomu tomi;
ulrich: ueli uli ulu ulrichli; urs: ursli urseli; ursula: ursi urseli ursle; verena: vreni
vreneli; werner: wernu werni; walter: wale walti wali waltu
""".strip()
