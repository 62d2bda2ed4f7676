"""Pakistani names in phonemic letters (see `letters.abjad`); frequent Indian names.

Customary Latin spellings follow a colon.
"""

from resolver.synthetic.words import parse_pairs

PAKISTANI_MALE = """
muHammad:Muhammad,Mohammad,Mohammed,Muhamad calI:Ali,Aly,Ali,Ali aHmad:Ahmed,Ahmad,Ahmed,Ahmad
imrAn:Imran,Imran,Emran,Imraan cuvmAn:Usman,Osman,Uthman,Usmaan bilAl
Hasan:Hassan,Hasan,Hassan,Hasan Husayn:Hussain,Hussein,Husain,Hosain cumar:Umar,Omar,Umer,Omer
TAriq:Tariq,Tareq,Tarik,Tariq sajjAd:Sajjad,Sajad,Sajjad,Sajad asad cadnAn
faySal:Faisal,Faysal,Feisal,Faisal kA$if kAmrAn xurram:Khurram,Khuram,Khurram,Khoram nadIm
nacIm:Naeem,Naim,Nayeem,Naeem nawAz parwIz:Pervez,Parvez,Pervaiz,Parwez qAsim rafIq ra$Id
riyAD:Riaz,Riyaz,Reyaz,Riaz sacId:Saeed,Said,Sayeed,Saeed salmAn
$Ahid:Shahid,Shahed,Shaheed,Shahid $akIl $abbIr:Shabbir,Shabir,Shabeer,Shabbir TAhir wasIm yAsir
zAhid zubayr:Zubair,Zubayr,Zubir,Zobair zulfiqAr:Zulfiqar,Zulfikar,Zulfeqar,Zulfiquar cAbid
cAmir:Aamir,Amir,Amer,Aamer arsalAn cAqib fahd:Fahad,Fahd,Fahed,Fahad
gulAm:Ghulam,Gulam,Ghulaam,Golam HAmid iftixAr:Iftikhar,Iftekhar,Eftikhar,Iftikar
icjAz:Ijaz,Ejaz,Aijaz,Ijaz iqbAl jAwId:Javed,Jawed,Javaid,Jawaid xAlid manSUr
mascUd:Masood,Masud,Masoud,Masood mu$tAq:Mushtaq,Mushtak,Moshtaq,Mushtaque munIr
"""
PAKISTANI_FEMALE = """
fATima cA'i$a:Ayesha,Aisha,Aysha,Ayisha maryam:Mariam,Maryam,Maryum,Mariyam
zaynab:Zainab,Zaynab,Zenab,Zainab sacdiya:Sadia,Saadia,Sadiya,Sadia nAdiya rubIna
SA'ima:Saima,Sayma,Saima,Saimah $abnam $Aziya:Shazia,Shaziya,Shazia,Sazia
sumayra:Sumaira,Sumera,Sumayra,Sumaira tahmIna cuZmA:Uzma,Ozma,Uzma,Uzmah yAsmIn
zubayda:Zubaida,Zubeda,Zobeda,Zubaida bu$rA farHat firdaws:Firdous,Firdaus,Ferdous,Firdows gazAla
HamIda hinA humA ilhAm kawvar:Kausar,Kauser,Kawsar,Kousar nasrIn najma:Najma,Nazma,Najmah,Najma
nUrIn:Noreen,Nooreen,Naureen,Noreen parwIn:Parveen,Perveen,Parvin,Parwin
raDiyya:Razia,Raziya,Rozia,Razia rAHIla
"""
PAKISTANI_FAMILY = """
xAn:Khan aHmad:Ahmed,Ahmad,Ahmed,Ahmad calI:Ali Husayn:Hussain,Hussein,Husain,Hosain malik iqbAl
butt CawdharI:Chaudhry,Choudhary,Chaudhary,Chowdhury $Ah:Shah $ayx:Sheikh,Shaikh,Shaykh,Sheik
qure$I:Qureshi,Quraishi,Qureishi,Koreshi anSArI:Ansari cabbAsI:Abbasi
buxArI:Bukhari,Bokhari,Bukhary,Bukhari mirzA SiddIqI:Siddiqui,Siddiqi,Sidiqi,Siddiqui
hA$mI:Hashmi,Hashimi,Hashmy,Hashmi GIlAnI:Gilani,Gillani,Jilani,Geelani
naqwI:Naqvi,Naqwi,Nakvi,Naqvi riDwI:Rizvi,Razvi,Rizwi,Rizvi zaydI:Zaidi,Zaydi,Zaidy,Zaidi
kAZmI:Kazmi,Kazimi,Qazmi,Kazmi jAwId:Javed,Jawed,Javaid,Jawaid
maHmUd:Mehmood,Mahmood,Mahmud,Mehmud raHmAn:Rehman,Rahman,Rehmaan,Rahmaan a$raf aslam akram anwar
bhaTTI:Bhatti,Bhatty,Bhati,Bhatti rAjput rAjA acwAn:Awan,Awan,Awaan,Awan jaTT:Jatt,Jat,Jatt,Jutt
lagArI:Leghari,Laghari,Legari,Lagari balUC:Baloch,Baluch,Balouch,Balooch durrAnI afrIdI
xaTTak:Khattak,Khatak,Khattak,Khataq yUsufzay:Yousafzai,Yusufzai,Yousufzai,Yosafzai menGal
sUmro:Soomro,Sumro,Soomro,Somroo
"""
INDIAN_FIRST_MALE = """
राजेश अमित सुरेश रमेश विजय अजय संजय मनोज राहुल अनिल सुनील राकेश दिनेश महेश अशोक विनोद प्रकाश मोहन
रवि दीपक:Deepak,Dipak,Deepak,Dipak
"""
INDIAN_FIRST_FEMALE = (
    "सुनीता अनीता गीता सीता प्रिया पूजा नेहा रेखा मीना कविता सरिता लक्ष्मी ममता आशा उषा रीना"
)
INDIAN_FAMILY = """
कुमार शर्मा सिंह:Singh,Singh,Sinha,Sing वर्मा:Verma,Varma,Verma,Barma गुप्ता यादव मिश्रा पटेल चौहान
जोशी मेहता अग्रवाल:Agarwal,Aggarwal,Agrawal,Agarwala त्रिपाठी पाण्डेय:Pandey,Pande,Pandeya,Panday
तिवारी दुबे शुक्ला राव:Rao,Rao,Row,Rav रेड्डी:Reddy,Reddi,Reddy,Redy नायर:Nair,Nayar,Nayyar,Nair
मेनन:Menon,Menon,Menan,Menon पिल्लई:Pillai,Pillay,Pilla,Pillai देसाई शाह जैन
चौधरी:Chaudhary,Chowdhury,Choudhary,Chaudhari ठाकुर राजपूत राठौड़:Rathore,Rathod,Rathour,Rathaur
सोलंकी परमार पवार जाधव शिन्दे पाटिल कुलकर्णी देशपाण्डे गायकवाड मोरे कदम भोसले
बनर्जी:Banerjee,Banerji,Banarjee,Banerjea मुखर्जी:Mukherjee,Mukherji,Mookerjee,Mukharji
चटर्जी:Chatterjee,Chatterji,Chaterjee,Chatarji घोष:Ghosh,Ghose,Ghosh,Gosh बोस:Bose,Bose,Boss,Basu
सेन दास दत्ता:Dutta,Datta,Dutt,Dutta रॉय:Roy,Roy,Ray,Rai
"""
NICKNAMES = parse_pairs("""
Rajesh:Raju Suresh:Suri Vijay:Viju Sanjay:Sanju Muhammad:Mohd Zulfiqar:Zulfi Ghulam:Gullu
""")
TITLES_MALE = "Mr. Dr. Haji Engr. Shri Prof."
TITLES_FEMALE = "Mrs. Ms. Dr. Smt."
