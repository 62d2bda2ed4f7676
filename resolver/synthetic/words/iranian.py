"""Persian, Dari and Pashto names in phonemic letters (see `letters.abjad`).

Customary Latin spellings follow a colon.
"""

from resolver.synthetic.words import parse_pairs

PERSIAN_MALE = """
moHammad:Mohammad,Mohamad,Mohammad,Muhammad calI:Ali,Aly,Ali,Ali
Hoseyn:Hossein,Hossein,Hosein,Husain Hasan:Hassan,Hassan,Hasan,Hasan reDA:Reza,Reza,Riza,Reza
mehdI:Mehdi,Mehdi,Mahdi,Mehdy amIr:Amir,Amir,Ameer,Amir ccabbAs
moSTafA:Mostafa,Mostafa,Mostafa,Mustafa HamId:Hamid,Hamid,Hameed,Hamid sacId:Saeed,Said,Saeid,Said
majId:Majid,Madjid,Majeed,Majid mascUd:Masoud,Massoud,Masood,Masud
moHsen:Mohsen,Mohsen,Mohsen,Muhsin jawAd:Javad,Djavad,Javad,Jawad aHmad akbar
aSgar:Asghar,Asghar,Asgar,Asghar behrUz:Behrouz,Behrouz,Behrooz,Bihruz behnAm bahrAm bAbak
bIjan:Bijan,Bijan,Bizhan,Bejan dAryU$:Dariush,Darioush,Daryoush,Dariyush
dAwUd:Davoud,Davoud,Davood,Dawud ebrAhIm:Ebrahim,Ebrahim,Ibrahim,Ebraheem
esmAcIl:Esmail,Esmail,Esmaeil,Ismail farhAd farAmarz fereydUn:Fereydoun,Feridoun,Fereidoon,Faridun
farzAd golAm:Gholam,Gholam,Golam,Ghulam HabIb hAdI hU$anG:Houshang,Houchang,Hooshang,Hushang
hormoz jam$Id jahAnGIr kAmrAn kAwe:Kaveh,Kaveh,Kave,Kawa karIm kiyAn:Kian,Kian,Kiyan,Keyan
kUro$:Kourosh,Kouroch,Koroush,Kurush maHmUd:Mahmoud,Mahmoud,Mahmood,Mahmud
manUCehr:Manouchehr,Manoutchehr,Manoochehr,Manuchehr mAziyAr
morteDA:Morteza,Morteza,Mortaza,Murtaza mUsA:Mousa,Moussa,Musa,Mosa nAder nASer
omId:Omid,Omid,Omeed,Umid parwIz:Parviz,Parviz,Parveez,Parwiz peymAn:Peyman,Peiman,Payman,Peyman
pUyA qAsem:Ghasem,Ghassem,Qasem,Qasim raHmAn rAmIn rostam sAmAn sohrAb
sIyAwa$:Siavash,Siavach,Siyavash,Siawash SAdeq:Sadegh,Sadegh,Sadeq,Sadiq $AhIn $ahrAm
$Ahrox:Shahrokh,Chahrokh,Shahrukh,Shahrox TAher yacqUb:Yaghoub,Yaghoub,Yaqoob,Yaqub
yUsof:Yousef,Youssef,Yousof,Yusuf zakariyA
"""
PERSIAN_FEMALE = """
fATeme:Fatemeh,Fatemeh,Fatima,Fateme zahrA maryam zeynab:Zeinab,Zeinab,Zaynab,Zeynab
narGes:Narges,Narguess,Nargess,Nargis macSUme:Masoumeh,Massoumeh,Masumeh,Masuma
leylA:Leila,Leila,Leyla,Layla sArA somayye:Somayeh,Somayeh,Sumayeh,Somaya nasrIn
parwIn:Parvin,Parvine,Parveen,Parwin SedIqe:Sedigheh,Sedigheh,Seddigheh,Siddiqa
$ahrbAnU:Shahrbanou,Chahrbanou,Shahrbanoo,Shahrbanu mInA mItrA mahnAz nAhId
nIlUfar:Niloufar,Niloufar,Niloofar,Nilufar peGAh roqayye:Roghayeh,Roghayeh,Roqayeh,Ruqayya
$IrIn:Shirin,Chirine,Shireen,Shirin $ahlA sepIde:Sepideh,Sepideh,Sepeedeh,Sapida samIrA vorayyA
TAhere:Tahereh,Tahereh,Tahere,Tahira zIbA elAhe:Elaheh,Elaheh,Elahe,Ilaha
farzAne:Farzaneh,Farzaneh,Farzane,Farzana fere$te:Fereshteh,Ferechteh,Freshteh,Firishta GolnAr
hAnIye:Hanieh,Hanieh,Haniyeh,Haniya homA kobrA manIJe:Manijeh,Manijeh,Manizheh,Manija
"""
# Family names: a stem with an ending, or a place with -i.
PERSIAN_FAMILY_STEMS = """
aHmad akbar calI amIn asad Hasan Hoseyn karIm moHammad naSr nUr rajab ramaDAn reDA SAleH sacId
Safar $Ah TAher yUsof zArec cabbAs bahrAm dAwUd farhAd fattAH gaffAr HabIb hA$em ibrAhIm jacfar
jalAl jamAl kAZem mahdI maHmUd malek manSUr mIr morteDA mUsA nacmat nAZem nowrUz qAsem qorbAn
raHIm raHmAn rostam SAdeq salIm Samad solTAn $arIf
"""
PERSIAN_FAMILY_ENDS = ("I", "I", "I", "zAde", "pUr", "nejAd", "yAn", "far", "fard")
PERSIAN_FAMILY_PLACES = """
tehrAnI eSfahAnI $IrAzI tabrIzI ma$hadI qazwInI kermAnI ahwAzI hamadAnI yazdI zanjAnI qomI kA$AnI
GIlAnI mAzandarAnI xorAsAnI lArI rafsanjAnI GarmsArI semnAnI nI$AbUrI sabzewArI ardebIlI orUmI
sanandajI kermAn$AhI borUjerdI bU$ehrI dezfUlI lorestAnI tafre$I xAnsArI
nA'InI:Naini,Naini,Naeini,Naini sIrjAnI bIrjandI
"""

AFGHAN_MALE = """
moHammad:Mohammad,Mohammad,Muhammad,Mohammed aHmad ZAher:Zaher,Zaher,Zahir,Zaher
Gol_AqA:Gul_Agha,Goul_Agha,Gol_Agha,Gulagha
jAn_moHammad:Jan_Mohammad,Djan_Mohammad,Jan_Muhammad,Janmohammad
nUr_aHmad:Noor_Ahmad,Nour_Ahmad,Nur_Ahmad,Noorahmad
fayD_moHammad:Faiz_Mohammad,Faiz_Mohammad,Fayz_Muhammad,Faizmohammad
cabd_al-lah:Abdullah,Abdoullah,Abdollah,Abdulah
cabd_al-raHmAn:Abdul_Rahman,Abdoul_Rahman,Abdur_Rahman,Abdulrahman
cabd_al-qayyUm:Abdul_Qayyum,Abdoul_Qayoum,Abdul_Qayum,Abdulqayoom
cabd_al-gafUr:Abdul_Ghafoor,Abdoul_Ghafour,Abdul_Ghafur,Abdulghafoor
cabd_al-ganI:Abdul_Ghani,Abdoul_Ghani,Abdul_Ghani,Abdulghani
cabd_al-HamId:Abdul_Hamid,Abdoul_Hamid,Abdul_Hameed,Abdulhamid
cabd_al-SabUr:Abdul_Saboor,Abdoul_Sabour,Abdul_Sabur,Abdulsaboor
HabIb_allAh:Habibullah,Habiboullah,Habib_Ullah,Habibollah
HamId_allAh:Hamidullah,Hamidoullah,Hamid_Ullah,Hamedullah
nacIm_allAh:Naimullah,Naimoullah,Naeem_Ullah,Nayeemullah
raHmat_allAh:Rahmatullah,Rahmatoullah,Rahmat_Ullah,Rahmatollah
SafI_allAh:Safiullah,Safioullah,Safi_Ullah,Safiollah
$afIq_allAh:Shafiqullah,Chafiqoullah,Shafiq_Ullah,Shafiqollah
xalIl_allAh:Khalilullah,Khaliloullah,Khalil_Ullah,Khalilollah
PabIH_allAh:Zabihullah,Zabihoullah,Zabih_Ullah,Zabihollah
amIn_allAh:Aminullah,Aminoullah,Amin_Ullah,Aminollah
asad_allAh:Asadullah,Assadoullah,Asad_Ullah,Asadollah
najIb_allAh:Najibullah,Nadjiboullah,Najib_Ullah,Najibollah
Hekmat_Gol:Hekmat_Gul,Hikmat_Goul,Hikmat_Gol,Hekmatgul
$Ir_moHammad:Sher_Mohammad,Cher_Mohammad,Shir_Mohammad,Shermohammad
tor_Gol:Tor_Gul,Tor_Goul,Toor_Gul,Torgul wazIr_Gol:Wazir_Gul,Vazir_Goul,Wazeer_Gul,Wazirgul
mIrwAys:Mirwais,Mirwais,Mirways,Merwais nAdir:Nader,Nader,Nadir,Nadere
parwIz:Parwiz,Parviz,Parwez,Parvez qAdir:Qader,Kader,Qadir,Qadeer rafIc:Rafi,Rafi,Rafee,Rafih
sayyid_aHmad:Sayed_Ahmad,Sayed_Ahmad,Sayyid_Ahmad,Said_Ahmad
yAr_moHammad:Yar_Mohammad,Yar_Mohammad,Yar_Muhammad,Yarmohammad
"""
AFGHAN_FEMALE = """
fATima:Fatima,Fatima,Fatema,Fatimah zahrA maryam bIbI_Gol:Bibi_Gul,Bibi_Goul,Bibi_Gol,Bibigul
Gol_jAn:Gul_Jan,Goul_Djan,Gol_Jan,Guljan $IrIn_Gol:Shirin_Gul,Chirin_Goul,Shireen_Gul,Shiringul
laylA:Laila,Leila,Layla,Leyla nazIfa nUriya:Nooria,Nouria,Nuria,Nooriya
parwIn:Parwin,Parvine,Parveen,Parween raHImA sakIna $akIla
$ukriya:Shukria,Choukria,Shokria,Shukriya suhaylA:Suhaila,Souhaila,Soheila,Suhayla TAhira zarmIna
zarGUna:Zarghuna,Zarghouna,Zarghoona,Zargona zubayda:Zubaida,Zoubaida,Zobaida,Zubeda
"""
AFGHAN_FAMILY = """
aHmadI:Ahmadi raHImI:Rahimi HeydarI:Haidari,Heidari,Haydari,Hidari karImI:Karimi
nUrI:Noori,Nouri,Nuri,Noory HoseynI:Hussaini,Hosseini,Husaini,Hussainy
reDAyI:Rezai,Rezai,Rezaie,Rezayee moHammadI:Mohammadi,Mohammadi,Muhammadi,Mohammady
SafI:Safi,Safi,Saafi,Safy stAnekzay:Stanekzai,Stanekzai,Stanikzai,Stanekzay
yUsofzay:Yousafzai,Youssoufzai,Yusufzai,Yousofzai popalzay:Popalzai,Popalzai,Popolzai,Popalzay
bArakzay:Barakzai,Barakzai,Barekzai,Barakzay alokozay:Alokozai,Alokozai,Alekozai,Alokozay
Haqpal:Haqpal,Hakpal,Haqpal,Haqbal hotak:Hotak,Hotak,Hottak,Hotaq
wardak:Wardak,Vardak,Wardag,Wardaq sahAk:Sahak,Sahak,Sahaak,Sahaq
zadrAn:Zadran,Zadran,Zadraan,Zadran manGal:Mangal,Mangal,Mangel,Mangal
$inwArI:Shinwari,Chinwari,Shenwari,Shinvari xogyAnI:Khogyani,Khogyani,Khugiani,Khogiani
afrIdI:Afridi,Afridi,Afreedi,Apridi
sulaymAnxel:Sulaimankhel,Soulaimankhel,Suleimankhel,Sulaiman_Khel
andarAbI:Andarabi,Andarabi,Anderabi,Andarabi panj$IrI:Panjshiri,Pandjchiri,Panjsheri,Panjshiry
herAtI:Herati,Herati,Hirati,Heraty qandahArI:Qandahari,Kandahari,Kandahari,Qandahary
kAbulI:Kabuli,Kabouli,Kabuly,Kabli badax$I:Badakhshi hazAra:Hazara,Hazara,Hazareh,Hazara
rasUlI:Rasuli,Rassouli,Rasooli,Rasouly solTAnI:Sultani,Soultani,Soltani,Sultany
naZarI:Nazari,Nazari,Nazary,Nazari
"""
NICKNAMES = parse_pairs("""
Mohammad:Mamad Abdul_Rahman:Rahman Ebrahim:Ebi Fatemeh:Fati Morteza:Morti Siavash:Siya
Mostafa:Mosi Abdul_Ghani:Ghani Masoumeh:Masi Habibullah:Habib Najibullah:Najib Hossein:Hosi
""")
TITLES_MALE = "Haji Dr. Eng. Sayed Mr. Mullah"
TITLES_FEMALE = "Dr. Mrs. Ms."
