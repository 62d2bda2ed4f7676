"""Cities and provinces in names of groups, which tell branches apart, with their spellings.

Words are ASCII, as `folding.letters` gives them. Only places of one word are listed, and none that
is more often a person's name or a common word (Nancy, Nice, Salt). Countries come from `rigour`.
Spellings are names in other languages and, for cities with universities, the forms they have in
names of institutions there (`Helsingin`, `moskovskiy`). Towns where a university has its first seat
that is called by its state alone (`University of Illinois at Urbana`) are left out. The list is
written by hand; a place that is missing is compared as any other word.
"""

from __future__ import annotations

_CITIES = """
damascus/dimashq/damas/damaskus aleppo/halab/alep homs hama/hamah latakia/lattakia/lattaquie
idlib/edlib daraa raqqa/raqqah qamishli/qamishly deirezzor palmyra/tadmur manbij/membij jarabulus
afrin kobani/kobane baghdad/bagdad mosul/mawsil basra/basrah/bassora erbil/arbil/irbil kirkuk/karkuk
najaf karbala/kerbala sulaymaniyah/sulaimaniyah/slemani tikrit/takrit ramadi fallujah/falluja
samarra diyala anbar ninawa/nineveh dohuk/duhok baqubah/baquba beirut/bayrut/beyrouth sidon
baalbek/baalbak bekaa/biqa amman irbid zarqa aqaba gaza/ghazza/ghazzah hebron nablus/nabulus
ramallah jenin/janin jerusalem/quds/yerushalayim/jeruzalem/hierosolyma haifa jaffa
cairo/qahira/qahirah/kairo/caire alexandria/iskandariyah/iskandariya/alexandrie giza/gizah suez
sinai/sina luxor mansoura/mansurah tanta riyadh/riyad jeddah/jiddah/djeddah mecca/makkah madinah
dammam taif khobar hijaz/hejaz sanaa aden/adan taiz/taizz hodeidah/hudaydah/hodeida mukalla
hadramaut/hadramawt shabwah/shabwa abyan marib saada/sadah khartoum/khartum omdurman darfur kassala
nyala kordofan casablanca rabat fez/fes marrakesh/marrakech tangier/tanger meknes tetouan/tetuan
oujda agadir algiers/alger/argel oran/wahran annaba setif blida tlemcen kabylie/kabylia tunis sfax
sousse kairouan/qayrawan bizerte gabes tripoli/tarabulus benghazi/banghazi/bengasi/bingazi
misrata/misurata/misratah sirte/surt derna/darnah/dernah sabha/sebha zuwara zawiya/zawiyah
tobruk/tubruq ajdabiya zintan cyrenaica/barqa fezzan tehran/teheran/teeran mashhad/meshed
isfahan/esfahan shiraz/chiraz tabriz ahvaz/ahwaz qom/ghom kerman zahedan urmia/orumiyeh
bushehr/bushire arak natanz karaj hamadan/hamedan khuzestan mazandaran gilan sistan hormozgan
bandarabbas qeshm khorasan/khurasan kabul/kaboul kandahar/qandahar herat jalalabad/djalalabad
kunduz/konduz/qunduz ghazni helmand/hilmand nangarhar paktia paktika kunar nuristan khost/khowst
logar wardak badakhshan balkh zabul uruzgan karachi lahore/lahor peshawar/peshawer quetta islamabad
rawalpindi faisalabad multan sialkot gujranwala waziristan balochistan/baluchistan sindh punjab
bajaur chaman miramshah mumbai/bombay delhi kolkata/calcutta chennai/madras bengaluru/bangalore
hyderabad/haidarabad ahmedabad/ahmadabad pune/poona jaipur lucknow kanpur surat kashmir/cachemire
assam manipur nagaland tripura gujarat bihar kerala srinagar dhaka/dacca chittagong/chattogram
sylhet colombo jaffna kathmandu thimphu
moscow/moskva/moskau/moscou/mosca/moscu/moskou/moskwa/moskovskiy/moskovsky/moskovskii/moskovskaya
petersburg/petersbourg/peterburg/peterburgskiy/peterburga leningrad novosibirsk/novosibirskiy
yekaterinburg/ekaterinburg/sverdlovsk kazan/kasan/kazanskaya/kazanskogo/kazanskiy/kazansky
rostov/rostovskiy makhachkala grozny/groznyy samara/kuybyshev/samarskiy vladivostok omsk/omskiy
chelyabinsk/tscheljabinsk ufa krasnoyarsk perm voronezh/voronezhskiy volgograd/stalingrad krasnodar
saratov/saratovskiy tyumen tolyatti/togliatti izhevsk barnaul irkutsk khabarovsk yaroslavl
tomsk/tomskiy/tomsky kemerovo novokuznetsk ryazan penza lipetsk tula kaliningrad/konigsberg kursk
murmansk arkhangelsk sochi nalchik chechnya/tchetchenie dagestan/daghestan ingushetia tatarstan
bashkortostan bashkiria kabardino siberia/siberian/sibir yakutsk norilsk sakhalin kamchatka
caucasus/kavkaz/kaukasus smolensk tver vologda kostroma belgorod bryansk orenburg ulyanovsk
minsk/minskiy gomel/homel brest grodno/hrodna vitebsk/vitsebsk mogilev/mahilyow almaty/almata astana
shymkent/chimkent karaganda/qaraghandy aktobe tashkent/tashkentskiy/toshkent samarkand
bukhara/buxoro fergana andijan dushanbe khujand bishkek/frunze osh ashgabat/ashkhabad turkmenbashi
kyiv/kiev/kijiw/kiew/kijow/kyyiv/kyivskyi/kiyevskiy/kievskiy
kharkiv/kharkov/charkow/kharkivskyi/kharkovskiy odesa/odessa/odeskyi dnipro/dnepropetrovsk
lviv/lvov/lemberg/lwow/lvivskyi zaporizhzhia/zaporozhye donetsk luhansk/lugansk mariupol
kherson/cherson crimea/krym sevastopol/sebastopol simferopol donbas/donbass mykolaiv/nikolaev
poltava chernihiv/chernigov sumy zhytomyr/zhitomir vinnytsia/vinnitsa rivne/rovno tbilisi/tiflis
batumi/batum sukhumi/sokhumi tskhinvali yerevan/erevan gyumri baku/bakou ganja nakhchivan
chisinau/kishinev tiraspol transnistria/pridnestrovie beijing/peking/pekin/pechino/pequim/pekino
shanghai/schanghai guangzhou/canton/kanton shenzhen fuzhou xiamen/amoy tianjin/tientsin chengdu
wenzhou wuhan nanjing/nanking hangzhou/hangchow suzhou/soochow chongqing/chungking dalian/dairen
shenyang/mukden harbin qingdao/tsingtao jinan xian/sian changsha zhengzhou kunming nanchang hefei
taiyuan urumqi/urumchi lanzhou/lanchow guiyang nanning haikou ningbo dongguan foshan zhuhai wuxi
changchun dandong yantai weihai lhasa xinjiang/sinkiang tibet guangdong/kwangtung fujian/fukien
zhejiang/chekiang jiangsu sichuan/szechuan hunan hubei henan hebei shandong/shantung shanxi shaanxi
yunnan guangxi guizhou gansu qinghai liaoning jilin/kirin heilongjiang hainan jiangxi anhui kowloon
xianggang taipei/taibei kaohsiung taichung tainan hsinchu penang kuching ipoh johor/johore sabah
sarawak jakarta/djakarta surabaya bandung medan aceh/atjeh sulawesi sumatra poso ambon makassar
papua manila/manille cebu davao mindanao sulu basilan jolo luzon quezon bangkok pattani/patani
phuket yangon/rangoon mandalay rakhine/arakan kachin phnom hanoi saigon haiphong danang vientiane
seoul busan/pusan incheon/inchon daegu/taegu daejeon/taejon gwangju/kwangju pyongyang/pyeongyang
chongjin/cheongjin nampo/nampho wonsan sinuiju hamhung rason/rajin kaesong tokyo/tokio osaka
yokohama nagoya kobe fukuoka sapporo kyoto/kioto hiroshima sendai okinawa
istanbul/stamboul/constantinople ankara izmir/smyrna bursa adana gaziantep diyarbakir mersin konya
trabzon antalya athens/athenian/athinai/athina/athenes/athen/atene/atenas/ateny/athinon
thessaloniki/salonica/saloniki/thessalonique/tessalonica/salonika piraeus/pireas crete
nicosia/lefkosia limassol/lemesos larnaca belgrade/beograd/beogradu/belgrad/belgrado
sarajevo/sarajewo/sarajevu zagreb/zagrebu/agram pristina/prishtina skopje/skoplje/skopska
tirana/tirane podgorica mostar tuzla zenica novisad ljubljana/ljubljani/laibach/lubiana
rijeka/rijeci vojvodina herzegovina/hercegovina sandzak sofia/sofija/sofiya/sofiyski plovdiv varna
bucharest/bucuresti/bucarest/bukarest constanta timisoara/temesvar cluj/kolozsvar/klausenburg
budapest/budapesti/budapeszt debrecen/debreceni prague/praha/prag/praze/praga/prazska/prazske
brno/brunn/bruenn/brne bratislava/pressburg/pozsony/bratislave
warsaw/warszawa/warschau/warszawski/warszawska/varsovie/varsovia/varshava
krakow/cracow/krakau/krakowski/krakowska/cracovie/cracovia gdansk/danzig/gdanski/gdanska
wroclaw/breslau/wroclawski/wroclawska poznan/posen/poznanski/poznanska lodz/lodzki/lodzka
vilnius/wilno/wilna/vilniaus kaunas/kowno/kauno riga/rigas tallinn/tallinna/reval
helsinki/helsingfors/helsingin stockholm/stockholms/estocolmo/stoccolma
goteborg/gothenburg/goteborgs malmo/malmoe oslo/christiania bergen
copenhagen/kobenhavn/kobenhavnske/kopenhagen/copenhague/copenaghen/kobenhavns aarhus/arhus
berlin/berliner/berlinois/berlino/berlim/berlijn hamburg/hamburger/hambourg/hamburgo/amburgo
munich/munchner/muenchner/munchen/muenchen/mnichov/monachium
cologne/koln/kolner/koelner/colonia/koeln frankfurt/frankfurter/francfort/francoforte
stuttgart/stuttgarter dusseldorf/duesseldorf dortmund leipzig/leipziger/lipsia bremen/bremer
dresden/dresdner/dresdener/dresde/drazdany hannover/hanover nuremberg/nurnberg/nuernberg/norimberga
bavaria/bayern aachen/aquisgrana bonn mannheim ulm
vienna/wien/wiener/viennese/viennois/viennoise/vienne/viena/wenen/becs/viden/wieden graz linz
salzburg/salzbourg zurich/zurcher/zuercher/zurichois/zuerich/zurigo
geneva/genevois/genevoise/genfer/geneve/genf/ginevra/ginebra basel/basler/balois/basle/basilea
lausanne/losanna lugano zug paris/parisian/parisien/parisienne/parigi/pariz/paryz
marseille/marseilles/marsella/marsiglia lyon/lyonnais/lyonnaise/lyons/lione
toulouse/toulousain/toulousaine/tolosa strasbourg/strassburg/estrasburgo/strasburgo
bordeaux/bordelais/bordelaise/burdeos lille nantes corsica/corse brittany/bretagne
brussels/bruxelles/brussel/bruselas antwerp/antwerpen/anvers/amberes ghent/gent/gand
liege/luik/luttich charleroi amsterdam/amsterdamse rotterdam/rotterdamse hague/haag/haye
utrecht/utrechtse eindhoven/eindhovense london/londres/londra/londyn/londen/londyne birmingham
manchester liverpool leeds glasgow edinburgh/edimbourg/edimburgo cardiff belfast dublin ulster
madrid barcelona/barcelones/barcelone seville/sevillana/sevilla/siviglia malaga bilbao
zaragoza/saragossa/saragosse catalonia/catalunya/cataluna ceuta melilla
lisbon/lisboa/lisbonne/lissabon/lisbona/lizbona porto/oporto rome/roma/rzym
milano/milan/milanese/mailand/milaan naples/napoli/napoletano/napoletana/neapel/napoles
turin/torinese/torino palermo/palermitano/palerme genoa/genovese/genova/genua
bologna/bolognese/bologne sicily/sicilia sardinia/sardegna calabria lagos kano abuja ibadan kaduna
maiduguri borno biafra accra kumasi dakar bamako timbuktu/tombouctou kidal conakry banjul abidjan
bouake ouagadougou niamey freetown monrovia cotonou lome douala yaounde libreville kinshasa
lubumbashi goma bukavu kivu katanga ituri brazzaville bangui ndjamena luanda cabinda maputo
mogadishu/muqdisho/mogadiscio hargeisa kismayo/kismaayo bosaso baidoa galkayo puntland jubaland
asmara mekelle ogaden/ogadenia oromia tigray amhara nairobi mombasa garissa kampala kigali bujumbura
dodoma zanzibar harare bulawayo lusaka windhoek gaborone pretoria johannesburg/joburg durban
antananarivo dubai/dubayy sharjah/shariqah ajman fujairah doha manama muscat/masqat sohar salalah
bogota medellin cali barranquilla cucuta antioquia caqueta putumayo arauca caracas maracaibo quito
guayaquil arequipa cusco/cuzco ayacucho havana/habana/havane managua tegucigalpa guadalajara
monterrey tijuana culiacan sinaloa jalisco michoacan tamaulipas veracruz chihuahua sonora oaxaca
chiapas guanajuato brasilia recife montevideo asuncion york chicago houston miami washington boston
philadelphia dallas detroit seattle atlanta toronto montreal vancouver ottawa quebec calgary sydney
melbourne brisbane perth auckland maghreb/maghrib/magrib sahel levant sahara palestine kurdistan
turkestan azawad africa/african/africano/africana/africain/africaine/afrikanische/afrique/afrika
europe/europa asia/asie venice/venetian/veneziana/venezia/venedig/venise/venecia
florence/florentine/fiorentina/firenze/florenz padua/padova/padoue mantua/mantova
trieste/triest/trst syracuse/siracusa livorno/leghorn pisa/pise pavia modena ferrara perugia brescia
bergamo verona/werona messina catania cagliari trento/trient bolzano/bozen udine salerno ancona
coimbra braga aveiro evora cordoba/cordova/cordoue granada/grenade
valencia/valenciana/valenciano/valence salamanca/salamanque cadiz murcia valladolid pamplona oviedo
alicante tarragona freiburg/freiburger/fribourg lucerne/luzern/lucerna neuchatel/neuenburg
bern/berne/berna winterthur konstanz trier/treves mainz/mayence/maguncia regensburg/ratisbon
braunschweig/brunswick gottingen/goettingen tubingen/tubinger/tuebingen wurzburg/wuerzburg jena
rostock erlangen heidelberg/heidelberger karlsruhe giessen marburg bielefeld bochum duisburg
wuppertal chemnitz magdeburg potsdam erfurt kassel saarbrucken/saarbruecken augsburg bayreuth
osnabruck/osnabrueck paderborn kiel innsbruck klagenfurt leoben leuven/louvain/lowen/lovaina namur
bruges/brugge mechelen/malines hasselt maastricht groningen leiden/leyden/leyde delft
nijmegen/nimwegen tilburg wageningen arnhem haarlem enschede dunkirk/dunkerque reims/rheims rennes
grenoble montpellier metz dijon besancon poitiers orleans rouen amiens limoges avignon perpignan
toulon oxford cambridge/cantabrigia sheffield nottingham leicester southampton coventry bradford
exeter aberdeen dundee limerick galway odense aalborg/alborg roskilde uppsala/upsala linkoping umea
orebro vasteras lulea trondheim stavanger tromso turku/turun tampere/tammerfors/tampereen
oulu/uleaborg/oulun espoo/esbo jyvaskyla/jyvaskylan kuopio reykjavik tartu/dorpat klaipeda/memel
gdynia szczecin/stettin lublin/lubelski torun bialystok katowice/kattowitz gliwice rzeszow opole
czestochowa bydgoszcz/bromberg ostrava/ostrave olomouc/olmutz plzen/pilsen liberec
kosice/kaschau/kassa/kosiciach zilina nitra szeged/szegedi pecs/pecsi miskolc/miskolci gyor
iasi/jassy brasov sibiu craiova burgas maribor/mariboru patras/patra ioannina heraklion/iraklion
eskisehir kayseri erzurum samsun petrozavodsk novgorod stellenbosch varanasi/benares vadodara/baroda
visakhapatnam/vizag kochi/cochin thiruvananthapuram/trivandrum mysore/mysuru nagpur indore bhopal
patna agra allahabad/prayagraj coimbatore madurai roorkee kharagpur guwahati winnipeg edmonton
halifax saskatoon pittsburgh cincinnati cleveland baltimore minneapolis milwaukee denver tucson
albuquerque memphis nashville sacramento oakland canberra newcastle wollongong hobart wellington
christchurch dunedin shantou/swatow zhangzhou quanzhou wuhu yangzhou zhenjiang nantong baotou
tangshan mianyang suwon ulsan cheongju jeonju nagasaki niigata kanazawa okayama kumamoto kagoshima
gifu chiba saitama toyama kawasaki shizuoka hamamatsu semarang yogyakarta/jogjakarta malang
surakarta palembang congo korea bosnia/bosna/bosnien/bosnie macedonia burkina casamance arabia saudi
bodoland mizoram khalistan britishcolumbia canterbury norwich warwick swansea aberystwyth
strathclyde loughborough paisley maynooth flint duluth chattanooga huntsville riverside merced
dearborn kalamazoo oshkosh lubbock arlington greensboro wilmington asheville omaha kearney
fairbanks anchorage hilo vegas carbondale edwardsville evansville peoria missoula bozeman
corvallis pullman tacoma bothell charlottesville camden binghamton pensacola shreveport waterloo
guelph lethbridge kelowna sherbrooke moncton fredericton sudbury ballarat townsville bendigo
toowoomba bathurst
"""
_WITHOUT_VOWELS = """
damascus/dmshq latakia/ladhqya/ladhqyt qamishli/qamshly baghdad/bghdad erbil/arbyl kirkuk/krkwk
karbala/krbla sulaymaniyah/slymanya/slymanyt tikrit/tkryt ramadi/rmady fallujah/flwja/flwjt
diyala/dyaly ninawa/nynwy beirut/byrwt/byyrwt nablus/nabls cairo/qahra/qahrt
alexandria/askndrya/askndryt mansoura/mnswra/mnswrt hodeidah/hdyda/hdydt hadramaut/hdrmwt
khartoum/khrtwm darfur/darfwr marrakesh/mraksh oran/whran sfax/sfaqs tripoli/trabls
benghazi/bnghazy misrata/msrata/msratt zintan/zntan tehran/thran mashhad/mshhd isfahan/asfhan
shiraz/shyraz tabriz/tbryz kerman/krman zahedan/zahdan bushehr/bwshhr khuzestan/khwzstan
kandahar/qndhar kunduz/qndwz helmand/hlmnd nangarhar/nngrhar paktia/pktya karachi/krachy
lahore/lahwr peshawar/pshawr manama/mnama/mnamt istanbul/astanbwl/astnbwl ankara/anqra/anqrt
moscow/mwskw jerusalem/yrwslym nicosia/nyqwsya
"""
"""Places as Arabic and Hebrew letters write them, in Latin letters: five or more, since shorter
words may be acronyms."""
PLACES: tuple[tuple[str, ...], ...] = tuple(
    tuple(spellings.split("/")) for spellings in _CITIES.split()
)
"""Spellings of each place, the usual one first."""
_BY_WORD = {
    word: spellings[0]
    for spellings in (*PLACES, *(text.split("/") for text in _WITHOUT_VOWELS.split()))
    for word in spellings
}


def city_name(word: str) -> str:
    """Return the usual spelling of the place that a word means; empty if it means none."""
    return _BY_WORD.get(word, "")
