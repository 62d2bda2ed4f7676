"""Short and familiar forms of French given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

FRENCH = """
# French
abel: abelou; adelaide: ade adele laide adela lala; adele: dede adeline adela delou; adeline: line
ade adi lili; adolphe: dodo dolphe ado; adrien: adri ad dri drien adrinou; adrienne: adri nenette
rienne drienne; agathe: aga gaga agathou gath; agnes: agnou nes nenes nini agnette; aime: mimi;
aimee: mimi mee; alain: lain alou lalain al lala; albane: alba bane; albert: bebert al bert berty
beber titi albertin; alberte albertine: titine bebette berthe tine bertine; alexandra: alex sandra
sandrine xandra alexia sacha; alexandre: alex xandre sacha sandre alexis sandrin lex ale lexou
alexou; alexis: alex lexis al lex alexou; alfred: fred fredo frefred al freddy; alice: lili lice
alicette alissou aliette; alphonse: fonfon fonse alfi phonphonse; alphonsine: fonsine sisine;
amandine: mandine didine mandy mandou amande dine; amelie: mel melie lili mimi ame lie amel;
anais: nana na nanou nais ana naissou; anastasie anastasia: tasie ana stasie nastasie; anatole:
tole nanat toto anat; andre: dede andy drele dre andrinou andrieu; andree: dede dedee andrette
reine; angele: angie angelou gele angeline; angelique: angie angel gelique lique ange; anna: nana
annette anouk annou nanette nina; anne: annette nanette annie anouk nanon ninon annick annou
anouchka nanou nana naig annaig nan nini ninou toinon nane; annabelle: anna belle bella;
annemarie: annie anne mamie nanou; annick: annie nick; annie: nini nanou; anselme: selme; anthony:
antho tony tho toto; antoine: toine tony tonio titouan toinou toinot anto toinon antonin tonin
tonton toto antoinou toinet antony; antoinette: toinette toinon nenette nette tony ninette nettie
antonia netty tonia toinou antonine; antonin: tonin toto anto antoine nin; apolline: popo polline
line pauline apo; ariane: ari riri anne; aristide: titide ari; armand: mamand mando armandou manou
arm; armelle: mel melle melou; arnaud: nono arno nanaud naud arnou; arsene: sene arsenou; arthur:
tutur thur art turtur arthurou; astrid: assi; auguste: guste gugus gus augu tatave gusse gustou;
augustin: gus tintin gustin augu tin gugus stin; augustine: titine gustine tine augu; aurelie:
aure rele lili lie reli aur aurel lilie orelie relie; aurelien: aure aurel lelien lien aur orel
relien; aurore: rore rora auro aure rorore; axel: axou; baptiste: bapt titi batiste batisse bapti
tatis bab baps tiste titisse; barbara: babs barbie babette babou barb; barnabe: barny barn nabe;
barthelemy: barth lemy memy bartho barthe; basile: bazou baba; bastien: bast titien basti bastou;
beatrice: bea trice bettie triss beatou trixie bene; benedicte: bene dicte bebe didi bebene benou
nedicte; benjamin: ben benji benj benny benjam jamin benou min jaja minou; benoit: ben noit nono
benou beni benett bene; berenice: bere nice nini bebe; bernadette: dette bern dedette nadette
benou dadette detou; bernard: nanard bernie ber nard bebert bernou nanar nenard; bernardine: dine
bernie; berthe: bertou bette bertine; bertrand: bert bebert trantran bertie bertou bebere; blaise:
blaisou blaisot; blanche: blanchette blanchou chanchan; boris: bobo; brice: bribri bricou;
brigitte: bri gigi bribri gitte bibi bridgitte britou bibitte; bruno: nono brubru nunu brunou;
camille: cam mimi cami mille camou camie milou millie; carine: cari caro rine; carole: caro
carolou carol; caroline: caro line caca carol linou lolo roro lina; catherine: cathy cath kate
catou cat trinette ketty rinette catie rine catherinette titine kitty catinou catheline catin
trinou rina; cecile: cec ceci cess sissi cile cecilou cici sissou cecilia lili; cedric: ced ceddy
cedou dric; celestin: tintin cel; celestine: titine tine celes; celia: celi lia cel; celine: cel
line celou celi lili linette celinou; cesar: cece zar; chantal: chanchan chantou tal chacha chat;
charles: charlie charlot charly lolo cha charley carlos lolot charlou chacha carl lot charlet
charlo; charlotte: charlie lotte cha chacha lolotte lola charlou charlene lottie lolo chachou lot;
christelle: chris kiki cri stelle christ cricri christou telle; christian: chris cricri kiki titi
chri christou; christiane: kiki cricri chris christou titiane nane; christine: chris cricri titine
tine kiki christou tina chrissie kristou christi titi tinou; christophe: chris tophe toto kiki tof
totof cricri topher kris christo titof; claire: clairette clairon clairou clara claclaire clecle
clai; clara: claclou clacla; clarisse: cla risse clari clarou; claude: clodo cloclo claudie
claudou claudius coco dodo claudot claudinet claudy; claudette: dette dedette; claudie: cloclo;
claudine: didine cloclo dine clo clodine dina; clemence: clem clemou mence cle clecle memence
clemie clems mensou; clement: clem clemou cle clems mement ment; clementine: clem titine clemi
tine mentine; clotilde: clo cloclo tilde clotou titilde; clovis: clo vivi; colette: coco cola
coletou lolette colinette; colin: coco colinet; constance: coco connie const stance constou;
constant: coco; constantin: tintin costa const; coralie: coco cora lili coral; corentin: coco
tintin co coren corens cocotin; corinne: coco co riri corie cocorinne corinnou; cyprien: cyp
cypri; cyril cyrille: cyr ciri cycy riri cyrou; damien: dam dada damienou dami damou mien dams;
daniel: dan dany dada nini danou danielou niel; daniele danielle: dany dada danou nini danie;
david: dav dada dave davidou vivi davy vid; deborah: deb debby; delphine: del delph phine fifi
delphinou delou didine phiphine; denis: dede nini denisot nis deni denisou denizot; denise: nini
dede nise denisette deni; desire: dede sire; desiree: dede siree; didier: didi did dede didou;
dominique: dom domi dodo minique nique doum doume domino nini dominou; dominic: dom; donatien:
dodo dona; dorothee: doro dodo thee dorothe thethe dora dorine dorette; edgar: ed gaga; edith:
didi edie dith ditou; edmond: ed momon mondou eddy momond; edmonde: momonde; edouard: ed eddy
doudou edou douard doud dodo wawar ward edo; eleonore: nono nore elea ele nora lenore; eliane:
lili liane elie elian; elie: lili lie; elisabeth elizabeth: babeth lisa zabeth betty elise lili
liza lisette bebeth zaza lise babette lisbeth beth zabou isabeau babou zab elsa bette lizzie
bettie lisou liz lisabeth zabelle; elise: lili lise elie lisou; elodie: elo lolo lodie didi elod
lodi elou; eloise: elo lolo loise elou; elsa: zaza elsou; elvire: vivi vire; emeline emmeline: em
line emy mimi meline emie emi; emile: mimile mile milou mimi mil milo mimil milot; emilie: em mimi
milie emi milou emy lili emie; emma: em mama emmie emmou; emmanuel: manu mano manuel nunu manuelou
man nel manouche; emmanuelle: manu manue manuelle emma nelle emmy nanou; ernest: nenesse nenes
nest nesto; ernestine: titine nestine; estelle: tete stelle telle stella estou; esther: titi
essie; etienne: tienne titi ti steph nenenne tiennot tiennet etiennot tienou tien etien nenou
stienne; eugene: gegene gene ugene genie; eugenie: genie nini genou gege ninie ge; eulalie: lalie
lali lili; evariste: variste; eve: evou evie; eveline evelyne: lyne eve lily evie eva lynou vivi;
fabien: fab fabi fafa bibi fabou bien; fabienne: fab fabi fafa fabou bibi; fabrice: fab fafa brice
fabri fabou bribri; fanny: fafa fan fanfan fannette; faustine: titine fau stine; felicie: fefe
feli lili licie; felicite: feli; felix: fefe lixou feli; ferdinand: ferdi nand nando ferdou
fernand dinand fefe; fernand: nanand nando nand fefe fernandou nanou; fernande: nande fefe nenande
nandou; fiona: fifi fio; firmin: mimin min; flavie: flafla vivi flav; flavien: flav flavou;
florence: flo floflo rence florette flora florie flossy florou; florent: flo floflo rent florentin
flolo; florian: flo floflo rian; florentin: flo tintin; florine: flo floflo; france: francette
fanfan franchou fran francine; franceline: francine line; francine: cinou fran francou nini cine
france; francis: francky fran ciscis cissou francisou ciss fanfan sissou fancis; franck: francky
kiki; francois: fanfan francou franz soisou franchot cissou frans francky sois francis franco soiz
choi fanchon franc frantz franzou francillon; francoise: fanfan francou fanchon soizic fanny
frannie soisou fanchette francette fran france zoizou soazic zouzou soizou soaz francie soize
frankie francinette; frederic: fred fredo fredou freddy dede rico riri ric eric frefre;
frederique: fred frede freddie rique fredou kiki; gabin: gab gabi; gabriel: gab gabi riel gabou
gabin bibi; gabrielle: gab gaby bibi brielle rielle elle gaelle gabette; gaelle: gaga gaelou;
gael: gaelou gaga; gaetan: gaga tantan tatan gaet tan gae; gaetane: gaga tane; gaspard: gasp gaga
pard gas gaspou; gaston: tonton gas toto gastounet gastou ton; gauthier gautier: gogo gaut;
genevieve: gene vieve ginette gege vivi ginou gigi javotte geneviou veve ginnie gen; geoffrey
geoffroy: geof jeff gege froy; georges: jojo geo georgie jo jorge georgiou georget joris georgeot
gege; georgette: gette jojo geo zette zezette; georgine: gina jojo; gerald: gege gerry ger;
geraldine: gege didine ge gera dine; gerard: gege ge rara gerardou jerry ger gerardin; germain:
gege mainmain germ gerger manou; germaine: maine memaine gege memene manou mamaine germou;
gertrude: trudy trude; ghislain: ghis gigi guilou; ghislaine: ghis gigi laine ghilou guiguite;
gilbert: gil gigi bebert bert gibert gilou; gilberte: gigi berthe bebette gil; gilles: gigi gilou
gil gillot; ginette: gigi nenette ginou; gisele: gigi gise zele giselou zeze; gregoire: greg
gregou goire gege grigri gre; gregory: greg grego gregou gregor gory grigri; guillaume: guigui
guillou gui willy guillemot guillemin guill guilla will guillot guy guilhem gwilou guillaumet;
gustave: tatave gus gusse tave guste; guy: guitou guyot guigui guyou guyon; gwenaelle: gwen gwenou
nanou naelle; gwendoline: gwen wendy line gwenou; helene: lelene lene lili lena lenou ln nelly
nene leleine hel lele helou helenou nelou leni; henri: riri henriot riton ritou harry riquet
riquette; henriette: riette yette riri hette nenette riquette jetty; herve: veve hervou ve;
hippolyte: polyte popo hippo poly lyte; honore: nono nore; honorine: norine nono; hubert: bebert
hub hube bubu hubi huhu; hugo: gogo hug hugou; hugues: hugo huguet hugou gugu; huguette: guette
gugu huguou; ignace: nace nana; ines: nesse ninou nini; irene: riri nini ireine; irenee: nene;
isabeau: zabeau isa; isabelle: isa zaza belle babelle zabelle bella isou bel isi isabeau zabou zab
bebelle izou zaz babou isabou; isidore: zizi dodore dore zidore; ivan: vanvan; jacinthe: jaja
cinthe; jacqueline: jacquie line jacky jackie jacotte lili jac jacquotte quiline jacquou linette
liline lynou jacquette; jacques: jacquot jacky jacquou jack jac coco jacquet jacquemin jacquemot
jaja jacot jakez jackie jacquinot kiki; jean: jeannot jeannin jeanjean jano johnny yan yann jeanou
jojo jan janou jeannet jeanneton janot jehan yannick jeannotin; jeanbaptiste: jb bapt jeanba titi
baptiste jeanbat; jeancharles: jc charles; jeanclaude: jc claude jeanclau; jeanfrancois: jeff jf
francois fanfan; jeanjacques: jj jacques jeanjac; jeanlouis: jl loulou jeanlou louis; jeanluc: jl
luc lulu jeanlu; jeanmarc: jm marc; jeanmarie: jeanma jm; jeanmichel: jm jeanmich mimi michel;
jeanpaul: jp paulo popol jeanpo paul; jeanphilippe: jp philippe phil; jeanpierre: jp pierrot
jeanpi pierre; jeanyves: jy yves; jeanne: jeannette jeanneton jane jannie jeannine nanette janou
jojo jeannie nana jany nanou jannick jenny ninette nanon; jeannine: nini janou nine jany; jeremie:
jerem jere jemy mimi jer remi jeje mie jerry; jeremy: jerem jere jemy jeje jer; jerome: jeje gege
jer rome jerom je jerry jeromou roro; joachim: jojo jo kim joa achim chim; joel: jojo jo joelou;
joelle: jojo jo joelou; johanna: jo jojo; jonathan: jo jon jojo johnny nathan natha; joseph: jo
jojo zeph jos jose zozo josy josette jozi joson fefe josselin; josephine: jo josie fifi fine
fifine finette josette jojo josy josephe zephine; josette: jojo zezette zette josy jo; josiane: jo
josie jojo josy zane; josseline jocelyne: joss jo jojo line jocy; jocelyn: jo joss jojo; judith:
juju judie; jules: julot juju julou julien jul julio; julia: juju jul lia julie julou; julie: juju
jul lili julia julou juliette juli; julien: juju jul julou ju lien julot juli; julienne: juju jul;
juliette: juju jul liette yeyette juliettou jujuliette yette julie; justin: juju jus titin tintin;
justine: juju titine jus tine justou titi; karine: kari kaka rine kaki karinou; kevin: keke kev
kevou vinvin; laetitia: laeti titi leti tia tetou laet; lambert: bebert lambin; laura: lolo lau
laurette lolou; laure: lolo lau laurette laurou lorette; laurence: lolo lau lorie rence laurou
laurette laurie; laurent: lolo lau laurens laurentin rentou law laurenzo laurou laurentou; lea:
leli leou lele; leandre: andre leo; leon: leo lele yonyon nono leonou leonet lionel; leonard: leo
nanard nard; leonce: leo; leonie: nini leonou lili onie; leontine: titine leo tine; leopold: leo
popol pold popaul; liliane: lili lilou liane lil; line: linette lilou; lionel: lio yoyo nel
lionou; lisa: lisou lili; lise: lisette lison lisou; loic: lolo loicou; lorraine: lolo raine lo;
louis: loulou louison lou lois louisou louiset loulouis ti ludo ouis; louise: loulou louisette
louison lou lise louisou lisette louloute loulouise isou zezette; luc: lucas lulu lucquot lucou
luquet; lucas: lulu luc luca; lucie: lulu luce cie lucette luciole lucy lucillette lu; lucien:
lulu luc lucienou cien; lucienne: lulu luce lucette ciene; lucile lucille: lulu luce lu cile lucy;
ludivine: ludi lulu divine ludo didi vivi; ludovic: ludo lulu vic do lud ludou; lydie: lili didi
lydou; madeleine: mado mad madou made leine madelon madleine madette lenette maggie maddie magali
lenou mamad magdelaine madelinette madeline; magali: mag maga lili gali magou; magalie: mag lili
magou; manon: nonon manou nounou; marc: marco marcou marcus marcot marcassin; marceau: marco;
marcel: celou celo marcello marcelin cecel marcelou; marceline: line celine; marcelle: celle
cecelle marcelou; margaux margot: margo gogo margotte; marguerite: margot margo guite margoton
guiguitte daisy margue rite margotte meg maggie gotton magui guitou gogo mag margaux marjolaine
rita margie; maria: mia mariette mariou; marianne: marie manou nanne mimi mayanne nanou marion;
marie: mimi mariette marion manon maite mariou marinette mariolle maya mia riri mari mariotte may
marielle mariedic mayou mine manette mie maryse mariquette marichette maie mion mariel moun;
mariechristine: mc kiki; marieclaude: mc; mariefrance: mf marief; mariejose: majo mijo marijo;
marielaure: malau mlo; marielouise: malou marilou milou malouise louise; marieodile: modile;
mariepaule: mapo; marietherese: maite marithe mt; marieve: mev; marine: mama marinou rinette rine
marinette; marion: mama marionnette manou marionou yoyo marinou rion; marius: mama; marjolaine:
marjo jojo laine marj; marjorie: marjo marge jojo marj; marlene: marlou lelene lene; marthe:
martou marthon marthine; martial: marty titi mart tial; martin: tintin martinou martino tin
martinet marty martinot matin tino; martine: titine tine tina martinou marti tinou mart; mathieu
matthieu: mat mathou thieu mateo mathy matthis; mathilde: mat tilde mathou tilou mathy tildou
titilde; mathias matthias: mat mathy matou; mathis: mat titi matou; maud: momo maudou maudy;
maurice: momo riri mo mau ricet mauricet mauricou; mauricette: cette momo; max: maxou; maxence:
max maxou mamax maxime; maxime: max maxou mamax maximou xim maxim; maximilien: max maxou milien
maxim maxime; melanie: mel melou mela lanie melie melly nini nie; melissa: mel meli lissa lili;
mercedes: merci; michel: mimi mich michou miche mimiche michelou mick michelot micky mike mi
michelet michaud michon; michele michelle: mimi mich michou miche mi michelou shell mimiche
micheline mimine; micheline: mimi line mich miche michou mimine liline; mickael michael: mick
micka micky mike mich kael michou; mireille: mimi mireillou rere mirou mimireille; monique: momo
mone nique mo niquette monette moumou nini monie mona moniquette moune; morgane: momo morgou gane;
muriel murielle: mumu mu riel muri; myriam: mimi mimie my mia miri; nadege: nana nad nadou; nadia:
nana nad nadou; nadine: nana nad didine dine nadou nade nadinou; narcisse: nana sisse cissou;
natacha: nat nana tacha tatach; nathalie: nat nathou nana lili talie tali nathy nathie; nathan:
nat nathou; nestor: toto; nicole: nic nini nicou coco nicky nicolette colette nicolou nicoletta;
nicolas: nico nic colas coco nicou nicolin colin nick nicki colinet nikos nini lala colinot
colineau; nina: ninou ninette nini; noel: nono noelou nonoel nel; noelle: nono noelou; noemie:
nono mimi no emie nini noe; norbert: bebert nono nor; octave: tatave tave octa; odette: dedette
dette odou; odile: dodo didile didi dile odilou; olive: olivette; olivia: oliv livia oli liv;
olivier: oliv oli livier olive oliver ollie ol vivier; olympe: lympe; ophelie: ophe fifi lili
phelie; oscar: ossie caca; pascal: pasc pascalou calou pasco scal pascalin; pascale: pasc calou
pascalou pascaline; pascaline: pasc line; patrice: pat patou patoche trice pati; patricia: pat
pati patou patsy tricia cia patoche trish patie; patrick: pat patou patoche paddy tric; paul:
paulo popaul polo pol popol paulot paulin paulou popo pauly; paule: paulette paulou popo polette;
paulette: lette popo paulou lelette; paulin: popo lin; pauline: popo line paulou polo paulinette
paula lili paulie; perrine: perrinette rine pepe perrou perrette; philibert: phil bebert phili
berto; philippe: phil philou fifi lippe phili phip flip lipou philippot pip philipon; philippine:
pine phil fifi philou pippa; philomene: memene filo mene; pierre: pierrot pierrick pierrou pepe
perrot piotr perrin peyo piarrot pierrinou pier pierret pedro pierrinet pietro perrichon;
pierrette: rette pierrou perrette pepette; prosper: prosp; quentin: quent tintin kenny quen tin
kentin ken; rachel: rach rara rachou chel raquel; raoul: raoulou raou loulou; raphael: raph raphou
fafa rafi rapha fael; raphaelle raphaele: raph rapha raphou elle; raymond: ray momon mondou remon
raymondou momond; raymonde: monde momonde mondine ray; rebecca: becky becca reb; regine: gigi regi
gine nini; regis: regi gigi re reg; reine: reinette; remi remy: rem mimi mimie remichou; renaud:
nono reno rene naud; rene: nene nenou nenesse renaud renot nenet; renee: nenee nene renette
nenette; richard: ric rick ricky rich richie riri cardou dick chard; robert: bob bebert rob robby
bobby roro robin bert robinou robinet roberty; roberte: bebette robie bob; robin: rob bobin
robinou robinson; rodolphe: rodo dodo rod rudy dolphe roro; rodrigue: rod; roger: roro gege rog
rodgeur jeje; roland: roro rol lando roly rolo landou; rolande: lande roro; romain: rom roro
romanou rominou main romu rominet; romane: rom roro; romuald: rom romu wawald roro; rosalie: rosa
rose lili rosette rosie zalie lie; rose: rosette rosie rosine rosy roso roseline; rosemarie: rosie
rose; roseline: rose line; rosine: zizine rose; roxane: rox roxy xane; sabine: sab bibi sabi bine
sabinou binette sabou; sabrina: sab sabri brina sabou saby; salome: salo lolo meme; samantha: sam;
samuel: sam samy muel samou; sandra: sand sansan sandrou sandy dada; sandrine: sand drine sandy
sansan didine sandou sandra nini; sara sarah: sarou saroune sasa sari sally saretta; sebastien:
seb bastien sebas seba basty sebou bast bastos seby bastienou; segolene: sego lene gogo; serge:
sergio sergeot gege sergeou sese; severine: sev severinou veve rine nini seve; simon: simonet
simou momon sim simonin simono; simone: momone monette sim mone simonette simounette momo;
solange: soso sol lange ange; solene: so solenou soso lene; sophie: soso so phie sof fifi sophinou
sophinette sofi sophia; stanislas: stan stani stas las; stephane: steph fanfan stephanou phane
steve stephou fafane; stephanie: steph fanny stephou fanie nini stefie nie; suzanne: suzie suzette
suzon zanne zaza susie sue suze zette zezette zou suzy suzanou suzannette zeze zaneton; sylvain:
syl vain sylvie vinvin sylvou; sylvaine: syl vaine; sylvie: syl vivi sylvou vie sissi sylviane
sylvette; sylvestre: syl sylvain vestre; sylviane: syl vivi viane; tatiana: tania tati; thaddee:
tad; theo: theotheo; theodore: theo dodo dore dodore teddy ted theodo todor; theophile: theo
tophile phile; therese: tete the theresou thesou theresette zezette reese theresine tess resi rese
zeze; thibaud thibault thibaut: tib titi tibo bobo bault titibo thibou thiboud tibolt; thierry:
titi thi theri tierrou tetou riri; thomas: tom toto tommy thomasset masmas thomassin tomtom toum
thome masse; timothee: tim timo timmy thee titi; toussaint: toto saint toussou; tristan: tris titi
tantan tristou stan; ugo: gogo; ulysse: lysse uly; urbain: bain; ursule: ursu sule; valentin: val
tintin valou valent tin vava; valentine: val titine valou tine vava; valerie: val valou vale vero
lili vava valy lery rie; valery: val; vanessa: van vaness nessa vany vava vanou nessie; veronique:
vero veve nique ronnie nini verone roro niquette vera verou; victoire: vic vicky vivi toire vicou;
victor: vic vicky toto vivi totor vico vick torinou victou; victoria: vic vicky vivi; victorine:
vic titine rine; vincent: vince vinz vinou cent vinch vinnie cencent vinvin vincenzo vincenou
zenzen; violaine: vio vivi laine; violette: vio yeyette lette vivi; virginie: vi gigi ginie ginou
virg virgi vivi nini ninie gin; viviane: vivi viv viane; vivien: vivi viv; wilfrid: will willy
fred; xavier: xav xavi xaxa zav vavier zavier xa; yann: yannou yannick; yannick: yan nick yann
yaya; yolande: yoyo lande yo yolou; yvan: vanvan; yves: vivi yvon yvonnou yvou yvounet vonnick;
yvette: vevette vette yeyette vivi; yvon: vonvon; yvonne: vonnette von vonvon vonne yvonnette vivi
vonnie yvette; zacharie: zac zach zachou; zoe: zozo
# French
aline ange arlette armande celeste flore fleur irma
""".strip()
