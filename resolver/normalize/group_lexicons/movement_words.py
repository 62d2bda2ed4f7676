"""Words of names of armed and political groups, translated to English.

Words are ASCII, as `folding.letters` gives them, so that accents and scripts that ICU romanizes
with vowels need no rows of their own. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

MOVEMENT_WORDS = parse_groups(
    """
organization: tanzim tanzeem tanzimi tandhim tashkilat
people: shabi
transitional: intiqali transicional transitoire transizione intiqaliyya
government: gobierno gouvernement governo regierung hukumat hukuma pemerintah hukumet pravitelstvo
community: jemaah jamaah comunidad communaute comunita gemeinschaft
world: mundial mondial mondiale welt vishwa dunia alamiyya alami
religion: religione religiosa
poor: pobres pauvres poveri mustazafin
change: cambio changement taghyir cambiamento
liberation: liberacion libertacao liberazione befreiung befreiungs bevrijding tahrir tahreer
liberation: azadibakhsh osvobozhdeniya osvobozhdeniye osvobodjenja oslobodjenja oslobodenje
liberation: kurtulus oslobodenja oslobodilacka rizgari pembebasan ukombozi xoreynta clirimtare
liberation: wyzwolenia eliberare mukti apeleftherosis vyzvolennya shihrur liberador libertador
liberation: vapautus
front: fronti frontul fronta frontu barisan morcha mahaz jibhat jabhatu metopo khazit jebhe
army: exercito esercito heer leger armija armiya armia armii ushtria armata wojsko hukbo hukbong
army: tentara tentera ciidanka lashkar lashkare laskhar fauj ordu ordusu vojska jaysu jayshu
army: gaysh stratos viyskova eritiri arteshe ejercitos
people: pueblo povo popolo volk volks peuple peuples pueblos shaab shaabi shaabiya shaabiyya
people: mardom mardomi khalq khalk naroda narodna narodni narodnaya narodnogo narodnyy narodny
people: narodnoye narodnykh halk halkin rakyat wananchi popullit ludowa poporului janata janatha
people: populaire populaires popular popolare populares popolari volkes folkets laiko laikos
people: peoples narodu
islamic: islamico islamica islamique islamiques islamisch islamische islamisk islamski islamska
islamic: islamskiy islamskaya islamskoye islamitische eslami islamiya islamiyah islamiyyah
islamic: islamiyyatu islamis
national: nacionalna nacionalni nacionales nazionale nazionali nationale nationales nationaal
national: narodowy narodowa natsionalnoye natsionalnogo milli melli meli milliyeti qawmi qaumi
national: kebangsaan nasional kitaifa kombetare nationalen nationella ethniki ethniko watan
movement: beweging bewegung harakatul harakatu hareket pokret ruch gerakan pergerakan tehrik
movement: tehreek tahrik tehrike junbish levizja miscarea dhaqdhaqaaq andolan harakati rorelse
movement: kinima rukh dvizheniya mouvements movimientos harekat tnuat
party: partei partij partia partija hizbi hizbul xisbi parti partidul stranka komma miflaga
state: estado etat stato staat dawla dawlat dawlatu devlet devleti gosudarstvo gosudarstva drzava
state: negara panstwo dowlat kratos
republic: republica republique repubblica republik jumhuriya jumhuriyya jumhuriyat jomhuri
republic: cumhuriyet cumhuriyeti respublika respubliki republika jamhuri dimokratia
democratic: democratico democratica democratique democratiques demokratisch demokratische
democratic: demokratik demokratska demokratski demokraticheskaya demokraticheskiy dimuqrati
democratic: dimuqratiya dimuqratiyya demokratyczna kidemokrasia dimoqraadiga democratici
democratic: demokratichna demokratikos demokrasi
democracy: democracia democratie democrazia demokratie dimuqratiyah demokratiya
revolutionary: revolucionario revolucionaria revolucionarios revolucionarias revolutionnaire
revolutionary: revolutionnaires rivoluzionario rivoluzionaria rivoluzionari revolutionar
revolutionary: revolutionare devrimci thawri thawriya thawriyya enqelabi inqilabi
revolutionary: revolyutsionnaya revolyutsionnyy revolucionarna mapinduzi rewolucyjna
revolutionary: kacaangiyadeed epanastatiki epanastatikos
revolution: revolucion revolucao rivoluzione thawra thawrat thawrah enqelab inqilab devrim
revolution: revolyutsiya revolyutsii revolucija revolucije
communist: comunista comunistas communiste communistes kommunist kommunistische komunist
communist: komunista komunistyczna kommunisticheskaya shuyui shuyuiya shuyuiyya komunis
communist: kommounistiko
socialist: socialista socialistas socialiste sozialistische sosyalist ishtiraki ishtirakiya
socialist: ishtirakiyya sotsialisticheskaya socijalisticka sosialis
workers: obreros trabajadores travailleurs lavoratori arbeiter arbeiders isci iscileri kargaran
workers: ummal karkeren trabalhadores buruh rabochikh ouvriers kaarkaran ergaton
worker: obrero ouvrier operaio trabajador
peasants: campesinos paysans contadini bauern krestyan krestyanskaya kisan koylu
defense: defence difesa defensa verteidigung zashchity zashchita odbrana odbrane obrona nduma
defense: pertahanan difaa oborona oborony savunma zastita amyna
self defense: autodefensa autodefensas autodefense autodifesa selfdefence selbstverteidigung
self defense: selfdefense samooborona samooborony samoobrona
resistance: resistencia resistenza widerstand muqawama muqawamat muqawamah moqavemat direnis
resistance: soprotivleniya soprotivleniye otpor opor perlawanan berxwedan muqawamatu antistasi
independence: independencia independance indipendenza unabhangigkeit istiqlal esteqlal
independence: bagimsizlik nezavisimost nezavisimosti nezavisnost niepodleglosci kemerdekaan
independence: merdeka pavaresia
unity: itihad itahad
unity: unidad unidade unite unita einheit wahda wahdat wahdah ittehad birlik edinstvo jedinstvo
unity: persatuan jednosc vahdat enotita
united: unido unida unidos unidas unito uniti vereinigte vereint muttahida muttahid obyedinennyy
united: obyedinennaya birlesik ujedinjeni zjednoczone bersatu
forces: fuerzas forcas forze krafte streitkrafte quwwat quwat niruha niruhaye sily snage gucleri
forces: pasukan quwatu hoggan
armed: armadas armados armees armes armate armati bewaffnete musallaha musallah mosallah
armed: vooruzhennyye vooruzhennye silahli bersenjata oruzane zbrojne armado armada
struggle: lucha lutte lotta kampf nidal nidhal borba borby mucadele perjuangan mapambano luta
battalion: batallon bataillon battaglione tabur taburu batalyon batalion batalhao batallones
brigades: brigate brigaden brigadas kataeb kataibu
regiment: firqa firqat regimiento
division: firka divizia divizion
cartel: kartel kartela kartell cartello
clan: klan klana asiret
tribe: tribu tribo stamm plemya qabila qabilat kabila
gang: banda pandilla bande cete cetesi ghang
network: shabaka shabakat shabake shabakeh reseau rete netzwerk sebeke sebekesi mtandao wangluo
network: mreza halqa
ring: anillo anneau
general: generale generala genel
command: comando commandement kommando qiyada qiyadat farmandehi komutanligi komando kommandos
congress: congreso congres congresso kongress mutamar kongre kongra kongres kongresi
assembly: asamblea assemblee assemblea
alliance: alianza aliansi alleanza allianz tahaluf itilaf aliance ittifaki muungano savez
coalition: coalicion coalizione koalition koalisi koalitsiya
league: liga ligue lega rabita rabitat ligasi
union: unione uniao ittihad ittihat itehad jamatul soyuza
federation: federacion federazione federasyon federatsiya
salvation: salvacion salvacao salut salvezza inqadh inqaz nejat najat spaseniye spaseniya
equality: igualdad egalite musawat esitlik
development: desarrollo developpement sviluppo
rally: rassemblement agrupacion
reform: reforma reforme islah islahi
renewal: renovacion renouveau tajdid
patriotic: patriotico patriotica patriotique patriotiques patriottico vatani patriotska
patriots: patriotas patriotes patrioti
guard: hurras
guard: guardia garde haras strazha muhafiz muhafizlari
militia: milicia milicias milice milices milizia milizie militsiya milisi
faction: faccion fraction fazione fraktion fraktsiya jinah tendance wing fraksiyon
faction: janah dissidents dissidentes splinter breakaway
political: politico politica politique siyasi
military: militar militaire militare askari askariya nizami
central: centrale zentral markazi
autonomous: autonomo autonoma autonome
region: oblast mintaqa ostan
southern: janubiyya janoub junubiyya
southern: janub junub janubi meridional meridionale yuzhnyy yuzhnaya janoubi
northern: shamal shimal shamali shimali septentrional severnyy severnaya severny
eastern: sharq sharqi sharqiya oriental orientale vostochnyy vostochnaya
western: gharb gharbi gharbiya occidental occidentale zapadnyy zapadnaya
new: nuevo nueva nuevos nuevas nouveau nouvelle nouvelles nuovo nuova neue yeni jadid jadida novi
new: novyy novaya baru mpya nova novo
"""
)
"""Generic word → English word, by which it is replaced."""
THINGS = parse_groups(
    """
youth: shebab chabab
youth: juventud juventude jeunes jeunesse giovani jugend shabab shabaab molodezh molodezhi
youth: omladina genclik javanan vijana pemuda mladez
fighters: guerrilla guerilla guerrillas guerillas guerrillero mujahid
fighters: mujahidin mujahideen mojahedin mujahedin mudschahedin mucahit combatientes combattants
fighters: kampfer guerilleros guerrilleros combattenti mojahedeen mujahidun mucahidin
martyrs: shuhada shuhadaa shohada martires martiri martyres sehitler shaheedan mucenika
martyr: shahid shaheed martir martyre martire sehit
brotherhood: ikhwan ikhwanul hermandad fraternite fraternidade fratellanza bruderschaft bratstvo
brotherhood: kardeslik
students: estudiantes etudiants studenti studenten tullab talaba mahasiswa
freedom: libertad liberdade liberte liberta freiheit hurriya hurriyya hurriyet azadi svoboda
freedom: svobody slobode ozgurluk uhuru kebebasan wolnosc eleftheria aazaadi
hawks: suqur suqour suqoor sukur
falcon: halcon faucon falco falke saqr saker shahin sokol dogan
eagle: aguila aigle aquila adler uqab oghab oqab orel kartal
eagles: aguilas aigles nusur nisour
lion: leon leone lowe asad aslan simba singha
lions: leones usud usood lwy
tiger: tigre babr kaplan tigr
wolves: lobos loups lupi dhiab
dawn: alba aube amanecer fajr rassvet safak alborada
caliphate: califato califat khilafa khilafah khilafat khalifat hilafet
supporters: ansar partisans partidarios
emigrants: muhajirin muhajirun muhajireen muhajiroun mohajer
monotheism: tawhid tawheed tevhid
victory: victoria victoire vittoria nasr zafar pobeda pobedy zafer fath
truth: haqq verdad verite verita hakikat
faith: iman glaube
knights: fursan caballeros chevaliers cavalieri ritter
sons: hijos fils figli sohne abna abnaa ogullari synovya
swords: suyuf espadas epees
soldiers: jund junud jundallah soldados soldats soldati askerleri jondollah
family: familia famille famiglia familie ailesi sulale
peace: paz paix pace frieden salam solh sulh baris amani shalom
justice: adl
justice: justicia justica giustizia gerechtigkeit adala adalat adalah spravedlivost adalet
justice: keadilan
black: noir noire noirs negro negra negros nero nera neri schwarz schwarze siyah siah sorx aswad
black: chernyy chernaya chorny crni crna hitam nyeusi
white: blanc blanche blanco blanca bianco bianca weiss weisse sefid abyad belyy belaya bely beli
white: putih beyaz
red: rouge rouges rojo roja rosso rossa rot ahmar sorkh surkh krasnyy krasnaya merah kirmizi
red: kizil crvena crveni nyekundu
green: verde verdes vert verte grun grune akhdar sabz zelenyy zelenaya hijau yesil kijani
blue: azul bleu bleue blau blaue azraq abi siniy sinyaya mavi biru
golden: dorado dore doree dorato goldene dhahabi talai zolotoy zolotaya altin emas
silver: plateado argente silberne fiddi noqrei serebryanyy serebryanaya gumus perak
star: estrella etoile stella stern najm najma setareh zvezda yildiz bintang nyota
river: rio riviere fiume fluss nahr rud roud reka nehir sungai mto
mountain: montana montagne montagna jabal kuh gora dag dagi gunung
sea: meer bahr darya more deniz bahari
sun: sol soleil sonne shams khorshid solntse gunes
moon: luna lune mond qamar
bridge: puente pont ponte brucke jisr pol kopru most
hope: esperanza espoir speranza hoffnung amal omid nadezhda umut
friendship: amistad amitie amicizia freundschaft sadaqa dusti dousti druzhba dostluk
friendship: prijateljstvo
horizon: ufuk ufuq ofogh horizonte horizont
caravan: qafila caravana caravane karawane karavan
crown: taj couronne corona krone korona koruna
light: nur noor luz lumiere luce licht svet isik
"""
)
"""Word for a thing, animal, color or virtue → English word. Many are names of persons too, so they
stay, and share a symbol with the English word.
"""
FOREIGN_MOVEMENT_WORDS = parse_groups(
    """
liberation: تحرير رهایی
people: شعب شعبية شعبي خلق مردم عوامی
resistance: مقاومة مقاومت
martyrs: شهداء شهدا
revolutionary: ثوري ثورية انقلابی انقلابي
revolution: ثورة انقلاب
democratic: ديمقراطية ديمقراطي ديموقراطي ديموقراطية دموکرات دموکراتیک
democracy: ديمقراطيه
state: دولة دولت
republic: جمهورية جمهوری
unity: وحدة وحدت
forces: قوات نیروهای
armed: مسلحة مسلح
brotherhood: إخوان اخوان
independence: استقلال
freedom: حرية آزادی
salvation: إنقاذ انقاذ نجات
defense: دفاع
guards: حرس پاسداران
congress: مؤتمر کنگره
alliance: تحالف ائتلاف
league: رابطة رابطه
battalion: كتيبه
communist: شيوعي شيوعية کمونیست
socialist: اشتراكي اشتراكية سوسیالیست
youth: شباب جوانان
workers: عمال کارگران
students: طلبة دانشجویان
network: شبكة شبکه
supporters: أنصار انصار
fighters: مجاهدين مجاهدون مجاهدین
movement: תנועת תנועה
army: צבא
front: חזית
party: מפלגה מפלגת
liberation: שחרור
"""
)
"""Generic words of scripts without short vowels → English word."""
UNSPACED_MOVEMENT_WORDS = parse_groups(
    """
liberation: 해방
front: 전선
people: 인민
liberation army: 해방군
people army: 인민군
communist party: 공산당
communist: 공산
revolutionary: 혁명
movement: 운동
democratic: 민주
national: 민족
united: 연합
organization: 조직
army: 군대
islamic: イスラム 이슬람
independence: 독립
congress: 대회
league: 동맹
brigade: 여단
"""
)
"""Generic words of names that are written without spaces → English word."""
