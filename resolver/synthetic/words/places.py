"""Cities by country (ISO code) with other spellings after slashes; invented streets by language."""

from resolver.synthetic.words import parse_pairs, parse_sections

CITIES = """
SY: Damascus/Dimashq/Damas Aleppo/Halab/Alep Homs/Hims Hama/Hamah Latakia/Al-Ladhiqiyah/Lattaquie
    Idlib/Edlib Daraa/Dara Raqqa/Ar-Raqqah Qamishli/Al-Qamishli
IQ: Baghdad/Bagdad Mosul/Al-Mawsil Basra/Al-Basrah Erbil/Arbil/Hewler Kirkuk/Karkuk Najaf/An-Najaf
    Karbala/Kerbala Sulaymaniyah/Slemani Tikrit/Takrit Ramadi/Ar-Ramadi
LB: Beirut/Bayrut/Beyrouth Tripoli/Tarabulus Sidon/Saida Tyre/Sour Zahle/Zahlah Baalbek/Baalbak
JO: Amman/Ammaan Irbid/Arbid Zarqa/Az-Zarqa Aqaba/Al-Aqabah Mafraq/Al-Mafraq Salt/As-Salt
PS: Gaza/Ghazza Hebron/Al-Khalil Nablus/Nabulus Ramallah/Ramalla Jenin/Janin
EG: Cairo/Al-Qahirah/Le_Caire Alexandria/Al-Iskandariyah/Alexandrie Giza/Al-Jizah
    Port_Said/Bur_Said Suez/As-Suways Luxor/Al-Uqsur Mansoura/Al-Mansurah Tanta/Tantah
SA: Riyadh/Ar-Riyad Jeddah/Jiddah/Djeddah Mecca/Makkah Medina/Al-Madinah Dammam/Ad-Dammam
    Taif/At-Taif
YE: Sanaa/Sana/Sanaa_City Aden/Adan Taiz/Taizz Hodeidah/Al-Hudaydah Ibb/Eb Mukalla/Al-Mukalla
SD: Khartoum/Al-Khartum Omdurman/Umm_Durman Port_Sudan/Bur_Sudan Kassala/Kasala Nyala/Niyala
MA: Casablanca/Dar_el_Beida Rabat/Ribat Fez/Fes Marrakesh/Marrakech Tangier/Tanger/Tanja
    Agadir/Aghadir Meknes/Miknas Tetouan/Tetuan Nador/En-Nador Oujda/Wajda
DZ: Algiers/Alger/El_Djazair Oran/Wahran Constantine/Qacentina Annaba/Bone Setif/Stif
    Blida/El_Boulaida Tlemcen/Tilimsen Bejaia/Bougie
TN: Tunis/Tounes Sfax/Safaqis Sousse/Susah Kairouan/Al-Qayrawan Bizerte/Banzart Gabes/Qabis
    Zarzis/Jarjis
LY: Tripoli/Tarabulus/Trablous Benghazi/Banghazi Misrata/Misurata Sirte/Surt Sabha/Sebha
    Zuwara/Zuwarah Tobruk/Tubruq
IR: Tehran/Teheran Mashhad/Meshed Isfahan/Esfahan Shiraz/Chiraz Tabriz/Tauris Ahvaz/Ahwaz Qom/Ghom
    Kerman/Kirman Zahedan/Zahidan Urmia/Orumiyeh
AF: Kabul/Kaboul Kandahar/Qandahar Herat/Hirat Mazar-i-Sharif/Mazar-e_Sharif Jalalabad/Djalalabad
    Kunduz/Konduz Ghazni/Ghazna Lashkar_Gah/Lashkargah
PK: Karachi/Karatchi Lahore/Lahor Peshawar/Pishawar Quetta/Kwetta Islamabad/Islam_Abad
    Rawalpindi/Pindi Faisalabad/Lyallpur Multan/Moltan Gujrat/Gujarat_City
IN: Mumbai/Bombay Delhi/New_Delhi/Dilli Kolkata/Calcutta Chennai/Madras Bengaluru/Bangalore
    Hyderabad/Haidarabad Ahmedabad/Ahmadabad Pune/Poona Jaipur/Jeypore
RU: Moscow/Moskva/Moskau Saint_Petersburg/Sankt-Peterburg/Leningrad Novosibirsk/Nowosibirsk
    Yekaterinburg/Ekaterinburg/Sverdlovsk Kazan/Kasan Rostov-on-Don/Rostov-na-Donu
    Makhachkala/Machatschkala Grozny/Groznyy Samara/Kuybyshev Vladivostok/Wladiwostok
BY: Minsk/Mensk Gomel/Homel Brest/Brest-Litovsk Grodno/Hrodna Vitebsk/Vitsebsk Mogilev/Mahilyow
KZ: Almaty/Alma-Ata Astana/Nur-Sultan Shymkent/Chimkent Karaganda/Qaraghandy Aktobe/Aktyubinsk
UA: Kyiv/Kiev/Kijiw Kharkiv/Kharkov Odesa/Odessa Dnipro/Dnipropetrovsk Lviv/Lvov/Lemberg
    Zaporizhzhia/Zaporozhye Donetsk/Donezk Mykolaiv/Nikolaev Chernivtsi/Chernovtsy
CN: Beijing/Peking Shanghai/Schanghai Guangzhou/Canton Shenzhen/Shen-zhen Fuzhou/Foochow
    Xiamen/Amoy Tianjin/Tientsin Chengdu/Chengtu Wenzhou/Wenchow Fuqing/Fuching
HK: Hong_Kong/Xianggang Kowloon/Jiulong Tsuen_Wan/Quanwan
TW: Taipei/Taibei Kaohsiung/Gaoxiong Taichung/Taizhong Tainan/T'ainan
MY: Kuala_Lumpur/KL Penang/Pulau_Pinang Johor_Bahru/Johore_Bahru Kuching/Kutching Ipoh/Ipo
SG: Singapore/Singapur
KR: Seoul/Soul Busan/Pusan Incheon/Inchon Daegu/Taegu Daejeon/Taejon Gwangju/Kwangju
KP: Pyongyang/Pyeongyang Chongjin/Cheongjin Nampo/Nampho Wonsan/Weonsan Sinuiju/Sinuichu
JP: Tokyo/Tokio Osaka/Oosaka Yokohama/Jokohama Nagoya/Nagoja Kobe/Koube Fukuoka/Hukuoka
    Sapporo/Saporo
VN: Hanoi/Ha_Noi Ho_Chi_Minh_City/Saigon Hai_Phong/Haiphong Da_Nang/Danang/Tourane Nghe_An/Nghean
    Ha_Tinh/Hatinh Hue/Thua_Thien_Hue Can_Tho/Cantho
TR: Istanbul/Constantinople Ankara/Angora Izmir/Smyrna Bursa/Brussa Adana/Seyhan Gaziantep/Antep
    Van/Wan Diyarbakir/Diarbekir Mersin/Icel Edirne/Adrianople Bodrum/Halikarnas
SN: Dakar/Ndakaaru Thies/Chess Kaolack/Kawlax Ziguinchor/Sigicoor Saint-Louis/Ndar Touba/Tuubaa
ML: Bamako/Bamakou Gao/Gawo Timbuktu/Tombouctou Kayes/Kayi Mopti/Moti Sikasso/Sicasso
GN: Conakry/Konakry Kankan/Cancan Labe/Labeh Kindia/Kindiya Nzerekore/N'Zerekore
GM: Banjul/Bathurst Serekunda/Serrekunda Brikama/Bricama Bakau/Bakao
CI: Abidjan/Abijan Bouake/Bwake Yamoussoukro/Yamusukro Daloa/Dalowa Korhogo/Corhogo
NG: Lagos/Eko Kano/Cano Abuja/Aboudja Benin_City/Edo Ibadan/Ibaden Kaduna/Cadouna
    Port_Harcourt/Igwe_Ocha Onitsha/Onicha
GH: Accra/Akra Kumasi/Coomassie Tamale/Tamalee Sekondi-Takoradi/Takoradi Tema/Tima
BF: Ouagadougou/Wagadugu Bobo-Dioulasso/Bobo Koudougou/Kudugu Ouahigouya/Wahiguya
SL: Freetown/Free_Town Bo/Boh Kenema/Kinema Makeni/Makene
SO: Mogadishu/Muqdisho/Mogadiscio Hargeisa/Hargeysa Kismayo/Kismaayo/Chisimaio Bosaso/Boosaaso
    Baidoa/Baydhabo Galkayo/Gaalkacyo
ER: Asmara/Asmera Keren/Cheren Massawa/Mitsiwa Assab/Aseb Mendefera/Adi_Ugri
ET: Addis_Ababa/Addis_Abeba Mekelle/Makale Gondar/Gonder Dire_Dawa/Diredawa Hawassa/Awasa
    Jimma/Gimma
ES: Madrid/Madrit Barcelona/Barcelone Valencia/Valence Seville/Sevilla Malaga/Malaca
    Algeciras/Aljeciras Bilbao/Bilbo Almeria/Almería
MX: Mexico_City/Ciudad_de_Mexico Guadalajara/Guadalaxara Monterrey/Monterey Tijuana/Tia_Juana
    Ciudad_Juarez/Juarez Culiacan/Culiacan_Rosales Tapachula/Tapachola
CO: Bogota/Santafe_de_Bogota Medellin/Medelin Cali/Santiago_de_Cali Barranquilla/Baranquilla
    Cartagena/Cartagena_de_Indias Cucuta/San_Jose_de_Cucuta
VE: Caracas/Karakas Maracaibo/Maracaybo Valencia/Nueva_Valencia Barquisimeto/Barkisimeto
    San_Cristobal/S._Cristobal
AR: Buenos_Aires/Bs._As. Cordoba/Cordova Rosario/El_Rosario Mendoza/Mendosa Salta/Salta_Capital
EC: Quito/San_Francisco_de_Quito Guayaquil/Guaiaquil Cuenca/Cuenca_del_Ecuador Machala/Machalla
PE: Lima/Ciudad_de_los_Reyes Arequipa/Arekipa Trujillo/Truxillo Cusco/Cuzco Piura/Piura_la_Vieja
CU: Havana/La_Habana Santiago_de_Cuba/Santiago Camaguey/Camagüey Holguin/Olguin
DO: Santo_Domingo/Sto._Domingo Santiago_de_los_Caballeros/Santiago La_Romana/Romana
GT: Guatemala_City/Ciudad_de_Guatemala Quetzaltenango/Xela Escuintla/Escuintla_City
HN: Tegucigalpa/Teguz San_Pedro_Sula/S._P._Sula La_Ceiba/Ceiba
GB: London/Londres Birmingham/Bermingham Manchester/Mancester Liverpool/Leverpool Leeds/Leedes
    Glasgow/Glasgu Cardiff/Caerdydd Belfast/Beal_Feirste Dover/Douvres
US: New_York/New_York_City Los_Angeles/L.A. Chicago/Chikago Houston/Huston Miami/Mayami
    San_Diego/San_Deigo Detroit/Detroyt
IE: Dublin/Baile_Atha_Cliath Cork/Corcaigh Galway/Gaillimh Limerick/Luimneach
AU: Sydney/Sidney Melbourne/Melburn Perth/Pert Brisbane/Brisban
CA: Toronto/Torronto Montreal/Montréal Vancouver/Vancuver Ottawa/Outaouais
FR: Paris/Parigi Marseille/Marseilles Lyon/Lyons Lille/Lisle Calais/Kales Nice/Nizza
    Strasbourg/Strassburg Dunkirk/Dunkerque Toulouse/Tolosa
BE: Brussels/Bruxelles/Brussel Antwerp/Antwerpen/Anvers Liege/Luik Ghent/Gent/Gand
    Charleroi/Charleroy
DE: Berlin/Berlino Hamburg/Hambourg Munich/Muenchen Cologne/Koeln Frankfurt/Frankfurt_am_Main
    Stuttgart/Stutgart Essen/Essen_Ruhr Bremen/Breme Passau/Passavia
AT: Vienna/Wien Graz/Gratz Linz/Lintz Salzburg/Salisburgo Innsbruck/Insbruck
CH: Zurich/Zuerich Geneva/Geneve/Genf Basel/Bale Bern/Berne Lausanne/Losanna
IT: Rome/Roma Milan/Milano/Mailand Naples/Napoli Turin/Torino Palermo/Palerme Bari/Barri
    Trieste/Triest Catania/Catane
NL: Amsterdam/Amstelodamum Rotterdam/Roterdam The_Hague/Den_Haag Utrecht/Utrekt Eindhoven/Eindoven
SE: Stockholm/Estocolmo Gothenburg/Goteborg Malmo/Malmoe Uppsala/Upsala
PL: Warsaw/Warszawa/Varsovie Krakow/Cracow Gdansk/Danzig Wroclaw/Breslau Lodz/Lodsch
BG: Sofia/Sofiya Plovdiv/Philippopolis Varna/Warna Burgas/Bourgas
RO: Bucharest/Bucuresti Cluj-Napoca/Klausenburg Timisoara/Temesvar Constanta/Constantza Iasi/Jassy
HU: Budapest/Buda-Pest Szeged/Segedin Debrecen/Debreczin
MT: Valletta/La_Valette Sliema/Sliemma
AE: Dubai/Dubayy Abu_Dhabi/Abou_Dabi Sharjah/Ash-Shariqah
QA: Doha/Ad-Dawhah Al_Wakrah/Wakra
RS: Belgrade/Beograd Novi_Sad/Neusatz Nis/Nish Subotica/Szabadka Novi_Pazar/Yeni_Pazar
BA: Sarajevo/Saraybosna Mostar/Mostar_Grad Banja_Luka/Banjaluka Tuzla/Tusla Bihac/Bihatch
HR: Zagreb/Agram Split/Spalato Rijeka/Fiume Osijek/Esseg
ME: Podgorica/Titograd Niksic/Nikshich Bar/Antivari Budva/Budua
MK: Skopje/Skoplje/Uskub Bitola/Bitolj Tetovo/Tetova Kumanovo/Kumanova
SI: Ljubljana/Laibach Maribor/Marburg Koper/Capodistria
GR: Athens/Athina/Athenes Thessaloniki/Salonica/Saloniki Piraeus/Pireas Patras/Patra
    Heraklion/Iraklio Rhodes/Rodos Mytilene/Mitilini
CY: Nicosia/Lefkosia Limassol/Lemesos Larnaca/Larnaka Paphos/Pafos
GE: Tbilisi/Tiflis Batumi/Batum Kutaisi/Kutais Rustavi/Rustawi Zugdidi/Sugdidi Gori/Gory
AM: Yerevan/Erevan/Jerewan Gyumri/Leninakan Vanadzor/Kirovakan Gavar/Kamo
"""

# Language of street names, by country; all other countries have English ones.
STREET_LANGUAGE = parse_pairs("""
fr:FR_BE_MA_DZ_TN_SN_ML_GN_CI_BF_LB_CH es:ES_MX_CO_VE_AR_EC_PE_CU_DO_GT_HN de:DE_AT
ru:RU_BY_KZ_UA_GE_AM tr:TR ar:SY_IQ_JO_PS_EG_SA_YE_SD_LY_AE_QA sl:RS_BA_HR_ME_MK_SI_BG gr:GR_CY
it:IT_MT
""")
# `{s}` is the street, `{n}` the number.
STREET_FORM = {
    "fr": "{n} rue {s}",
    "es": "Calle {s} {n}",
    "de": "{s} {n}",
    "ru": "ul. {s} {n}",
    "tr": "{s} Cad. No {n}",
    "ar": "{s} Street, Bldg {n}",
    "sl": "{s} {n}",
    "gr": "{s} {n}",
    "it": "Via {s} {n}",
    "en": "{n} {s}",
}
STREETS = parse_sections("""
fr: de_la_Gare du_Port des_Tanneurs de_l'Horloge du_Moulin des_Lilas du_Marché_Neuf Saint-Antoine
    de_la_Fontaine des_Remparts du_Canal des_Peupliers
es: Mayor del_Olmo San_Isidro de_la_Fuente Nueva del_Mercado las_Palmas Real de_los_Pinos
    del_Puerto Santa_Rosa del_Molino
de: Bahnhofstraße Lindenallee Hauptstraße Gartenweg Mühlenstraße Schulstraße Birkenweg Marktplatz
    Hafenstraße Wiesengrund Kirchgasse Am_Brunnen
ru: Sadovaya Tsentralnaya Shkolnaya Lesnaya Naberezhnaya Vokzalnaya Polevaya Zarechnaya Novaya
    Solnechnaya Kirpichnaya Portovaya
tr: İstasyon Çınar Cumhuriyet Liman Gül Bahçe Okul Çarşı Yeni_Mahalle Fatih Kaya Deniz
ar: Al-Souq Al-Nakheel Al-Mahatta Al-Jadid Al-Madina Al-Zaytoun Al-Bahr Al-Qalaa Al-Wadi Al-Jisr
    Al-Hadiqa Al-Matar
sl: Glavna Školska Železnička Vinogradska Cvetna Nova Lipova Zelena Planinska Primorska Gornja
    Donja
gr: Agiou_Georgiou Eleftherias Limani Kentriki Paralia Dimokratias Akadimias Platonos Egeou Ionias
    Anthoupolis Pefkon
it: Roma dei_Mille del_Porto Garibaldi delle_Rose San_Marco della_Stazione dei_Pini Nuova
    del_Mulino
en: Station_Road High_Street Church_Lane Mill_Road Park_Avenue Harbour_View Market_Street New_Road
    Garden_Close Bridge_Street Orchard_Way Kings_Road
""")
