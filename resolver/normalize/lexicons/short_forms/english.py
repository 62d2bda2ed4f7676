"""Short and familiar forms of English, Irish, Scottish and Welsh given names.

Written for this project, in the format of `pet_names`.
The package `nicknames` lacks forms that are as long as the name (Molly of Mary).
"""

from __future__ import annotations

ENGLISH = """
# English
aaron: ron ronnie erin aaro arry; abel: abe abie; abigail: abby abbie gail abbey nabby gayle biddy
gale; abner: ab abe; abraham: abe abie bram ham; abram: abe bram; ada: addie; adam: ad ade addy
edie adie; adela: della addie dell adele; adelaide: addie addy ada adele della dell heidi laidy
adel ady adela; adelbert: del bert albert delbert; adelia: dee addie; adelina: addie lina ada;
adeline: addie addy ada delia della lina dell lena aline adela; adrian: ade ady hadrian addie;
adrienne: adri rie; agatha: aggie ag aggy agg; agnes: aggie nessie nessa aggy nancy annis nest
ness senga; aileen: allie lena eily; alan allan allen: al ally allie; alastair alasdair alistair
alister: al ally alec alick sandy; albert: al bert bertie elbert berty albie; alberta: bertie
allie berta; aldrich: rich richie; alexander: al alec alex sandy alick lex xander zander sander
alasdair eck ellick sawney sandie ali alexis saunders sasha lexie; alexandra: alex alix sandra
sandy lexi lexie alexa ali xandra sasha alla lex sondra zandra alexis drina; alexis: alex lexi
lexie; alfred: al alf alfie fred freddie alfy freddy fredo; alfreda: freda alfie frieda freddie;
algernon: al algy algie alger; alice: allie ally elsie lisa elsa alicia elise lissie tish elly lis
alley; alicia: allie lisa ally elsie licia lish alice; alison allison: allie ally; alma: allie;
almena: mena allie ali; alonzo: al lon lonnie lonny lonzo; alphonso: al fonzie alf phonzy; althea:
thea allie; alvin: al vin vinny alv; amanda: mandy manda mindy amy mandie; amber: ambie; amelia:
amy mel millie mellie milly melia mealy emmy amelie melly mille em; amy: ames amie mia; anastasia:
ana stacy stacey stasi stacie tasia annie; andrea: andi andie dre rea drea; andrew: andy drew
dandy dru andie tandy; angela: angie ange angelica angelina angy; angelica: angie angel jelly;
angelina: lina angie angel; ann anne: annie nancy nan nanny nana nina annette ana nanette nannie
anny nance annika nettie; anna: annie ann anya nancy anne nan nanny; annabel annabelle: anna belle
bella annie bell ann; annette: anna nettie annie netta; anselm: ansel anse selma; anthony antony:
tony ant tone anton nate anty; antoinette: tony nettie netta ann tonya; antonia: toni tonia ann
tonie netta; arabella: bella bel belle arry ara arab hattie; archibald: archie baldie arch archy;
ariana: ari; arlene: arly lena arlie; armand: manny; arnold: arnie arn arny; arthur: art artie
arty thor; asa: ace; ashley: ash lee leah; aubrey: bree brie aub; audrey: dee audie audra aud;
augusta: gussie aggy gatsy gus tina gusta august augie; augustine augustus: gus gust august austin
auggie gussie; aurelia: aurie rilla ree ora lia orilla; aurora: rory ora aurie; austin: gus
austen; avery: ave avie; azariah: riah aze; barbara: barb babs barbie bab bobbie barby babbie
bobby barbra babette; barnabas barnaby: barney berney barn barny bar; barry: baz bazza barrie;
bartholomew: bart bat barty bartlet mees tolly; basil: baz bas; beatrice beatrix: bea bee trixie
trissie bebe betty beattie trissy trix bice; belinda: bel linda belle lindy linnie; benedict: ben
bennie benny dick; benjamin: ben benny bennie benji jamie; bernadette: bernie detta benna bern;
bernard: bernie barney berney barnard bern nardie berny; bertha: bertie birdie bert; bertram: bert
bertie; beth: bethie; bethany: beth bethie; betty: bettie betsy; beverly beverley: bev; blanche:
bea; boniface: boney; bradford bradley: brad ford lee; brandon: bran brand; brenda: brandy bren;
brendan: bren; brian bryan: bri bry; bridget: bridie biddy bid bridge bridey biddie bride bridgie
breda bedelia berry brid bidelia; brittany: britt britney; broderick: brady brody rick rod ricky;
caitlin: cat kate katie kit; caleb: cal cale; calvin: cal vin vinny; cameron: cam cammie ron
ronny; camilla camille: millie cammie milly cam cammy; candace candice: candy dacey; carl:
charlie; carlotta: lottie; carmen: carrie; carol: carrie caro lynn carey caroline cass; caroline
carolyn: carrie caro carol lynn lynne callie cal cassie carly carry lina linnie carlie; casper:
cass; cassandra: cass cassie sandra sandy casey; catherine katherine kathryn catharine katharine
cathryn kathleen: kate kathy katie kit kitty kat kay cat cass cassie casey katrina karen trina
rina kitsey kittie kitsy trine kaye karin katia kotie; cathleen: cathy lena kitty; cecil: cis ces;
cecilia cecelia: cissy celia sissy cece cis sis cecily celie sisely ceil cilla; cedric: ced ricky
rick; celeste: celie lessie celia cel; charity: chattie chat cherry; charles: charlie chuck chas
chaz chip charley chick chad chae carl chuckie chan lie charly chay; charlotte: lottie char
charlie lotta lotte carlotta lotty chattie sherry totty letty lola tottie lottey chas; chauncey:
chan; chester: chet ches; cheryl: cher sherry cherie; chloe: clo cloe; christian: chris kit
christy; christiana: chris kris kit tina ann christy chrissy crissy kristy; christina christine:
chris tina chrissie chrissy kit kris kirsty christy kristy xina christa tine teenie ina kirsten
stina kristine kirstie; christopher: chris kit topher kester chip kris christy toph chrissy
stoffel tiff; clara: clarrie clare clair; clarence: clare clay; clarice clarissa: clara clare
rissa cissy claire; claudia: claud claudie dee; clement: clem cleme; clementine: clem clemmie tina
clementina; clifford clifton: cliff ford tony; clinton: clint; colin: col cole; columbus: lum
clum; conrad: con rad; constance: connie con stanny stacy connee constant tance; cordelia: delia
cordy del della; corinne: cora corrie; cornelia: nell nelly corny nelle cornie neely nelia corrie;
cornelius: con neil corny niel connie neal conny corn neely; courtney: court; crystal: chris crys
tal; curtis: curt; cuthbert: cuddy bert cuddie cuth; cynthia: cindy cyn cinda cynth cintha; cyrus:
cy cyr; daisy: day; daniel: dan danny dannie; danielle: dani ellie elle dannie; daphne: daph
daffy; darlene: lena darry darla; david: dave davey davy day davie vid dai taffy dav dako daw;
deborah debra: deb debbie debby debs; delbert: bert del; delia: dee dell; delilah: lil lila della;
delores dolores: dolly lola dol dee lolly; demetrius: dimi metri; denise: dennie dee nisa dena;
dennis: denny den dion; derek: del derry rick; desmond: des dez desi; diana diane: di dicey didi
dede dee; dominic: dom nick nicky mick; donald: don donnie donny; donna: donnie; doris: dorrie;
dorothea dorothy: dot dottie dolly dora thea dodie dorrie doll dortha dotty dory doro dolley dodo
dee dodi; douglas: doug dougie; drusilla: dru silla cilla; duane: dewey; duncan: dunc dunkie;
dwight: ike; earnest ernest: ernie erny ern; ebenezer: ben eben benny eb; edgar: ed eddie ned
eddy; edith: edie ede edy eda; edmund edmond: ed eddie ned ted eddy teddy; edna: eddie; edward: ed
eddie ned ted teddy eddy neddy ward neddie eduardo ewart; edwin: ed eddie ned win ted winnie;
edwina: eddie winnie wina; effie: eff; eileen: lena eily; elaine: lainie ellie laine helen;
eleanor elinor eleanora: ellie nell nora nelly ella ellen lena nellie elly lenora leonore lennie
nelle lanna elle norrie nan elena helen nonnie; eleazer: lazar; elijah: eli lige eljah; elisha:
eli lish ellie; eliza: liza lizzie; elizabeth elisabeth: liz beth betty lizzie betsy bess eliza
libby lisa ellie liza betsey bessie lizzy lib bettie elsie bette elsa ella bitsy bethan lilibet
babette lillie buffy elspeth libbie tibby beck elise lilly lise bettina betsie elle liddy elsbeth
bettey tetty birdie; ellen: nell nellie nelly ellie lena eleanor helen elly; elliot elliott: el
ell; elmer: elm; eloise: elle lou ella louise; elsie: else; elvira: elvie vira; emanuel emmanuel:
manny mano; emeline: em emma emmy milly emily emiline lina; emily: em emmie millie emmy milly emme
emma mel; emma: em emmie emmy emm; enoch: noch; ephraim: eph eff; eric erick: rick ricky rickie;
erica: rickie ricky ric eri; ernestine: erna teeny tina ernie; esther hester: essie hettie hetty
esty hessy ess easter star hatty; ethel: ethie; ethelbert: bert; eugene: gene; eugenia: gena genie
gene; eunice: nicie euny; euphemia: effie femie fanny effy eppie phamie; eva eve: evie;
evangeline: evie eva angie vangie lina; evelyn: ev evie lynn eve lyn; everett: ev evert rhett;
ezekiel: zeke ez; ezra: ez; faith: fay; felicia felicity: fel fliss flick liss lissie fee tisha;
ferdinand: ferdie fred nandy ferdy; fidelia: delia; finlay finley: fin; fiona: fi fifi; florence:
flo flossie florrie flora floss flory flor flossy; floyd: lloyd; forrest: forry; frances: fran
fanny frankie francie fannie sis cissy franny francine frannie fanney fay francy; francis: frank
fran frankie francie franky fritz; franklin: frank frankie; fraser: fraze; frederica: fred freddie
freda rica frieda freddy; frederick frederic: fred freddie freddy fritz rick fed derick ric;
gabriel: gabe gabby gab; gabriella gabrielle: gabby gab ella bella elle brielle ellie; gareth: gaz
gary; garrett: garry rhett; genevieve: gen jenny eve gwen vivi ginny evie jen neva; geoffrey
jeffrey: jeff geoff jeffy jeffers; george: georgie geordie dod doddy jorge dode georgy; georgia:
georgie; georgiana georgina: georgie gina georgy gi ina; gerald: gerry jerry ger; geraldine: gerry
dina jerry gerrie; gerard: gerry jerry ger; gertrude: gert trudy gertie trudie truda gerty;
gideon: gid; gilbert: gil bert wilber gib gibbie; gillian jillian: jill gill jilly gilly jillie;
gladys: glad; gloria: glory; godfrey: frey; gordon: gord gordie gordy; grace: gracie grayce;
graham: gray; gregory: greg greggie grig gory; gretchen: greta; griselda: grissel zelda selda;
guinevere gwendolyn gwendolen gwenllian: gwen wendy gwenda lyn gwennie; gus: gussie; gustavus:
gus; gwyneth: gwen gwyn winnie; hamilton: ham; hannah: annie nan nancy nanny; harold: hal harry
hap harrie; harriet harriett: hattie hatty harrie etta hetty hettie hat harry hatsy; harvey: harv
herve; heather: heath hettie hev; helen helena: nell nellie lena nelly ella ellie ellen nelle
lainie leen eileen elaine; henrietta: etta hetty hattie etty nettie hettie harriet retta henny
hatty; henry: harry hank hal hen hennie harrie henny; hepzibah hephzibah: hepsy hipsie eppie
hepsie; herbert: herb bert herbie; herman: manny; hermione: hermie; hezekiah: hy hez kiah; hilary
hillary: hil hilly; hilda: hildie; hiram: hi hy; homer: hom; hope: hopie; horace: horry; horatio:
horry race rache; howard: howie howe ward; hubert: bert hugh hubie hub; hugh: hughie hugo hewie
hew shug huey huw hughey; humphrey: humph dumphy numps; ian: iain; ida: idie; ignatius: iggy nace
nate; imogen: immy imo; ingrid: inga; ira: ry; irene: rena renie; irving irvin: irv; irwin: erwin;
isaac: ike zac zak ikey izzy; isabel isabella isabelle isobel: bell belle bella izzy ib tibbie sib
nib issy izzie ibby tib tibby ishbel isa sabella libby issie ella elle isy nibby bellie; isadora:
dora izzy issy; isaiah: zay zaiah ike; isidore: izzy dory; israel: izzy; ivan: van; ivy: ives;
jack: jackie jacky jock; jackson: jack jax; jacob: jake jay cobb jakey cob jacobus; jacqueline:
jackie jacqui jacky jaclyn jackelyn; james: jim jimmy jamie jem jimmie jemmy jaime jamey jas
hamish jay jimbo jambo jago; jamie: jay; jane: janie jenny jennie jan janey jean jessie janet
jinny sinead jaine; janet: jan jessie jenny nettie netta jannie jennet jinty; janice: jan; jason:
jay jase; jasper: jay jas casper; jayne: jan; jean: jeannie jenny jane jeanne; jeanette: jean
nettie janet jeannie netta; jedediah: jed dyer; jefferson: jeff sonny; jemima: mima jem jemmie
mimi jemma; jennifer: jen jenny jennie jenna; jeremiah jeremy: jerry jem jez jere jezza jeremie;
jerome: jerry rome; jessica: jess jessie jessy; jessie: jess; jesse: jess; jessamine: jess; jesus:
jessie; joan: joanie joni jo jody; joanna joanne johanna joann: jo joey joanie jody annie jojo;
job: joby; jocelyn: joss josie lyn joy jo; joel: joe; john: jack johnny jock jackie johnnie ian
jon jonny hank shane jackey evan jan; johnathan jonathan: jon jonny johnny nathan jonty nate
jonnie; jordan: jordy judd jory; joseph: joe joey jo jos jody jose; josephine: jo josie fina josey
pheeny posy fifi joey josy jody josette; joshua: josh jos joshie; josiah: joe jos si josh; joy:
joyce; joyce: joy; jude: judah; judith: judy judie jude judd jody; judson: jud; julia juliana:
jill julie juliet jule; julian: jules jule jolyon gillian; julie: julia; juliet: julie jules;
julius: jule; june: junie junius; justin: jus juste justus; justina justine: justy tina tess;
karen: kaz kari karin; katelyn: kate katie; kate: katie kit kitty katy; keith: kei; kelly: kel;
kelvin: kel vin; kendall: ken kenny; kenneth: ken kenny kendrick; kevin: kev kevvy; kimberly
kimberley: kim kimmy kimmie kimber; kirsten: kirsty kirstie; kristen kristin: kris kristy kristie;
laura: laurie lolly lori laurel loretta lauren lorrie; lauren: laurie ren; laurence lawrence:
larry laurie lawrie lon loren law lorry lauren lorne lonny lars lanty; lavinia: vinnie ina vina
viney vin wyncha lavina; leander: lee andy; lee: leigh; lemuel: lem lemmy; lena: lenny; leo: leon;
leon: lee leo lonny lenny; leona: onie ona; leonard: len lenny leo leon lennie lineau; leonora:
nora nell lenora; leopold: leo poldy; leroy: roy lee el; leslie lesley: les lee; lester: les;
letitia lettice: letty tish lettie titia tisha leta; lewis: lew louie lou lewie lewes; levi: lee;
lilian lillian: lil lily lillie; lincoln: link; linda lynda: lindy lin lyn lindie lynnie; lindsay
lindsey: lin lindy linz; lionel: leo li; lisa: lise; llewellyn: lyn lew llew; lloyd: loy; lorenzo:
loren lonnie lawrence; loretta: lottie lorrie etta retta lorri; lorraine: lorrie rain lori raine;
louis: lou louie lewis lew; louisa louise: lou lulu lois louie lula lu; lucas: luke luc; lucia
lucinda: lucy cindy lu sinda lou; lucille lucile: lu lucy lou cille ceall lucie; lucretia: creasey
lu creesy; lucy: lu luce lulu; luke: lukey; luther: luke; lydia: liddy lyddie lyd; lyman: ly;
lynn: lynnie; mabel: mab may amabel mabs; mackenzie: mac mack kenzie; madeleine madeline madelyn:
maddie lena maddy mad maud magda madge lynn middie; madison: maddie maddy mattie; magdalena
magdalen magdalene: lena maggie magda maud madge; mahala: hallie; malachi: mal; malcolm: mal malc
colm colum; mamie: mame; marcia: marcy marcie; marcus: mark; margaret: maggie meg peg peggy madge
marge margie meggie daisy rita greta peggie mag marjorie margo margery mysie margot maisie meggy
meta mamie maidie mog mags midge marg peig pegeen gritty maisy molly mae maggy gret madgie magsie
pearl; margery marjorie: marge madge margie margy jorie midge; marian marion: mary; mariam: mary;
marianne maryann: mary ann annie; maria mary marie: molly polly mamie minnie may mitzi mimi mollie
moll mae mia mal poll mitzie pollie mare ria miriam maureen moyra maidie mally maura maisie maime
mame rie; marilyn: mary lynn lyn; marina: mari rina; mark: marky; marlene: marly; marmaduke: duke;
marshall: marsh; martha: marty mattie patty mat patsy martie pattie matty patt; martin: marty
mart; martina: tina marty; marvin: marv; matilda mathilda: tilly maud mattie tilda matty tillie
maude patty mat; matthew: matt thew matty matthias mattie; maud: maudie; maureen: mo mary reenie;
maurice morris: morrie maury moe mo morry mossie moss; maxine: max; maxwell: max; maximilian: max;
may: mayme; megan: meg meggie meggy; mehitable mehitabel: hetty hitty mitty mabel hettie; melanie:
mel mellie lanie; melinda: mindy linda mel lindy lynn; melissa: mel missy lissa milly mellie
millie; melvin: mel vin; mercy: merry merce; meredith: merry mer; michael: mike mick mickey micky
mitch mic micah mikie; michelle: shelly mickey chelle shell mich missy shelley; mildred: millie
milly mil; miles myles: milo; millicent: millie milly missy; milton: milt; minerva: minnie nervie
eve nerva; miranda: mandy mira randy; miriam: mimi mitzi mim mims mary mirrie mirry; mitchell:
mitch; monica: mona monnie mon; montague: monty monte; montgomery: monty gum monte; morgan: mo;
mortimer: mort morty mortie; moses: mose moe moss; muriel: mur mu; myra: myrrie; myrtle: myrt
mert; nadine: nada deedee; nancy: nan nance nannie ann nanny; naomi: omi nay; napoleon: nap leon
nappy; natalie natalia: nat nattie tally tasha natty talia; natasha: tasha nat tash; nathan
nathaniel: nat nate natty than thaniel natie; nelson: nels; neville: nev; newton: newt; nicholas
nicolas: nick nicky claas nico claes colin klaus cole nic colly nickie; nicole: nicky nic cole
colette nickie; nigel: nige; noah: noey; noel: noelle; nora norah: nonie; norman: norm norrie
normie; obadiah: obie obe diah; octavia: tave tavia tavy; olive: ollie livvy nollie; oliver: ollie
noll nolly ol olly; olivia: liv livvy livia ollie olive livvie nollie libby; oscar: ozzie ossie;
oswald: oz ozzie waldo ossie; otis: ode; owen: eoin; paige: pay; pamela: pam pammy; parker: park;
patience: pat pattie; patricia: pat patty tricia trish patsy trisha pattie tish ticia trixie;
patrick: pat paddy patsy rick pate paddie padraig pakie; paul: paulie polly; paula: polly lina
pauly paulie; paulina pauline: polly paula lina pollie; pearl: pearlie; penelope: penny pen nelly
pennie popsy neppie; percival: percy perce; percy: perce; perry: per; peter: pete petey pate pet
petie; petronella: nell petra petie; phebe phoebe: feebs pheeb; philadelphia: delphia; philander:
fie; philip phillip: phil pip flip philly pippy lip; philippa: pip pippa phil; philomena: mena
phil; phineas: finny phin; phyllis: phyl phyllie lissie; pleasant: pleas; polly: poll; prescott:
scott scotty pres; preston: pres; priscilla: cilla prissy pris cissy prisc cille; prudence: prue
prudy pru prudie; quentin quintin: quin quint; quincy: quin; rachel rachael: rach rae ray shelly
rache rachie chelle; ralph: ralphie rafe raff; ramona: mona; randall randolph: randy rand dolph
ran; raphael: rafe raf; raymond: ray raymie; rebecca: becky becca bec beck reba beckie bex reb;
reginald: reg reggie rex naldo; regina: reggie gina reg; rhoda: rodie; rhonda: ron ronnie;
richard: rick dick rich ricky dickie richie dicky rickie dickon hick dickey hitch dickson; robert:
rob bob bobby robbie bobbie robby bert robin rab rabbie dob dobbin rupert bobs nob hob pop roddie;
roberta: bobbie robbie bert bobby birdie berta; robin: rob; roderick roderic: rod roddy rick erick
rory roddie; rodney: rod roddy; roger: rodge rog hodge rodger hodgekin dodge; roland rowland:
rolly rollo orlando rollie rowly lanny; ronald: ron ronnie ronny naldo; rosa: rosie rose; rosabel
rosabella: belle rosa rose roz; rosalie: rose rosie; rosalind rosalyn rosalinda: roz rose rosie
linda ros lindy; rosamund rosamond: roz rose rosie ros; rosanna roseann roseanne: rose rosie ann
annie roz; rose: rosie rosy; rosemary: rose rosie romy marie rosey mary; rowena: rowie weena;
rowan: row; roxana roxanna roxanne: roxie rose ann roxy; ruben reuben: rube ben ruby; rudolph:
rudy dolph rolf rollo olph; rufus: rufe; rupert: rupe robert; russell: russ rusty; ruth: ruthie;
sabrina: brina bree; sally: sal sallie; salome: sal loomie; samantha: sam mantha sammie; samson
sampson: sam; samuel: sam sammy lem sammie; sandra: sandy sandie; sarah sara: sally sadie sal
sallie sarie morag suki sairey sary sassie sarey zadie; saul: solly; scott: scotty; sean: seany;
sebastian: seb bass sebbie bastian; selina celina: lina sel; serena: rena; seymour: see; shannon:
shan; sharon: shari shaz sherry sha shazza; shaun: shaunie; sheila: she; sheldon: shel; shelton:
shel tony shelly; sheridan: dan sher danny; shirley: shirl sherry; sibyl sybil: sib sibbie
sibella; sidney sydney: sid syd; sigismund sigmund: sig; silas: si; silvester sylvester: sly vest
syl si vester; silvanus: sil van; silvia sylvia: syl sylvie vi; simeon simon: si sim simmy sion;
simone: mone; solomon: sol solly sal saul zolly; sondra: dre sonnie; sophia sophie: soph sophy
fia; spencer: spence; stacy stacey: stace; stanley: stan; stella: stel; stephanie: steph steffi
stevie stephie annie fanny; stephen steven: steve stevie ste steph stephie; stewart stuart: stu
stew stewie; submit: mitty; sullivan: sully van; susan susanna susannah suzanne: sue susie suzy
sukie sukey sanna hannah suse susi suzie suky anna nanny suz zanna zuzu susa; sybil: billie;
tabitha: tabby tabbie; tamara: tammy tam; tamsin: tammy tam; tanafra: tanny; tasha: tash;
temperance: tempy; teresa theresa: terry tess tessa tessie tracy tracey trace reese resa tessy
thirza terrie thursa tracie; terence terrence: terry terrance tel tez; thaddeus: thad teddy thady;
theobald: theo ted tibbald; theodora: dora teddy thea dolly dorry; theodore: ted teddy theo tad
dore; theodosia: dosia docia teddy; theophilus: theo ophi; thomas: tom tommy tam tommie tamlane
tammie tammy; thomasina thomasin: tamsin tammy tommie tamzine zena; tiffany: tiff tiffy; timothy:
tim timmy timmie; tobias toby: tobe bias; todd: toddy; tracey: trace; trevor: trev; tristan
tristram: tris stan; tyler: ty; tyrone: ty tyke; ulysses: lyss uly lys; unity: una; uriah: riah;
ursula: sula urs ursie; valentina: val tina; valentine: val felty; valerie: val vallie; vanessa:
nessa van essa vanna nessie vanny; verity: vee; vernon: vern verne; veronica: ronnie vonnie franky
ron roni vera ronna nicky frony; victor: vic vick vicky; victoria: vicky tori vickie vic torie ria
toria vick torrey queenie tolly; vincent vinson: vin vince vinny vinnie; viola violet: vi vie;
virgil: virge; virginia: ginny ginger jinny gina virgy jennie virgie vergie virg ginnie; vivian
vivien: viv vivie; wallace: wally wal wallie walt; walter: walt wally wat wattie watty wallie;
wanda: wan; warren: renny; washington: wash; wendell: wendy del; wendy: wen; wesley: wes; wilbert:
will bert; wilbur: will willie; wilfred wilfrid: wilf fred will willie freddie; wilhelmina: willa
mina billie minnie wilma mamie willie helmina wilhel; william: bill will billy willie willy liam
bud wil billie gwil wull wullie; willard: will willie fred; willis: will bill; wilson: will willy
woody; winfield: win field winny; winifred: winnie freda winny win fred freddie winney una;
winston: win winnie; winton: wint; woodrow: woody wood drew; xavier: xav zave; yolanda: yoli
lonnie yolie; yvonne: von vonna evie vonnie; zachariah zachary zachery: zach zack zacky zeke;
zebulon: zeb lon; zedekiah: zed diah dyer; zephaniah: zeph
# Irish, Scottish and Welsh
aine: anya; angus: gus gussie angie; bridget brigid: brid breda bridie biddy; caoimhe: keeva;
cathal: cahal; catriona: trina cat riona; ceridwen: ceri; colm colum: col; conchobar conor: con
conny; cormac: mac; daibhi: dai; dafydd: dai daf taff dewi; diarmuid dermot: derry dermo; donal:
don; eamon eamonn: eddie; eilidh: ellie; eibhlin: eily; fearghus fergus: fergie gus ferg;
fionnuala: nuala finola fion; geraint: ger; gerallt: ger; gwilym: gwil will; gwenllian: gwen llio;
ieuan ifan: ianto; iain: iainie; isbeal ishbel: ish; lachlan: lachie lochy lach lockie; mairead:
peig peigi mags; maire: mairin maura moya; malachy: mal mallo; margaret mared: mag megan; micheal:
mick mike micilin; muireann: mo; niall: ni nialler; oisin: osh; owain owen: wayne; padraig
padraic: paddy podge paudie pat porick; peadar: pete; rhiannon: rhi annie; rhys: rhysie; roibeard:
rob; rory ruairi: ro; saoirse: sersh; seamus: shay jim shem shamie; seosamh: joe; siobhan: shiv
shevy sib; sion: sioni; sioned: sian; tadhg: teige tim; tomas: tom; uilleam: liam
""".strip()
