"""Cities and provinces in names of groups, which tell branches apart, with their spellings.

Words are ASCII, as `folding.letters` gives them. Only places of one word are listed, and none that
is more often a person's name or a common word (Florence, Nice, Salt). Countries come from `rigour`.
The list is written by hand; a place that is missing is compared as any other word.
"""

from __future__ import annotations

_CITIES = """
damascus/dimashq/damas aleppo/halab/alep homs hama/hamah latakia/lattakia/lattaquie idlib/edlib
daraa raqqa/raqqah qamishli/qamishly deirezzor palmyra/tadmur manbij/membij jarabulus afrin
kobani/kobane baghdad/bagdad mosul/mawsil basra/basrah/bassora erbil/arbil/irbil kirkuk/karkuk
najaf karbala/kerbala sulaymaniyah/sulaimaniyah/slemani tikrit/takrit ramadi fallujah/falluja
samarra diyala anbar ninawa/nineveh dohuk/duhok baqubah/baquba beirut/bayrut/beyrouth sidon
baalbek/baalbak bekaa/biqa amman irbid zarqa aqaba gaza/ghazza/ghazzah hebron nablus/nabulus
ramallah jenin/janin jerusalem/quds haifa jaffa cairo/qahira/qahirah
alexandria/iskandariyah/iskandariya giza/gizah suez sinai/sina luxor mansoura/mansurah tanta
riyadh/riyad jeddah/jiddah/djeddah mecca/makkah madinah dammam taif khobar hijaz/hejaz sanaa
aden/adan taiz/taizz hodeidah/hudaydah/hodeida mukalla hadramaut/hadramawt shabwah/shabwa abyan
marib saada/sadah khartoum/khartum omdurman darfur kassala nyala kordofan casablanca rabat fez/fes
marrakesh/marrakech tangier/tanger meknes tetouan/tetuan oujda agadir algiers/alger oran/wahran
annaba setif blida tlemcen kabylie/kabylia tunis sfax sousse kairouan/qayrawan bizerte gabes
tripoli/tarabulus benghazi/banghazi/bengasi/bingazi misrata/misurata/misratah sirte/surt
derna/darnah/dernah sabha/sebha zuwara zawiya/zawiyah tobruk/tubruq ajdabiya zintan
cyrenaica/barqa fezzan tehran/teheran mashhad/meshed isfahan/esfahan shiraz/chiraz tabriz
ahvaz/ahwaz qom/ghom kerman zahedan urmia/orumiyeh bushehr/bushire arak natanz karaj
hamadan/hamedan khuzestan mazandaran gilan sistan hormozgan bandarabbas qeshm khorasan/khurasan
kabul/kaboul kandahar/qandahar herat jalalabad/djalalabad kunduz/konduz/qunduz ghazni
helmand/hilmand nangarhar paktia paktika kunar nuristan khost/khowst logar wardak badakhshan balkh
zabul uruzgan karachi lahore/lahor peshawar/peshawer quetta islamabad rawalpindi faisalabad multan
sialkot gujranwala waziristan balochistan/baluchistan sindh punjab bajaur chaman miramshah
mumbai/bombay delhi kolkata/calcutta chennai/madras bengaluru/bangalore hyderabad
ahmedabad/ahmadabad pune/poona jaipur lucknow kanpur surat kashmir/cachemire assam manipur
nagaland tripura gujarat bihar kerala srinagar dhaka/dacca chittagong/chattogram sylhet colombo
jaffna kathmandu thimphu moscow/moskva/moskau petersburg leningrad novosibirsk
yekaterinburg/ekaterinburg/sverdlovsk kazan/kasan rostov makhachkala grozny/groznyy
samara/kuybyshev vladivostok omsk chelyabinsk/tscheljabinsk ufa krasnoyarsk perm voronezh
volgograd/stalingrad krasnodar saratov tyumen tolyatti/togliatti izhevsk barnaul irkutsk
khabarovsk yaroslavl tomsk kemerovo novokuznetsk ryazan penza lipetsk tula kaliningrad/konigsberg
kursk murmansk arkhangelsk sochi nalchik chechnya/tchetchenie dagestan/daghestan ingushetia
tatarstan bashkortostan bashkiria kabardino siberia/sibir yakutsk norilsk sakhalin kamchatka
caucasus/kavkaz/kaukasus smolensk tver vologda kostroma belgorod bryansk orenburg ulyanovsk minsk
gomel/homel brest grodno/hrodna vitebsk/vitsebsk mogilev/mahilyow almaty/almata astana
shymkent/chimkent karaganda/qaraghandy aktobe tashkent/toshkent samarkand bukhara/buxoro fergana
andijan dushanbe khujand bishkek/frunze osh ashgabat/ashkhabad turkmenbashi kyiv/kiev/kijiw
kharkiv/kharkov odesa/odessa dnipro/dnepropetrovsk lviv/lvov/lemberg zaporizhzhia/zaporozhye
donetsk luhansk/lugansk mariupol kherson/cherson crimea/krym sevastopol/sebastopol simferopol
donbas/donbass mykolaiv/nikolaev poltava chernihiv/chernigov sumy zhytomyr/zhitomir
vinnytsia/vinnitsa rivne/rovno tbilisi/tiflis batumi/batum sukhumi/sokhumi tskhinvali
yerevan/erevan gyumri baku/bakou ganja nakhchivan chisinau/kishinev tiraspol
transnistria/pridnestrovie beijing/peking shanghai guangzhou/canton shenzhen fuzhou xiamen/amoy
tianjin/tientsin chengdu wenzhou wuhan nanjing/nanking hangzhou suzhou chongqing/chungking
dalian/dairen shenyang/mukden harbin qingdao/tsingtao jinan xian/sian changsha zhengzhou kunming
nanchang hefei taiyuan urumqi/urumchi lanzhou guiyang nanning haikou ningbo dongguan foshan zhuhai
wuxi changchun dandong yantai weihai lhasa xinjiang/sinkiang tibet guangdong/kwangtung
fujian/fukien zhejiang/chekiang jiangsu sichuan/szechuan hunan hubei henan hebei shandong/shantung
shanxi shaanxi yunnan guangxi guizhou gansu qinghai liaoning jilin heilongjiang hainan jiangxi
anhui kowloon xianggang taipei/taibei kaohsiung taichung tainan hsinchu penang kuching ipoh
johor/johore sabah sarawak jakarta/djakarta surabaya bandung medan aceh/atjeh sulawesi sumatra
poso ambon makassar papua manila cebu davao mindanao sulu basilan jolo luzon quezon bangkok
pattani/patani phuket yangon/rangoon mandalay rakhine/arakan kachin phnom hanoi saigon haiphong
danang vientiane seoul busan/pusan incheon/inchon daegu/taegu daejeon/taejon gwangju/kwangju
pyongyang/pyeongyang chongjin/cheongjin nampo/nampho wonsan sinuiju hamhung rason/rajin kaesong
tokyo/tokio osaka yokohama nagoya kobe fukuoka sapporo kyoto hiroshima sendai okinawa
istanbul/stamboul ankara izmir/smyrna bursa adana gaziantep diyarbakir mersin konya trabzon
antalya athens/athinai/athina thessaloniki/salonica/saloniki piraeus/pireas crete nicosia/lefkosia
limassol/lemesos larnaca belgrade/beograd sarajevo/sarajewo zagreb pristina/prishtina
skopje/skoplje tirana/tirane podgorica mostar tuzla zenica novisad ljubljana rijeka vojvodina
herzegovina/hercegovina sandzak sofia/sofija plovdiv varna bucharest/bucuresti constanta timisoara
cluj budapest debrecen prague/praha/prag brno bratislava warsaw/warszawa/warschau krakow/cracow
gdansk/danzig wroclaw/breslau poznan lodz vilnius kaunas riga tallinn helsinki stockholm
goteborg/gothenburg malmo oslo bergen copenhagen/kobenhavn aarhus berlin hamburg
munich/munchen/muenchen cologne/koln/koeln frankfurt stuttgart dusseldorf/duesseldorf dortmund
leipzig bremen dresden hannover/hanover nuremberg/nurnberg bavaria/bayern aachen bonn mannheim ulm
vienna/wien graz linz salzburg zurich/zuerich geneva/geneve/genf basel/basle lausanne lugano zug
paris marseille/marseilles lyon/lyons toulouse strasbourg bordeaux lille nantes corsica/corse
brittany/bretagne brussels/bruxelles/brussel antwerp/antwerpen/anvers ghent/gent liege charleroi
amsterdam rotterdam hague/haag utrecht eindhoven london/londres birmingham manchester liverpool
leeds glasgow edinburgh cardiff belfast dublin ulster madrid barcelona seville/sevilla malaga
bilbao zaragoza catalonia/catalunya/cataluna ceuta melilla lisbon/lisboa porto rome/roma milano
naples/napoli turin/torino palermo genoa/genova bologna sicily/sicilia sardinia/sardegna calabria
lagos kano abuja ibadan kaduna maiduguri borno biafra accra kumasi dakar bamako
timbuktu/tombouctou kidal conakry banjul abidjan bouake ouagadougou niamey freetown monrovia
cotonou lome douala yaounde libreville kinshasa lubumbashi goma bukavu kivu katanga ituri
brazzaville bangui ndjamena luanda cabinda maputo mogadishu/muqdisho/mogadiscio hargeisa
kismayo/kismaayo bosaso baidoa galkayo puntland jubaland asmara mekelle ogaden/ogadenia oromia
tigray amhara nairobi mombasa garissa kampala kigali bujumbura dodoma zanzibar harare bulawayo
lusaka windhoek gaborone pretoria johannesburg durban antananarivo dubai/dubayy sharjah/shariqah
ajman fujairah doha manama muscat/masqat sohar salalah bogota medellin cali barranquilla cucuta
antioquia caqueta putumayo arauca caracas maracaibo quito guayaquil arequipa cusco/cuzco ayacucho
havana/habana managua tegucigalpa guadalajara monterrey tijuana culiacan sinaloa jalisco michoacan
tamaulipas veracruz chihuahua sonora oaxaca chiapas guanajuato brasilia recife montevideo asuncion
york chicago houston miami washington boston philadelphia dallas detroit seattle atlanta toronto
montreal vancouver ottawa quebec calgary sydney melbourne brisbane perth auckland
maghreb/maghrib/magrib sahel levant sahara palestine kurdistan turkestan azawad
africa/afrique/afrika europe/europa asia/asie congo korea bosnia macedonia burkina casamance
arabia saudi bodoland mizoram khalistan
"""
PLACES: tuple[tuple[str, ...], ...] = tuple(
    tuple(spellings.split("/")) for spellings in _CITIES.split()
)
"""Spellings of each place, the usual one first."""
_BY_WORD = {word: spellings[0] for spellings in PLACES for word in spellings}


def city_name(word: str) -> str:
    """Return the usual spelling of the place that a word means; empty if it means none."""
    return _BY_WORD.get(word, "")
