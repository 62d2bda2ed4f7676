"""Words of trades and names that front companies and gangs go by, in English.

Trades of the hawala, freight and labour markets, colours, beasts and stars, in the languages of
trafficking routes. Latin words are ASCII, as `folding.letters` gives them. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

TRADE_WORDS = parse_groups(
    """
exchange: sarraf sarrafa sarrafi sarafi sirafa sirafah sirafi saraf wechselstube wechselstuben doviz
exchange: obmen obmennik menjacnica mjenjacnica valutna
remittance: hawala hawalah hawale havala havale hawaleh remesas
consulting: istisharat istishariya istishari moshavereh moshavere mushawara danismanlik consultoria
consulting: consulenza consulenze konsalting konsaltingovaya beratung beratungs savjetovanje
recruitment: tawzif tawdhif istiqdam recrutement reclutamiento recrutamento reclutamento istihdam
recruitment: karyabi rekrutirovanie personalvermittlung prosopikou
food: ghiza ghaza ghazaiya aghdhiya aghziya gida pishchevaya pishchevoy alimentation alimentaire
food: alimentaria alimentare khorak makanan hrana
logistics: logistique logistica logistik lojistik lugistik logistika lojistiyya logistis
freight: naqliyat spedition spediteur gruzoperevozki hamlonaghl fret flete
forwarding: ekspeditsiya ekspeditorskaya
transport: perevozki tirabari nakliye prevoz
cargo: kargo
warehouse: ambar depo sklad almacen magazzino makhazin
building: sakhteman sakhtemani
contracting: muqawalat moqawalat muqavilat
jewelry: mujawharat kuyumculuk kuyumcu joyeria bijouterie gioielleria yuvelirnyy javaher javaheri
mining: mineria miniere gornodobyvayushchaya rudarstvo
fishing: balikcilik rybolovnaya
cars: sayyarat otomobil avtomobili khodro
tourism: siyaha siyahat gardeshgari jahangardi
clothing: giyim konfeksiyon albisa vetements poushak
tobacco: tabac tabaco tabacco tutun tabak dukhan
clan: ashira ashirat ashiret asireti kabile tayfa tayefe
gang: gruppirovka issaba isaba
group: gorouh goruh goroh majmuat majmouat majmooa skupina
unit: vahed
detachment: otryad destacamento mufraza mafraza
new: novy novyi novoye nowy
charity: khairia kheyriyeh beneficencia hayir
"""
)
"""Word of a trade or a sort of group → English word, by which it is replaced."""
TRANSCRIBED_WORDS = parse_groups(
    """
corporation: korporeyshn korporeishn korporejshn korporeishen korporeshn
company: kompani kampani
incorporated: inkorporeyted inkorporejted inkorporeited
industries: indastriz indastris indastri industriz
industrial: indastrial indastriel
international: interneshnl interneshnal interneshenal internasional internashnl internehshnl
electric: ehlektrik elektrikal ehlektrikal
electronics: ehlektronik elektroniks
engineering: inzhiniring inzheniring inzhinering enzhiniring
chemical: kemikal kemikl khimish khemish kemikalz kemikals
general: dzheneral dzhenerel dzhenerl
research: riserch risech risyorch
development: divelopment develepment developmant
manufacturing: manufekchuring manufakchering manyufekchuring manyufekcharing manufakchuring
pharmaceutical: farmasyutikal farmasyutikel farmasyutikalz farmasyutikals farmasyutiks
systems: sistemz sistems
products: prodakts prodaktz produkts
services: servisiz servisez servises servisis
technology: teknolodzhi tekhnolodzhi tehnolodzhi
technologies: teknolodzhiz tekhnolodzhiz teknolodzhis tekhnolodzhis
company: gezelshaft gezellshaft gezellschaft geselshaft
aktiengesellschaft: aktsiengezelshaft aktsiengezellshaft aktiengezelshaft aktiengezellshaft
aktiebolaget: aktibolaget aktibolag
holding: kholdings holdingz kholdingz
trading: treyding trejding treiding
management: menedzhment menedjment menejment meneydzhment
logistics: lodzhistiks lodzhistik
energy: enerdzhi ehnerdzhi enerdji
power: pauer
solutions: solyushnz solyushns solyushnes
capital: kepital kehpital
airlines: eyrlaynz eyrlayns aviolaynz
mining: mayning majning
resources: risorsiz resorsiz resorsis risorses
machinery: mashineri
works: vorks uorks
united: yunayted yunajted yunaited
national: neshnl neshenel neshnal
union: yunion
laboratories: laboratoriz laboratoris
shipping: shiping
network: netvork netvork
networks: netvorks
software: softver softuer
security: sekyuriti sekuriti
securities: sekyuritiz sekuritiz
finance: faynens fajnens fayneshl
investment: investmants
construction: konstrakshn konstrakshen
materials: meterialz matirialz
motors: motorz
tobacco: tobekko tobako
beverages: beveridzhiz
foods: fudz
design: dizayn dizajn
house: khaus
world: vorld uorld
brothers: brazers braders
"""
)
"""English word of firms' names as Cyrillic letters write its sound, in Latin letters → the word."""
EMBLEMS = parse_groups(
    """
silver: argent argento argentee argentees plata prata silbern noghrei fidda fiddiya fizzi gumush
silver: serebryany serebrany serebryanny
golden: gold oro ouro dhahabiya dhahabiyya dhahab zahabi zahab zolotoi zoloty zlatni zlatna gulden
golden: altun tala talaei talaee
red: krasny krasnaia krasnyi hamra kizilca sorkhe
black: cherny chernyi chornyi sawda kara karali meshki svart
white: belyi bayda safed sepid bijeli
green: zelyony zeleny zelyonyy zelenyi khadra sabze zeleni
blue: sini zarqa goluboy golubaya plavi lajvardi
yellow: safra zard zheltyy zhelty zuti
dark: oscuro oscura sombre scuro dunkel tyomnyy karanlik
bright: brillant brillante svetlyy parlak
east: sharqi sharqiya sharghi dogu vostochny vostochnyy vostochnaya oriental orientale orientalny
west: gharbi gharbiya bati zapadny zapadnyy zapadnaya occidental occidentale
north: shamali shimali shomali kuzey severny severnyy severnaya septentrional
south: janubi jonubi guney yuzhny yuzhnyy yuzhnaya meridional
star: najmeh necm gwiazda hvezda zvijezda sitara
stars: nujum nojoum nujoom estrellas etoiles stelle zvezdy yildizlar sterne setaregan
falcon: shahine shaheen baz bazi sokil
hawk: gavilan epervier sparviero habicht yastreb atmaca bashiq
dove: paloma colombe colomba taube golub guvercin hamama kabutar
lion: shir arslan leao
wolf: lobo loup lupo dhib gorg wilk vuk
bear: oso ours orso medved ayi dubb khers
horse: caballo cheval cavallo pferd loshad hisan
snake: serpiente serpent serpente schlange zmeya yilan thuban
dragon: tinnin ejder azhdaha drakon drago
gate: puerta porte porta vorota kapi bab darvazeh
tower: torre tour turm bashnya kule burj borj
castle: castillo chateau castello schloss zamok kale qala qalat
garden: jardin giardino garten bahce bustan bostan bagh hadiqa jardim
forest: bosque foret foresta wald les orman ghaba jangal
desert: desierto deserto wuste pustynya sahra
valley: valle vallee dolina vadi wadi darreh
ocean: oceano okean okyanus muhit oghyanous ozean
island: isla isola insel ostrov jazira jazireh
wave: ola vague onda welle volna dalga mawj
wind: viento vento veter ruzgar rih
fire: fuego feu fuoco feuer ogon ates atash
stone: piedra pierre pietra stein kamen hajar
stream: arroyo ruisseau ruscello bach ruchey dere jadwal
river: rijeka reki nehri
sea: morye
mountain: berg kuhe planina
mountains: montanas montagnes gory daglar jibal kuhha berge
bridge: mosty puentes koprusu
caravan: karvan kervan convoy karawan qawafil konvoy
crown: tac tadj couronnes koruny
dawn: zarya safaq shafaq morgenrote
horizon: gorizont ufku ufuqi horizonti horizontes
light: lumina svetlost anwar anvar roshani
hope: umid umidi umutlu nadezhdy
friendship: doosti sadaghat druzhby dostlugu arkadaslik sadaqat
honor: honneur onore ehre onur sharaf namus
"""
)
"""Word for a color, beast or thing → English word. They stay, and share a symbol with it."""
FOREIGN_TRADE_WORDS = parse_groups(
    """
exchange: صرافة صرافی обмен обменник
consulting: استشارات مشاوره консалтинг
recruitment: توظيف استقدام کاریابی
food: أغذية اغذية غذائية غذایی
logistics: لوجستية لوجستيات логистика
freight: نقليات
transport: نقلیات перевозки
tourism: سياحة туризм گردشگری
shipping: بحرية
building: ساختمانی
jewelry: مجوهرات جواهر
remittance: حوالة حواله
clan: عشيرة قبيلة قبیله
unit: وحدات واحد отряд
"""
)
"""Word of a trade in a script without short vowels, or in Cyrillic → English word."""
FOREIGN_EMBLEMS = parse_groups(
    """
golden: ذهبي ذهبية ذهب طلایی
silver: فضي فضية فضة نقره
red: أحمر احمر حمراء سرخ
black: أسود اسود سوداء سیاه
white: أبيض ابيض بيضاء سفید
green: أخضر اخضر خضراء سبز
blue: أزرق ازرق زرقاء آبی
new: جديد جديدة جدید
east: شرق شرقي شرقية شرقی
west: غرب غربي غربية غربی
north: شمال شمالي شمالية شمالی
south: جنوب جنوبي جنوبية جنوبی
star: نجم نجمة ستاره
stars: نجوم ستارگان
falcon: صقر شاهين شاهین
eagle: نسر عقاب
lion: أسد اسد شیر
tiger: نمر ببر
wolf: ذئب گرگ
sun: شمس خورشید
moon: قمر
light: نور أنوار انوار
dawn: فجر سپیده
horizon: أفق افق آفاق
sea: بحر دریا
river: نهر رود
mountain: جبل کوه
bridge: جسر پل
garden: حديقة بستان باغ
crown: تاج
caravan: قافلة قوافل کاروان
hope: أمل امل امید
friendship: صداقة دوستی
peace: سلام صلح
victory: نصر پیروزی فتح
tower: برج
gate: باب بوابة
valley: وادي دره
desert: صحرا
ocean: محيط اقیانوس
"""
)
"""Word for a color, beast or thing in Arabic letters → English word, with its symbol."""
