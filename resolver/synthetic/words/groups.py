"""Words of group names.

Entries are the English word, optionally a second English word after a slash, then `language=forms`:
native and romanized form, separated by a slash (one form for languages in Latin letters).
"""

from resolver.synthetic.words import parse_pairs, parse_sections

# Trades of companies, words for groups of people, purposes of organizations.
TRADES = """
Trading/Trade fr=Négoce es=Comercio de=Handel ru=Торговля/Torgovlya tr=Ticaret ar=التجارة/Tijara
    fa=تجارت/Tejarat zh=贸易/Maoyi sl=Trgovina gr=Εμπορική/Emporiki
Transport/Haulage fr=Transports es=Transportes de=Spedition ru=Перевозки/Perevozki tr=Nakliyat
    ar=النقل/Naql fa=حمل_و_نقل/Haml_va_Naghl zh=运输/Yunshu sl=Prevoz gr=Μεταφορική/Metaforiki
Shipping/Maritime fr=Maritime es=Naviera de=Reederei ru=Судоходство/Sudokhodstvo tr=Denizcilik
    ar=الملاحة/Milaha fa=کشتیرانی/Keshtirani zh=航运/Hangyun sl=Brodarstvo
    gr=Ναυτιλιακή/Naftiliaki
Travel/Tours fr=Voyages es=Viajes de=Reisen ru=Туризм/Turizm tr=Turizm ar=السياحة/Siyaha
    fa=مسافرتی/Mosaferati zh=旅游/Lüyou sl=Turizam gr=Ταξιδιωτική/Taxidiotiki
Logistics/Forwarding fr=Logistique es=Logística de=Logistik ru=Логистика/Logistika tr=Lojistik
    ar=اللوجستية/Lojistiya fa=لجستیک/Lojistik zh=物流/Wuliu sl=Logistika
    gr=Εφοδιαστική/Efodiastiki
Construction/Building fr=Construction es=Construcciones de=Bau ru=Строй/Stroy tr=İnşaat
    ar=المقاولات/Muqawalat fa=ساختمانی/Sakhtemani zh=建筑/Jianzhu sl=Gradnja
    gr=Κατασκευαστική/Kataskevastiki
Exchange/Money_Transfer fr=Change es=Cambios de=Wechselstube ru=Обмен/Obmen tr=Döviz
    ar=الصرافة/Sarrafa fa=صرافی/Sarafi zh=汇款/Huikuan sl=Mjenjačnica gr=Ανταλλακτική/Antallaktiki
Consulting/Advisory fr=Conseil es=Consultores de=Beratung ru=Консалтинг/Konsalting tr=Danışmanlık
    ar=الاستشارات/Istisharat fa=مشاوره/Moshavereh zh=咨询/Zixun sl=Savjetovanje
    gr=Συμβουλευτική/Symvouleftiki
Foods/Food fr=Alimentation es=Alimentos de=Lebensmittel ru=Продукт/Produkt tr=Gıda
    ar=الأغذية/Aghdhiya fa=مواد_غذایی/Mavad_Ghazai zh=食品/Shipin sl=Hrana gr=Τρόφιμα/Trofima
Recruitment/Manpower fr=Recrutement es=Empleo de=Personal ru=Кадры/Kadry tr=İnsan_Kaynakları
    ar=التوظيف/Tawzif fa=کاریابی/Karyabi zh=劳务/Laowu sl=Zapošljavanje gr=Προσωπικού/Prosopikou
"""
BANDS = """
Network/Ring fr=Réseau es=Red de=Netzwerk ru=Сеть/Set tr=Şebekesi ar=شبكة/Shabakat fa=شبکه/Shabake
    zh=网络/Wangluo sl=Mreža gr=Δίκτυο/Diktyo
Group/Gang fr=Groupe es=Grupo de=Gruppe ru=Группа/Gruppa tr=Grubu ar=مجموعة/Majmuat fa=گروه/Gorouh
    zh=集团/Jituan sl=Grupa gr=Ομάδα/Omada
Organisation/Organization fr=Organisation es=Organización de=Organisation
    ru=Организация/Organizatsiya tr=Örgütü ar=منظمة/Munazzamat fa=سازمان/Sazman zh=组织/Zuzhi
    sl=Organizacija gr=Οργάνωση/Organosi
Clan/Family fr=Clan es=Clan de=Clan ru=Клан/Klan tr=Ailesi ar=عشيرة/Ashirat fa=خاندان/Khandan
    zh=家族/Jiazu sl=Klan gr=Οικογένεια/Ikogenia
Brotherhood/Brothers fr=Frères es=Hermanos de=Brüder ru=Братство/Bratstvo tr=Kardeşler
    ar=إخوان/Ikhwan fa=برادران/Baradaran zh=兄弟会/Xiongdihui sl=Braća gr=Αδελφότητα/Adelfotita
Brigade/Battalion fr=Brigade es=Brigada de=Brigade ru=Бригада/Brigada tr=Tugayı ar=لواء/Liwa
    fa=تیپ/Tip zh=旅/Lü sl=Brigada gr=Ταξιαρχία/Taxiarchia
Unit/Cell fr=Unité es=Unidad de=Einheit ru=Отряд/Otryad tr=Birimi ar=وحدة/Wahda fa=واحد/Vahed
    zh=部队/Budui sl=Jedinica gr=Μονάδα/Monada
Front/Movement fr=Front es=Frente de=Front ru=Фронт/Front tr=Cephesi ar=جبهة/Jabhat fa=جبهه/Jebhe
    zh=阵线/Zhenxian sl=Front gr=Μέτωπο/Metopo
"""
BODIES = """
Foundation/Trust fr=Fondation es=Fundación de=Stiftung ru=Фонд/Fond tr=Vakfı ar=مؤسسة/Muassasat
    fa=بنیاد/Bonyad zh=基金会/Jijinhui sl=Fondacija gr=Ίδρυμα/Idryma
Association/Society fr=Association es=Asociación de=Verein ru=Ассоциация/Assotsiatsiya tr=Derneği
    ar=جمعية/Jamiyat fa=انجمن/Anjoman zh=协会/Xiehui sl=Udruženje gr=Σύλλογος/Syllogos
Institute/Academy fr=Institut es=Instituto de=Institut ru=Институт/Institut tr=Enstitüsü
    ar=معهد/Maahad fa=موسسه/Moasseseh zh=研究所/Yanjiusuo sl=Institut gr=Ινστιτούτο/Instituto
Committee/Council fr=Comité es=Comité de=Komitee ru=Комитет/Komitet tr=Komitesi ar=لجنة/Lajnat
    fa=کمیته/Komite zh=委员会/Weiyuanhui sl=Odbor gr=Επιτροπή/Epitropi
Centre/Center fr=Centre es=Centro de=Zentrum ru=Центр/Tsentr tr=Merkezi ar=مركز/Markaz
    fa=مرکز/Markaz zh=中心/Zhongxin sl=Centar gr=Κέντρο/Kentro
"""
# Fanciful words of names.
FANCIES = """
Star/Stars fr=Étoile es=Estrella de=Stern ru=Звезда/Zvezda tr=Yıldız ar=النجمة/Al-Najma
    fa=ستاره/Setareh zh=星/Xing sl=Zvijezda gr=Αστέρι/Asteri
Falcon/Hawk fr=Faucon es=Halcón de=Falke ru=Сокол/Sokol tr=Şahin ar=الصقر/Al-Saqr fa=شاهین/Shahin
    zh=鹰/Ying sl=Soko gr=Γεράκι/Geraki
Light/Lights fr=Lumière es=Luz de=Licht ru=Свет/Svet tr=Işık ar=النور/Al-Noor fa=نور/Nour
    zh=光/Guang sl=Svjetlo gr=Φως/Fos
Hope/Hopes fr=Espoir es=Esperanza de=Hoffnung ru=Надежда/Nadezhda tr=Umut ar=الأمل/Al-Amal
    fa=امید/Omid zh=希望/Xiwang sl=Nada gr=Ελπίδα/Elpida
Bridge/Bridges fr=Pont es=Puente de=Brücke ru=Мост/Most tr=Köprü ar=الجسر/Al-Jisr fa=پل/Pol
    zh=桥/Qiao sl=Most gr=Γέφυρα/Gefyra
Horizon/Horizons fr=Horizon es=Horizonte de=Horizont ru=Горизонт/Gorizont tr=Ufuk ar=الأفق/Al-Ufuq
    fa=افق/Ofogh zh=地平线/Dipingxian sl=Horizont gr=Ορίζοντας/Orizontas
Dawn/Sunrise fr=Aube es=Alba de=Morgenröte ru=Заря/Zarya tr=Şafak ar=الفجر/Al-Fajr
    fa=سپیده/Sepideh zh=黎明/Liming sl=Zora gr=Αυγή/Avgi
Eagle/Eagles fr=Aigle es=Águila de=Adler ru=Орёл/Oryol tr=Kartal ar=النسر/Al-Nasr fa=عقاب/Oghab
    zh=雄鹰/Xiongying sl=Orao gr=Αετός/Aetos
Sea/Ocean fr=Mer es=Mar de=Meer ru=Море/More tr=Deniz ar=البحر/Al-Bahr fa=دریا/Darya zh=海/Hai
    sl=More gr=Θάλασσα/Thalassa
Mountain/Summit fr=Montagne es=Montaña de=Berg ru=Гора/Gora tr=Dağ ar=الجبل/Al-Jabal fa=کوه/Kuh
    zh=山/Shan sl=Planina gr=Βουνό/Vouno
River/Stream fr=Fleuve es=Río de=Fluss ru=Река/Reka tr=Nehir ar=النهر/Al-Nahr fa=رود/Roud
    zh=江/Jiang sl=Rijeka gr=Ποταμός/Potamos
Friendship/Amity fr=Amitié es=Amistad de=Freundschaft ru=Дружба/Druzhba tr=Dostluk
    ar=الصداقة/Al-Sadaqa fa=دوستی/Dousti zh=友谊/Youyi sl=Prijateljstvo gr=Φιλία/Filia
Crown/Coronet fr=Couronne es=Corona de=Krone ru=Корона/Korona tr=Taç ar=التاج/Al-Taj fa=تاج/Taj
    zh=皇冠/Huangguan sl=Kruna gr=Στέμμα/Stemma
Garden/Gardens fr=Jardin es=Jardín de=Garten ru=Сад/Sad tr=Bahçe ar=البستان/Al-Bustan fa=باغ/Bagh
    zh=花园/Huayuan sl=Vrt gr=Κήπος/Kipos
Unity/Union fr=Unité es=Unidad de=Einheit ru=Единство/Edinstvo tr=Birlik ar=الوحدة/Al-Wahda
    fa=وحدت/Vahdat zh=团结/Tuanjie sl=Jedinstvo gr=Ενότητα/Enotita
Caravan/Convoy fr=Caravane es=Caravana de=Karawane ru=Караван/Karavan tr=Kervan
    ar=القافلة/Al-Qafila fa=کاروان/Karvan zh=商队/Shangdui sl=Karavan gr=Καραβάνι/Karavani
"""
COLORS = """
Blue/Azure fr=Bleu es=Azul de=Blaue ru=Синий/Siniy tr=Mavi ar=الأزرق/Al-Azraq fa=آبی/Abi zh=蓝/Lan
    sl=Plava gr=Μπλε/Ble
Golden/Gold fr=Doré es=Dorado de=Goldene ru=Золотой/Zolotoy tr=Altın ar=الذهبي/Al-Dhahabi
    fa=طلایی/Talai zh=金/Jin sl=Zlatna gr=Χρυσό/Chryso
White/Bright fr=Blanc es=Blanco de=Weiße ru=Белый/Bely tr=Beyaz ar=الأبيض/Al-Abyad fa=سفید/Sefid
    zh=白/Bai sl=Bijela gr=Λευκό/Lefko
Black/Dark fr=Noir es=Negro de=Schwarze ru=Чёрный/Chyorny tr=Kara ar=الأسود/Al-Aswad fa=سیاه/Siah
    zh=黑/Hei sl=Crna gr=Μαύρο/Mavro
Red/Scarlet fr=Rouge es=Rojo de=Rote ru=Красный/Krasny tr=Kızıl ar=الأحمر/Al-Ahmar fa=سرخ/Sorkh
    zh=红/Hong sl=Crvena gr=Κόκκινο/Kokkino
Green/Verdant fr=Vert es=Verde de=Grüne ru=Зелёный/Zelyony tr=Yeşil ar=الأخضر/Al-Akhdar
    fa=سبز/Sabz zh=绿/Lü sl=Zelena gr=Πράσινο/Prasino
Northern/North fr=Nord es=Norte de=Nord ru=Северный/Severny tr=Kuzey ar=الشمال/Al-Shamal
    fa=شمال/Shomal zh=北方/Beifang sl=Sjeverna gr=Βόρεια/Voria
Eastern/East fr=Orient es=Oriente de=Ost ru=Восточный/Vostochny tr=Doğu ar=الشرق/Al-Sharq
    fa=شرق/Shargh zh=东方/Dongfang sl=Istočna gr=Ανατολική/Anatoliki
Silver/Argent fr=Argenté es=Plateado de=Silberne ru=Серебряный/Serebryany tr=Gümüş
    ar=الفضي/Al-Fiddi fa=نقره‌ای/Noghrei zh=银/Yin sl=Srebrna gr=Ασημένιο/Asimenio
New/Modern fr=Nouveau es=Nuevo de=Neue ru=Новый/Novy tr=Yeni ar=الجديد/Al-Jadid fa=نو/Now
    zh=新/Xin sl=Nova gr=Νέο/Neo
"""
# Legal forms by language: native, romanised, English, spelled out in English, spelled out at home.
LEGAL = parse_sections("""
en: Ltd/Ltd/Ltd./Limited/Limited LLC/LLC/L.L.C./Limited_Liability_Company/LLC
    Inc/Inc/Inc./Incorporated/Inc
fr: SARL/SARL/S.A.R.L./Limited_Liability_Company/Société_à_responsabilité_limitée
    SA/SA/S.A./Public_Limited_Company/Société_anonyme
es: S.L./SL/S.L./Limited_Company/Sociedad_Limitada
    S.A.S./SAS/S.A.S/Simplified_Joint_Stock_Company/Sociedad_por_Acciones_Simplificada
de: GmbH/GmbH/G.m.b.H./Limited_Liability_Company/Gesellschaft_mit_beschränkter_Haftung
    AG/AG/A.G./Joint_Stock_Company/Aktiengesellschaft
ru: ООО/OOO/LLC/Limited_Liability_Company/Obshchestvo_s_ogranichennoy_otvetstvennostyu
    АО/AO/JSC/Joint_Stock_Company/Aktsionernoe_obshchestvo
tr: Ltd._Şti./Ltd_Sti/Ltd/Limited_Company/Limited_Şirketi
    A.Ş./AS/JSC/Joint_Stock_Company/Anonim_Şirketi
ar: ذ.م.م/WLL/LLC/With_Limited_Liability/Company_WLL م.م.ح/FZE/FZ-LLC/Free_Zone_Establishment/FZE
fa: با_مسئولیت_محدود/Ltd/Co./Company_Limited/Sherkat
    سهامی_خاص/PJS/P.J.S./Private_Joint_Stock/Sahami_Khass
zh: 有限公司/Co_Ltd/Co.,_Ltd./Company_Limited/Youxian_Gongsi
sl: d.o.o./DOO/Ltd/Limited_Liability_Company/Društvo_s_ograničenom_odgovornošću
gr: ΕΠΕ/EPE/Ltd/Limited_Liability_Company/Etairia_Periorismenis_Efthynis
    ΑΕ/AE/S.A./Societe_Anonyme/Anonymi_Etairia
""")
# Language of companies and groups, by name culture.
LANGUAGE = parse_pairs("""
arabic-levant:ar arabic-maghreb:ar persian:fa afghan:fa russian:ru ukrainian:ru georgian:ru
armenian:ru chinese:zh turkish:tr spanish:es french:fr german:de balkan:sl greek:gr
west-african:fr
""")
ROLES = (
    "member driver recruiter guide forger lookout cashier skipper courier landlord fixer accountant"
)
LEADER_ROLES = "leader organiser head financier coordinator"
FACILITATOR_ROLES = "forger fixer accountant cashier courier landlord"
