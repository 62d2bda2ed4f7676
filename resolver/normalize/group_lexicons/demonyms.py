"""Names of peoples and countries in other forms, with the English name of the country or region.

Words are ASCII, as `folding.letters` gives them: adjectives in English, French, Spanish,
Portuguese, Italian and German, romanized Arabic and Persian ones, and names of countries in these
languages. Peoples without a state have the name of their region. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

DEMONYMS = parse_groups(
    """
afghanistan: afghan afghane afgano afgana afghanisch afghanische afgani afghani
albania: albanian albanais albanaise albanes albanese albanisch albanische shqiptare shqiperise
algeria: algerian algerien algerienne argelino argelina algerino algerina algerie argelia jazairiya
angola: angolan angolais angolaise angolano angolana angolanisch angolanische
arabia: arab arabs arabian arabe arabes arabo araba arabi arabiya arabiyya arabisch arabische
arakan: arakanese rakhine
argentina: argentine argentino argentinian argentin
armenia: armenian armenien armenienne armenio armeno armenisch armenische armenie haykakan
assam: assamese asom
azawad: azaouad
azerbaijan: azerbaijani azeri azerbaidjan azerbaidjanais azerbaycan
bahrain: bahraini bahreini bahrayn
balochistan: baloch baluch balochi baluchi beluchistan baluchistan
bangladesh: bangladeshi bangla
belarus: belarusian belarussian belarusse belorussian belorusskaya
benin: beninese beninois
bolivia: bolivian boliviano boliviana bolivien
bosnia: bosnian bosnien bosniaque bosnio bosanska bosanski bosne
brazil: brazilian brasil brasileiro brasileira bresilien bresilienne bresil
bulgaria: bulgarian bulgare bulgaro bulgarska
burkina: burkinabe
burma: burmese birman birmane birmanie birmania
burundi: burundian burundais burundaise
cambodia: cambodian cambodge khmer kampuchea kampuchean cambodgien
cameroon: cameroonian cameroun camerounais camerounaise kamerun
casamance: casamancais
centrafrique: centrafricain centrafricaine
chad: chadian tchad tchadien tchadienne tschad
chechnya: chechen chechens tchetchenie tchetchene ichkeria
chile: chilean chileno chilena chilien
china: chinese chinois chinoise chino cinese chinesisch chinesische chine kitai
colombia: colombian colombiano colombiana colombianos colombien colombienne kolumbien colombie
congo: congolese congolais congolaise congoleno congoleses kongo congoles
croatia: croatian croate croata kroatien hrvatska hrvatski hrvatske
cuba: cuban cubano cubana cubain
cyprus: cypriot chypriote chypre chipre zypern kibris kypriaki
djibouti: djiboutian djiboutien djiboutienne
dominica: dominican dominicano
ecuador: ecuadorian ecuatoriano ecuadorean equatorien
egypt: egyptian egyptien egyptienne egypte egipto egipcio egitto agypten misr misri misriyya
eritrea: eritrean erythree erythreen erythreenne eritreo eritreisch
ethiopia: ethiopian ethiopie ethiopien ethiopienne etiope etiopia athiopien
europe: european europeen europeo europaisch europa europeenne europea europaische europees
france: french francais francaise frances francese franzosisch francia
gambia: gambian gambie gambien
georgia: georgian georgien georgienne georgiano gruzinskaya sakartvelo
germany: german deutsch deutsche deutschland allemand allemande aleman tedesco allemagne alemania
ghana: ghanaian ghaneen
greece: greek grec grecque griego greco griechisch griechenland grece grecia hellenic elliniki
guatemala: guatemalan guatemalteco guatemalteca guatemalteque
guinea: guinean guinee guineen guineenne guineense
haiti: haitian haitien haitienne haitiano
honduras: honduran hondureno hondurena
hungary: hungarian hongrois hongrie hungria magyar ungarn
india: indian indien indienne inde indio indisch hindustan bharat bharatiya
indonesia: indonesian indonesien indonesisch indonesie
ingushetia: ingush
iran: iranian iranien iranienne irani iraniyan persian
iraq: iraqi irak irakien irakienne iraquiano iraqiya iraqiyya irakische
ireland: irish irlandais irlandaise irlande irlanda irlandes eire
israel: israeli israelien israelienne
italy: italian italien italienne italiano italiana italie italia
ivory coast: ivoirien ivoirienne ivorian
japan: japanese japonais japonaise japon japanisch giapponese nippon
jordan: jordanian jordanie jordanien urdun urduni
kashmir: kashmiri cachemire
kazakhstan: kazakh kazakhs kazak
kenya: kenyan kenian
korea: korean coreen coreenne coreano coree corea koreanisch
kosovo: kosovar kosova kosoves kosovska
kurdistan: kurd kurds kurdish kurde kurdes kurdo kurdi kurdisch kurdische kurdistane
kuwait: kuwaiti koweit koweitien
kyrgyzstan: kyrgyz kirghiz
laos: lao laotian laotien
lebanon: lebanese libanais libanaise libanes liban libano libanesisch lubnan lubnani lubnaniyya
levant: sham
liberia: liberian liberien liberienne
libya: libyan libye libyen libyenne libio libico libysch libia libi libiya
macedonia: macedonian macedonien makedonska makedonien
malaysia: malaysian malay malais melayu malaisien
mali: malian malien malienne
mauritania: mauritanian mauritanie mauritanien mauritanienne
mexico: mexican mexicano mexicana mexicain mexique mexikanisch
moldova: moldovan moldavian moldavie
morocco: moroccan maroc marocain marocaine marruecos marroqui marokko maghribi
mozambique: mozambican mocambique mozambicain mozambiqueno mocambicana
myanmar: myanma
nagaland: naga nagas
nepal: nepalese nepali
netherlands: dutch niederlandisch nederlandse neerlandais holandes holland nederland netherland
netherlands: nederlanden niederlande holandesa holandeses hollandais hollandaise hollandse nl
netherlands: hollandisch olandese olanda
nicaragua: nicaraguan nicaraguense
niger: nigerien nigerienne
nigeria: nigerian nigerians
ogaden: ogadeni
oromia: oromo
pakistan: pakistani pakistanais pakistanaise
palestine: palestinian palestinians palestinien palestinienne palestino palestina filastin filistin
palestine: filastini filastiniya filastiniyya palastinensisch palastinensische palestinese
peru: peruvian peruano peruana peruvien perou
philippines: philippine filipino pilipinas filipina philippin
poland: polish polonais polonaise polska polski polaco polen
portugal: portuguese portugais portugaise portugues
punjab: punjabi panjab panjabi pendjab
qatar: qatari
romania: romanian roumain roumaine rumano rumania roumanie
russia: russian russe ruso rusa russo russa russie rusia russland russisch russkaya russkiy
russia: rossiya rossiyskaya rossii
rwanda: rwandan rwandais rwandaise ruandes ruanda
sahara: saharan sahraoui saharawi sahrawi saharaui
saudi: saoudien saoudite saudita saudiya saudiyya
senegal: senegalese senegalais senegalaise
serbia: serbian serb serbe serbio serbisch srpska srpski srbije srbija serbie
sicily: sicilian siciliana
sierra leone: sierraleonais leonean
sikkim: sikkimese
somalia: somali somalian somalis somalie somalien somalienne soomaaliya soomaaliyeed somalo
somaliland: somalilander
spain: spanish espagnol espagnole espanol espanola spagnolo espagne espana
sudan: sudanese soudan soudanais soudanaise sudanes sudani sudaniya sudaniyya
sweden: swedish suedois suede sueco svenska
switzerland: swiss suisse suiza schweiz svizzera
syria: syrian syrie syrien syrienne sirio siria syrisch syrische suriya suriyya suri siriano
tajikistan: tajik tadjikistan tadjik
tamil: tamils tamoul tamilisch
tanzania: tanzanian tanzanie tanzanien
thailand: thai thailandais
tigray: tigrayan tigrean tigrinya
togo: togolese togolais togolaise
tripura: tripuri
tunisia: tunisian tunisie tunisien tunisienne tunez tunecino tunisino
turkey: turkish turc turque turco turca turkisch turkische turkiye turquie turquia turkei turk
turkestan: turkistan turkestani
turkmenistan: turkmen turkmene
uganda: ugandan ougandais ouganda
ukraine: ukrainian ukrainien ukrainienne ucraniano ucraina ucrania ukraina ukrainska ukrayinska
united kingdom: british britannique
uzbekistan: uzbek ouzbek ouzbekistan
venezuela: venezuelan venezolano venezolana venezuelien
vietnam: vietnamese vietnamien vietnamita
yemen: yemeni yemenite yamani yamaniyya yaman
yugoslavia: yugoslav jugoslavija jugoslovenska yougoslavie
zaire: zairean zairois
abkhazia: abkhaz abkhazian abkhaze apsny
armenia: hayastani
basque: euskadi euskal vasco vasca
bodoland: bodo bodos
burundi: abarundi murundi
corsica: corsu corsican
cyprus: kiprion kyprion kypriakos
estonia: estonian eesti
ethiopia: ityopya yeityopya etiopya
greece: ellados ellinikos ellinikis elladas
kurdistan: kurid kordestan kurdestan
latvia: latvian latvijas
lithuania: lithuanian lituanie lietuvos
madagascar: malagasy malgache malagsy
mizoram: mizo mizos
ogaden: ogaadeeniya ogaadeen
oromia: oromoo
ossetia: ossetian ossete osetiya
serbia: srpske
zambia: zambian zambien
zimbabwe: zimbabwean
norway: norwegian norwegians norges norsk norske norskt norvegien norvegienne norvegese noruego
norway: noruega norwegisch norwegische norwegen norvege norge noregs
denmark: danish danmarks dansk danske danskt danois danoise danes danesa danese danisch danische
denmark: daenische danemark danmark
sweden: sveriges svensk svenskt suedoise sueca svedese schwedisch schwedische schweden sverige
finland: finnish suomen suomalainen finska finlands finlandais finlandaise finlandes finlandese
finland: finnisch finnische finnland finlande suomi
iceland: icelandic islenska islenskra islandais islandsk islandisch
poland: polskie polskiego polskiej polaca polacco polacca polnisch polnische pologne polonia
czechia: czech ceska ceske cesky ceskeho tcheque checo checa tschechisch tschechische tschechien
slovakia: slovak slovaque slovensko slowakisch slowakische slowakei
slovenia: slovenian slovene slovenije slovenski slowenisch slowenische slowenien
belgium: belgian belge belges belga belgisch belgische belgique belgie belgien
austria: austrian osterreichische osterreichischer osterreichisches osterreich oesterreichische
austria: oesterreichischer oesterreich autrichien autrichienne austriaco austriaca autriche
switzerland: schweizerische schweizerischer schweizerisches suizo zwitserse zwitserland helvetic
switzerland: helvetique
canada: canadian canadien canadienne canadiense canadese kanadisch kanadische
australia: australian australien australienne australiano australisch australische
portugal: portuguesa portoghese portugiesisch portugiesische
ukraine: ukrainskyi ukrayinskyi ukrainskiy ukrainisch ukrainische
bulgaria: balgarska bulgarski bulgarisch bulgarische bulgarien bulgarie
estonia: estonien estnisch estnische estland
latvia: latviesu lettonie lettisch lettische lettland
lithuania: lituanien litauisch litauische litauen
croatia: kroatisch kroatische
serbia: serbische serbien
romania: romane rumana rumanisch rumanische rumanien
luxembourg: luxembourgish luxembourgeois luxembourgeoise luxemburgisch
"""
)
"""Form of a country's name or people → English name."""
FOREIGN_DEMONYMS = parse_groups(
    """
afghanistan: افغانستان أفغانستان افغان افغاني
algeria: جزائر جزائري جزائرية
arab: عربي عربية
bahrain: بحرين بحريني
egypt: مصر مصري مصرية
iran: ايران ایران ايراني ایرانی إيران
iraq: عراق عراقي عراقية
jordan: أردن أردني
kurdistan: كردستان کردستان كردي كردية
kuwait: كويت كويتي
lebanon: لبنان لبناني لبنانية
libya: ليبيا ليبي ليبية
mali: مالي
morocco: مغرب مغربي مغربية
pakistan: باكستان پاکستان پاکستاني
palestine: فلسطين فلسطيني فلسطينية
qatar: قطر قطري
sahara: صحراء صحراوي صحراوية
saudi: سعودي سعودية
somalia: صومال صومالي صومالية
sudan: سودان سوداني سودانية
syria: سوريا سورية سوري
tunisia: تونس تونسي تونسية
turkey: تركيا تركي تركية ترکیه
yemen: يمن يمني يمنية
israel: ישראל
palestine: פלסטין
"""
)
"""Names of countries and peoples in scripts without short vowels → English name."""
