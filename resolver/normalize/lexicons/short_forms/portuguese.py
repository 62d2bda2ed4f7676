"""Short and familiar forms of Portuguese and Filipino given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

PORTUGUESE = """
# Portuguese
abelardo: abel lardo; abilio: bilio bibi; adalberto: beto dal berto adal dada; adelaide: dede
laide ade delaide dada; adelia: delia; adelino: lino delino; ademar: dema mar; ademir: mir dede;
adolfo: dolfo dodo; adriana: dri drica adri driana didi nana; adriano: dri adri driano; afonso:
fonso fonsinho afonsinho fofo; agostinho: gostinho tinho; aguinaldo: naldo guina; albertina: tina
betinha; alberto: beto betinho berto bebeto albertinho tito; alcides: cides cidao; aldemar: dema;
alessandra: sandra le ale; alexandra: xana xanda xandra alex sandra ale lexa xaninha; alexandre:
xande xando ale xandinho alex xandao xano xandre xandrinho; alexandrina: xandrina; alfredo: fredo
fredinho dino alfredinho; alice: lili licinha lice alicinha; aline: line lili; almir: mir; aloisio
aloysio: lolo isio; altair: tata; aluisio: luisinho isio; alvaro: alvarinho varo vava; amalia:
malia; amanda: mandinha manda mandi amandinha; amaro: marinho; amelia: melinha melia memeia; ana:
aninha ninha anita aninhas nana naninha anica nita anocas; anaclaudia: anaclau; analucia: analu
nalu; anamaria: anamari; anapaula: napaula anapa; anabela: bela belinha; anderson: dando dede;
andre: dede deco de andrezinho drezinho andrezao deinho dreco; andrea andreia: deia dea andy
dedeia; angela: angelinha gege lala; angelica: angel lica gelica; angelo: gelo; anibal: bibi;
antonia: toninha tonia tonha tona toia antoninha; antonio: toninho tonho tonico to totonho toni
tonhinho tonecas antoninho toino tonio antonico nico toinho tonhao zito tuca toto; aparecida: cida
cidinha parecida cidoca; ariana: ari; arlindo: lindo; armando: mando mandinho armandinho nando;
arnaldo: naldo arnaldinho nado; artur arthur: arturzinho tutu tuca turzinho tu tuti; augusta:
gusta guta gustinha; augusto: guto gusto gugu augustinho gustinho gutinho; barbara: babi barbinha
ba babinha baba; beatriz: bia bea biazinha bibi tris biinha triz beinha; belarmino: mino; belmiro:
miro bel; benedita: dita ditinha bene; benedito: dito ditinho bene didi; benjamim benjamin: ben
beijo jamim; bento: bentinho; bernadete: dete berna; bernarda: narda; bernardino: dino nardino;
bernardo: be nardo bernardinho bernas nana bernardao nanado; berta: bertinha; branca: branquinha;
bruna: bru bruninha; bruno: bru bruninho nuno brunao brunex; caetano: tano cae; camila: mila cami
camilinha mimi milinha ca; carina karina: ca nina caca; carla: carlinha caca calinha; carlos:
carlinhos caca cal carlito litos calinhos carlao carlitos lito kalu; carlosalberto: carlosbeto
beto; carmelita: lita carme; carmem carmen: carminha carmita carmo carminho mena; carolina
caroline: carol lina caro carolzinha ca caca nina carola calu; catarina: cata cati catinha nina
rina catita tata; cecilia: ceci cila cissa cici cica cecinha cilinha lila; celeste: celestinha;
celestino: tino; celia: celinha; celina: lina celinha; celso: celsinho; cesar: cesinha ce cesinho
cesarinho; cicero: cico cicinho; clara: clarinha; clarice clarisse: cla lice; claudia: claudinha
cacau clau dinha clo caca cau; claudio: claudinho clau cacau dinho cau; claudionor: dionor;
cleide: cleidinha; clemente: mente; cleonice: nice cleo; clotilde: tilde clo; clovis: clo vivi;
conceicao: sao ceica conce conceicaozinha mariazinha concha cece; constanca: tanca tancinha;
cristiana cristiane: cris tiana cri titi tiane; cristiano: cris tiano cri cristianinho; cristina:
cris tina tininha kika cri crisinha titina; custodia: todia; custodio: todio; daiane: dai dani;
dalva: dalvinha; daniel: dani dan dandan danielzinho danizinho nel danico; daniela daniele: dani
nini ela danizinha dada; debora: de deby debinha debs; delfina: fina; delfim: fim; denise: de deni
nise dede; diana: didi dianinha; diego: di didi dieguinho dieguito; dinis: dini; diogo: di didi
dioguinho digo; dirceu: ceu; djalma: dede dja; domingas: minga mingas; domingos: mingo minguinho
mingos mingote; dorival: dori; dulce: dulcinha cece du; durval: dudu; edgar: ed ga gar; edilson:
dil edi; edite: didi; edmundo: mundo ed; edna: edninha; edson: edinho edi ed; eduarda: duda
dudinha edu madu du; eduardo: dudu edu du duda eduardinho dado eduzinho duduzinho; elaine: lane
lai nana; elena helena: lena leninha lenita leni lelena nena leca; eleonora: nora; eliana eliane:
li lili lia nana liane; elias: lilo; elisa: lisa lili lis elisinha zizi isa; elisabete elizabete
elizabeth: bete beth betinha elisa bebeth lisa beta isa betina bela liz lili betty; eloisa
heloisa: lolo helo elo isa loisa helozinha; elvira: vira vivi; elza: elzinha; emanuel manoel
manuel: mano manu nel nelo mane maneco manelinho manel nelinho manelito manuelinho; emilia:
milinha mila mimi lia milu; emilio: milinho milo mimi; eneida: nena; enzo: enzinho; erica erika:
kika eri; ermelinda: linda melinda; ernesto: nesto tinho neto; esmeralda: esme; estela: telinha
tela teia; estevao: tevao estevinho; ester: tete; eufrasia: frasia; eugenia: geninha gege;
eugenio: geninho gege; eulalia: lala lalia; eunice: nice nicinha; euridice: dice; eva: evinha;
evandro: vandro vando; evaristo: varisto; fabiana fabiane: fabi bia bi fa biana bibi; fabiano:
fabi fa biano; fabio: binho fabinho fafa fa fabi fabiao bio; fabricio: fabri bricio cinho; fatima:
fatinha fa fafa fati tita; faustino: tino; felicia: licia; felipe filipe: lipe fe felipinho
lipinho pipo fi lipao filipinho feli filipito; felix: lico; fernanda: fe nanda fefe nandinha fer
fernandinha dinha fefa ferzinha fefinha; fernando: nando fe fernandinho nandinho fer dinho nandao
nano fernandao; filipa: lipa pipa fi pipinha; filomena: mena filo filozinha menina; flavia: fla
flavinha fafa; flavio: flavinho fla; florencia: florinha; florinda: linda; floriano: flo;
francisca: chica chiquinha xica chiquita quica fran cica xiquinha quita cisca; francisco: chico
chiquinho chicao xico kiko quico paco cisco chiquito fran titico xiquinho; gabriel: biel gabi gabo
gabrielzinho bibi ga bibiel gabe bielzinho; gabriela gabriele: gabi gabizinha bibi bia ga bela
gabs gabrielinha; geraldo: ge geraldinho dinho geraldao gege; germano: mano; gertrudes: trude
tudinha ge; gilberto: beto gil giba betinho gibao gilzinho; gilda: gildinha; gilmar: gil mazinho;
gilson: gil gilsinho; giovana giovanna: gio gigi vana gi; giovani giovanni: gio vani; gisela
gisele: gi gigi giza zela; glaucia: glau; gloria: glorinha gogo lolo; godofredo: fredo; goncalo:
gonca goncalinho calo; graca: gracinha gracita; gracia graciela: graci cielo; graciete: gra;
graziela: grazi gra zi ziela; gregorio: greg goro gory; guilherme: gui guigui guilherminho gil
guga guile lherme guizinho guiguinha; guilhermina: mina guila; guiomar: guio mazinha; gustavo:
guga gu gugu tavo tavinho gustavinho guto gus; heitor: tinho hei tito heitorzinho; helder: del;
helio: helinho; henrique: rique kiko ique ike rick riquinho quique henriquinho riquito henri rico;
henriqueta: riqueta queta; herculano: lano; hermano: mano; herminia: miminha mina minia; hilario:
lala; hilda: hildinha; honorio: nono noro; horacio: racio lacinho; hortensia: tensa; hugo:
huguinho gugu; humberto: beto betinho bebeto humbertinho berto; ifigenia: fifi genia; ignacia
inacia: nacinha; ignacio inacio: naco nacinho nacio inacinho; ines: inesinha nene ne inesita
nesinha; ingrid: guigui gui; iolanda: landa ioio lolo; iracema: ira cema; irene: reninha nenem
nena; isabel: bel isa belinha bebel isabelinha zabel isabelita zabelinha belita bela isinha;
isabela isabella: isa bela belinha isinha bebela; isadora: isa dora dorinha; isaura: isa zaura
saura; ivan: vanzinho ivanzinho; ivana: vana; ivete: vete; ivo: ivinho; ivone: vone; jacinta:
cinta; jacinto: cinto jaja; jaime: jaiminho mimi; jair: jaja jairzinho; janaina: jana janinha
naina; jandira: jan dira; jaqueline jacqueline: jaque line jaqui; jefferson jeferson: jeff je
jefinho; jeronimo: jero momo; jessica: je jess jessi jessiquinha; joana: joaninha jo joca jojo
jona ninha; joao: joaozinho joca jao zao joanico janjao juca joaozao joanito jango jonjoca;
joaobaptista: batista; joaocarlos: jonca; joaopedro: jp; joaquim: quim quinzinho quincas juca joca
quinzito quinca kim quiquim joaquinzinho juquinha quinho; joaquina: quina quinas joaquininha;
joel: jojo; jonas: joninha; jonathan: jonas jo; jorge: jorginho jojo jorgito jorjao ginho; jose:
ze zezinho zeca zeze juca zequinha zezito josezinho zeco zuca zezao zico zito zinho josefo joca
pepe zecao juquinha zucas tito; joseantonio: zeto; josecarlos: zeca zecarlos ze; josemanuel:
zemanel zemane zemanuel; josemaria: zemaria; josefa: zefa zefinha zeze josefinha zezinha;
josefina: zefina fina zezinha finha zefinha fininha josi; josiane: josi jo; juliana juliane: ju
juju jujuba juli liana juca; juliano: ju juli liano; julia: juju ju julinha jujuba; julieta: ju
juju eta julietinha; julio: julinho ju juca juliao; juscelino: nono lino juca; karen: ka kaka;
karla: ka kaka; katia catia: kati catinha; laercio: lala; larissa: lari lala lara issa larinha;
laura: laurinha lala lau lalinha; laurinda: linda laura laurindinha; lauro: laurinho; leandra:
lele le; leandro: le lele dinho leandrinho leo; leila: leilinha; leonardo: leo nardo leozinho
leonardinho dada leleo nado; leonel: leo nel; leonilde: nilde; leonor: nono no leonorzinha lola
noca; leopoldina: dina dininha; leopoldo: poldo leo; leticia: le leti lele ticia titi letinha;
lidia: lidinha lili; lilian liliana liliane: lili lica li lila; livia: li lili livinha; lorena: lo
lorinha lolo; lourdes: lurdinhas lurdinha lulu lou; lourenco: lolo lencinho; lourival: lori;
luana: lu lua lulu luaninha; lucas: lu luquinhas lulu luca luquinha luquita lucao; lucelia: lu
celia; lucia: lu lucinha luci lulu luzinha; luciana luciane: lu lulu luci ciana luly; luciano: lu
lulu luci ciano; lucilia lucila: lu cila lucinha; lucinda: cinda luci cindinha; lucio: lucinho lu;
lucrecia: lu crecia; ludmila: lud mila lu; ludovina: vina; luisa luiza: lu lulu luisinha isa
luizinha lala zinha; luis luiz: lu lula luisinho luizinho lulu luisito luca zizi luizao isinho
zinho; luisfilipe: lipe; luzia: zia luzinha; madalena: lena leninha mada madi; magda: magdinha;
manuela manoela: manu nela manuelinha nelinha manela; mara: marinha; marcela: ma celinha
marcelinha cela; marcelino: lino celino; marcelo: celo ma marcelinho tchelo celinho celao; marcia:
marcinha ma; marcio: marcinho ma cinho; marco marcos: marquinhos marquinho quinho maquinho kito
marcao marcolino marquito; marcosantonio: marcao; margarida: guida margo guidinha marga gui gugu
lala magui; maria: mariazinha maricota mia mariquinha maricas marica mariquinhas micas marocas
maricotinha mariinha cota bia cotinha mariquita mimi quinha maroca miquinhas zita; mariaalice:
malice; mariaamelia: memelia; mariaana mariana marianna: mari nana marianinha maninha nanis ma;
mariaantonia: mito; mariaclara: caca maclara; mariaeduarda: duda madu dudinha; mariafernanda: mafe
mafer; mariaflor: florzinha; mariagraca: gracinha; mariahelena: malena milena lena; mariaines:
mines; mariaisabel: mabel belinha; mariajose: zeze maze mize zeza marize mizinha; mariajulia:
maju; marialuisa marialuiza: malu milu maluzinha; marialurdes: milu; mariapia: pipi; mariateresa:
mite maite marite tete; mariangela: mari angela; marieta: eta; marilda: mari; marilene: leninha
mari lene; marilia: mari lila malila; marina: mari nina marininha; marinalva: nalva; mario:
marinho marito marinhinho maruca mariao; marisa: mari isa marisinha; maristela: mari telinha;
marlene: leninha lena mar; marta: martinha tita; martim: martinzinho tim; martinha: tinha;
martinho: tinho; mateus matheus: teteu mateusinho mat teu matheuzinho tete; matilde: tilde tita
tildinha mati; mauricio: mau maurinho mauricinho momo maurico; mauro: maurinho; maximiano: max;
maximiliano: max maxi; maximo: max; mayara: may mayarinha; melissa: mel meli; mercedes: merce
ceda; miguel: miguelinho mica mi gueis guel mimi migas miguelito guelinho; milton: miltinho milt;
mirian miriam: mimi miri mica; monica: mo moniquinha nica momo moni; murilo: mu muri lilo; nadia:
nadinha; nair: nairzinha; natalia nathalia: nat nati talia natinha taia nana; natercia: tete;
nelson: nelsinho nelinho; neusa neuza: neusinha; newton nilton: niltinho; nicolau: nico lau;
nicole: nic nick coco nini; nilza: nilzinha; noemia: mimi noemi; norberto: beto norbi; norma:
norminha; nuno: nuninho; octavia otavia: tavinha tavia; octavio otavio: tavinho tavo tata; odete:
dete detinha odetinha; olavo: lavinho; olga: olguinha; olimpia: limpia; olinda: linda; olivia:
livi oli liv via; orlando: lando landinho orlandinho; oscar: oscarzinho; osmar: mazinho; osvaldo
oswaldo: vadinho valdo dinho vado vava; otilia: tilia tila; pamela: pam pamy; pascoal: coal;
patricia: pati tita pat tricia ticha patinha ti pitty patoca; patricio: pato; paula: paulinha lala
pau pa; paulina: lina paula; paulo: paulinho pauleta lico paulito paulao pauluca; pedro: pedrinho
pedrito pedrao pepe pedroca pedrocas pe pedruca pepeu; perpetua: peta; petronilha: nila; piedade:
dade dadinha; pilar: pi; plinio: plininho; priscila: pri prisci cila priscilinha pripri; quiteria:
quita teria; rafael: rafa rafinha fael fa rafi rafaelzinho rafita faelzinho; rafaela: rafa rafinha
fafa ela rafaelinha; raimunda: mundinha mundica; raimundo: mundinho mundico dico raimundinho
mundo; ramiro: miro rami; raquel: kel raquelzinha quel quelzinha raca keka kekel queca; raul:
raulzinho raulinho rauli; rebeca: bebeca beca becky rebe; regiane: re regi; regina: gina re
regininha reginha gigi; reginaldo: naldo re regi; reinaldo: naldo rei dinho; renan: re nan;
renata: re nata renatinha tata tatinha natinha; renato: re renatinho nato tinho natinho;
ricardina: dina; ricardo: cadu ricardinho rico cado cardo ricky caca caco ricas dinho; rita:
ritinha ritoca; roberta: beta betinha ro rob bebeta robertinha; roberto: beto betinho bebeto
robertinho bob berto betao robertao; robson: robinho rob; rodolfo: dolfo rodo ro rud fofo dodo;
rodrigo: digo rodri diguinho digao ro drigo guigo rodriguinho guinho; rogeria: roge; rogerio: roge
ro gerinho rogerinho geo; romario: baixinho; romeu: meu; romulo: romu; ronaldo: naldo ronaldinho
ro ronny dinho nadinho fenomeno; roque: roquinho; rosa: rosinha zinha roro rosita; rosalia: rosa
lia; rosalina: lina rosa; rosana rosane: ro sana zana; rosangela: ro rosa; rosaria: zaria;
rosario: zaro sarinho zarinho; roseli: rose ro; rosemary rosemeire: rose ro mary; rubem ruben
rubens: rubinho binho ruru; rui ruy: ruizinho; sabrina: sa sabri bina sasa brina; salome: salo me;
salvador: salva dodo vador dorinho; samanta: sam sassa; samara: sam; samuel: samu samuca sam muca
samuelzinho; sandra: sandrinha sandroca san dudu sandrine; sandro: sandrinho; santiago: santi
tiago yago; sara sarah: sarinha sa sasa saroca; sebastiana: bastiana tiana; sebastiao: tiao
bastiao tiaozinho bastinho sebas ba bastos; selma: selminha; serafim: fim; serafina: fina; sergio:
serginho sese serjao checo gio; severina: biu vina; severino: biu bio seba; sheila: shei; silvana:
sil vana silvaninha; silverio: veio; silvestre: vestre; silvia: sil silvinha vivi silvi; silvino:
vino; silvio: silvinho sil; simao: simaozinho simas; simone: mone si simoninha moni; sofia: sofi
fia so sofinha fifi; solange: sol so lange; sonia: soninha so soni; stefania: tefi; stella:
telinha; suely sueli: su suelinha; suzana susana: su suzi susi sana zana suzaninha susaninha
zaninha susu; tadeu: tata teu; taina: tai; tais thais: tata tha; tamara: tata tami; tania: taninha
tata; tarcisio: tarci cisio; tatiana tatiane: tati tata tatinha tatico tanya; telma: telminha;
teodoro: teo dodo doro dorinho; teofilo: teo; teresa tereza: tete teca tere teresinha terezinha
zinha tesa teresoca terezoca; teresinha: teca tete; thiago tiago: ti thi titi tiaguinho tiaguito
guinho guito; tomas: tom tomasinho; tome: tomezinho tominho; ubirajara: bira birinha; ubiratan:
bira; valdemar: dema vava valdo mazinho mar; valdir: didi valdo; valentim: tim vale; valentina:
vale tina val; valeria: val lela vava leria lele; valmir: mir; vanda wanda: vandinha; vanderlei
wanderley: lei vande; vanessa: van vane vanessinha nessa vava nessinha; vania: vaninha; vera:
verinha; veronica: ve vero ronica nica; vicente: vicentinho centinho vi cente xente; victor vitor:
vi vitinho vito vitao vitorzinho victinho vivi tor; victoria vitoria: vi vivi vicky toia vic
vivica vitorinha tori toria toca; vilma wilma: vilminha; virgilio: gilio; virginia: vivi gina
gininha ginha; viviana viviane: vivi vi vica; wagner vagner: vaguinho wag; walter valter: waltinho
val; washington: oxinha; wellington: well wel tom; wesley: wes; william wilian: will wil; wilson:
wilsinho will; xavier: xavi; yara iara: iarinha; yasmin iasmin: yas mimi minzinha; zelia: zelinha;
zenaide: zena; zilda: zildinha; zulmira: mira zuzu zulu; abel: belinho; acacio: cacio; adalgisa:
gisa; adao: adaozinho; ademilson: demi; adelina: lina delina; adilson: dil dilson; agenor: nono;
agnes: nena; alberta: betinha; alda: aldinha; aldo: aldinho; alvina: vina; amadeu: deu; anselmo:
selmo; antenor: tenor; apolinario: polinario; aristides: tide tidinho; armanda: mandinha; arlete:
lete; assuncao: suncao; aurora: rorinha; avelino: lino; balbina: bina; baltazar: balta zar;
bartolomeu: meu barto; belmira: mira; caio: caiozinho; candida: candinha; candido: candinho;
carlota: lota lotinha; casimiro: miro; celestina: tina; cidalia: cida; cosme: cosminho; dario:
darinho; davi david: davizinho vivi; deolinda: linda; delmira: mira; deodato: dato; diva: divinha;
donato: nato; doroteia: doro teia; edmilson: mil; edvaldo: valdo; edilene: lene; elisangela: eli;
elcio: elcinho; emanuela: manu; emerson: merson; ernestina: tina; eusebio: zebio; everaldo: veral;
ezequiel: quiel zeca; filinto: lintinho; firmino: mino; flora: florinha; fortunato: nato; gaspar:
pinho; genoveva: veva; geovana: vana; gildo: gildinho; graziele: grazi; gregoria: goria; hercilia:
cila; iago: iaguinho; igor: iguinho; irineu: neu; ismael: mael isma; israel: rael; itamar: ita;
ivanilda: nilda; januario: jana; josias: jo; josue: jo; jucelia: ju; judite: ju dite; kelly: kel;
lazaro: lala; leonidas: leo; lino: lininho; marcelina: celina lina; marcolino: lino; mariza: mari;
marlon: mar; mirela: mi mimi; moacir: moa; moises: moi momo; natanael: nael natan; nazare: naza
zare; nestor: netinho; neide: neidinha; neymar: ney juninho; nicanor: nica; nivaldo: nivas; noel:
noelzinho; olegario: gario; orestes: reste; otto: ottinho; palmira: mira; perola: perolinha;
pietro: pi; quirino: rino; ramon: moninho; regis: re; romana: romaninha; rubia: ru; rute ruth:
rutinha; saulo: saulinho; silas: si; sidnei: sid; telmo: telminho; tancredo: credo; teixeira:
teixeirinha; ulisses: uli; urbano: bano; vasco: vasquinho; valdete: dete val; valter: valtao;
venancio: nancio; vivian: vivi; wanderson: wan; yago: yaguinho; yuri: yuyu; zacarias: zaca;
zeferino: zefo fino; zuleica: zuca zu; zoraide: zora; gracinda: cinda; edviges: vivi; mercia:
mercinha; lucelio: lu; nilo: nilinho; paulino: lino
# Portuguese
alcina aldina arminda arsenio aurelio aurea basilio belina benvinda bernardete cacilda camilo
carmela celio crispim davide dina emerenciana fausto florbela germana ilda isolda laurindo
leonilda lina natalino noemi olimpio pascoalina placido ramira salustiano silvano tobias umbelina
# Filipino
alberto: abet bert; alfredo: fred pedo fredo; alejandro: andoy alex andro; antonio: tonyo ton
tonton; angelito: lito; aurelio: orly; benigno: ninoy noynoy benny igno; bonifacio: boni pacio;
carlito: lito; carlos: caloy charlie carling; catalina: talina; concepcion: connie chong; corazon:
cory cora; danilo: dani; domingo: doming dom inggo; eduardo: eddie edong edwing ed; emilio: emil
milyo; ernesto: erning erni; esperanza: espie anza; esteban: teban; estrella: star; felipe: ipe
peping felip; ferdinand: bongbong ferdie andy; fernando: nanding dodong nando; filomena: menang;
francisco: kiko isko paquito cisco francis kokoy; gloria: glo; graciano: asyong; gregorio: goryo;
guadalupe: lupe upeng; imelda: meldy mel; isabel: sabel; jaime: jimmy jimboy; jesus: jess susing;
jose: pepe peping joe joey ping joselito; josefa: sepa pepang; josefina: pining josie; joselito:
lito; joaquin: wakin quin; juan: juaning johnny; julieta: juliet; leonardo: nards ardo nardo;
leticia: letty; lourdes: lulu deng; luzviminda: luz minda; magdalena: magda lena; manuel: maning
manny; marcelo: selo; margarita: maita marga rita; maria: maring ia maya; mariano: anong nano;
maricel: cel; mario: mar; melchor: chor; miguel: migs igeng migo; milagros: mila milay; narciso:
siso; nicanor: kanor; nicolas: kulas nick; pablo: ambo pabling; pacifico: pacing; pedro: pidro
peping; petronila: nilang; procopio: opyo; purificacion: puring; ramon: mon monching monet;
remedios: remy meding; ricardo: carding ric ricky; roberto: bert bobby obet; rodrigo: digong rody
igo rod; rogelio: roger gelyo; rolando: lando; romualdo: waldo; rosario: charing charo; salvador:
badong buddy; segundo: gundo; severino: berino; teodoro: doro ted teddy doring; teresita: tessie
tess; tomas: tomasing; trinidad: trining; vicente: enteng vic; victorino: torio; virginia: virgie
gina; wilfredo: willy fred
""".strip()
