"""Arabic names in phonemic letters (see `letters.abjad`), with customary Latin spellings."""

from resolver.synthetic.words import parse_pairs

GIVEN_MALE = """
muHammad:Muhammad,Mohamed,Mohammed,Mohammad aHmad:Ahmad,Ahmed,Ahmed,Ahmad calI:Ali
maHmUd:Mahmud,Mahmoud,Mahmood,Mahmoud Husayn:Husayn,Hussein,Hussain,Husein
Hasan:Hasan,Hassan,Hassan,Hasan xAlid:Khalid,Khaled,Khaled,Khalid
yUsuf:Yusuf,Youssef,Yousuf,Yousef ibrAhIm:Ibrahim,Brahim,Ebrahim,Ibrahem cumar:Umar,Omar,Omar,Omer
muSTafY:Mustafa,Mostafa,Moustafa,Mustapha
cabd_al-raHman:Abd_al-Rahman,Abderrahmane,Abdul_Rahman,Abdulrahman
cabd_al-lah:Abdallah,Abdellah,Abdullah,Abdulla samIr TAriq:Tariq,Tarek,Tareq,Tarik
cuvmAn:Uthman,Othmane,Osman,Othman karIm:Karim,Karim,Kareem,Kerim nASir:Nasir,Nasser,Naser,Nasir
jamAl:Jamal,Djamel,Gamal,Jamal cabd_al-qAdir:Abd_al-Qadir,Abdelkader,Abdul_Qadir,Abdulkader
salmAn:Salman,Salmane,Salman,Selman bilAl:Bilal,Bilel,Belal,Bilal
ismAcIl:Ismail,Smail,Ismael,Esmail zakariyA:Zakariya,Zakaria,Zakariyya,Zakaria
yAsIn:Yasin,Yassine,Yaseen,Yassin anwar:Anwar,Anouar,Anwer,Anwar
rA$id:Rashid,Rachid,Rasheed,Rashed fAris:Faris,Fares,Fares,Faris mAjid:Majid,Majed,Maged,Majid
wA'il:Wail,Ouael,Wael,Wael ziyAd:Ziyad,Ziad,Zeyad,Ziad zayd:Zayd,Zeid,Zaid,Zayed
nabIl:Nabil,Nabil,Nabeel,Nabil cAdil:Adil,Adel,Adel,Adil hi$Am:Hisham,Hicham,Hesham,Hisham
hayvam:Haytham,Haithem,Haitham,Hytham sacId:Said,Said,Saeed,Saied
sulaymAn:Sulayman,Slimane,Suleiman,Soliman SAliH:Salih,Salah,Saleh,Salih
SalAH:Salah,Salah,Salah,Salaah SalAH_al-dIn:Salah_al-Din,Salaheddine,Salahuddin,Salaheddin
nUr_al-dIn:Nur_al-Din,Noureddine,Nooruddin,Nureddin
$ams_al-dIn:Shams_al-Din,Chamseddine,Shamsuddin,Shamseddin
muHyI_al-dIn:Muhyi_al-Din,Mahieddine,Mohiuddin,Muhieddin
cabd_al-karIm:Abd_al-Karim,Abdelkrim,Abdul_Karim,Abdulkareem
cabd_al-cazIz:Abd_al-Aziz,Abdelaziz,Abdul_Aziz,Abdulaziz
cabd_al-majId:Abd_al-Majid,Abdelmadjid,Abdul_Majeed,Abdulmajid
cabd_al-salAm:Abd_al-Salam,Abdeslam,Abdul_Salam,Abdulsalam
cabd_al-hAdI:Abd_al-Hadi,Abdelhadi,Abdul_Hadi,Abdulhadi
cabd_al-laTIf:Abd_al-Latif,Abdellatif,Abdul_Latif,Abdulateef
cabd_al-nASir:Abd_al-Nasir,Abdenacer,Abdul_Nasser,Abdulnaser
cabd_al-wahhAb:Abd_al-Wahhab,Abdelouahab,Abdul_Wahab,Abdulwahab amIn:Amin,Amine,Ameen,Amin
ayman:Ayman,Aymen,Aiman,Ayman bAsim:Basim,Bassem,Basem,Bassim bAsil:Basil,Bassel,Basel,Bassil
ba$$Ar:Bashar,Bachar,Bashar,Beshar ba$Ir:Bashir,Bachir,Basheer,Bashir rAmI:Rami,Rami,Ramy,Ramy
ramaDAn:Ramadan,Ramdane,Ramadhan,Ramazan riyAD:Riyad,Riad,Riyadh,Riad sAmI:Sami,Sami,Samy,Samy
sufyAn:Sufyan,Soufiane,Sufian,Sofian hAnI:Hani,Hani,Hany,Hany hAdI:Hadi,Hedi,Hady,Hadi
HAmid:Hamid,Hamed,Hamed,Hamid HamId:Hamid,Hamid,Hameed,Hamid Hamz@:Hamza,Hamza,Hamzah,Hamzeh
HAtim:Hatim,Hatem,Hatem,Hatim HabIb:Habib,Habib,Habeeb,Habib HusAm:Husam,Houssem,Hossam,Hussam
idrIs:Idris,Driss,Idrees,Idriss jAsim:Jasim,Jassem,Jasem,Jasim qAsim:Qasim,Kacem,Qassem,Kassem
kamAl:Kamal,Kamel,Kamal,Kemal mAlik:Malik,Malek,Malek,Malik manSUr:Mansur,Mansour,Mansoor,Mansur
marwAn:Marwan,Marouane,Marwan,Merwan mAzin:Mazin,Mazen,Mazen,Mazin munIr:Munir,Mounir,Muneer,Monir
murAd:Murad,Mourad,Murad,Morad mUsY:Musa,Moussa,Mousa,Mosa
muntaSir:Muntasir,Montassar,Montaser,Muntaser nAdir:Nadir,Nader,Nader,Nadir
naSr:Nasr,Nasr,Naser,Nasr nizAr:Nizar,Nizar,Nezar,Nizar nicma@:Nimah,Neama,Nemah,Nima
qays:Qays,Kais,Qais,Kays rabIc:Rabi,Rabie,Rabee,Rabih ra'fat:Rafat,Raafat,Rafat,Raafat
sacd:Saad,Saad,Sad,Saad sayf:Sayf,Seif,Saif,Saif SAdiq:Sadiq,Sadok,Sadeq,Sadek
SAbir:Sabir,Saber,Saber,Sabir $Akir:Shakir,Chaker,Shaker,Shakir $arIf:Sharif,Cherif,Shareef,Sherif
suhayl:Suhayl,Souhail,Suhail,Suheil TAhir:Tahir,Tahar,Taher,Tahir walId:Walid,Oualid,Waleed,Waleed
wisAm:Wisam,Ouissem,Wesam,Wissam yaHyY:Yahya,Yahia,Yehia,Yahya yAsir:Yasir,Yasser,Yaser,Yassir
yUnus:Yunus,Younes,Younis,Yunis yacqUb:Yaqub,Yacoub,Yakub,Yaqoob cimAd:Imad,Imed,Emad,Imad
cIsY:Isa,Aissa,Essa,Issa cAmir:Amir,Amer,Amer,Amir cazzAm:Azzam,Azzem,Azam,Azzam
cizz_al-dIn:Izz_al-Din,Azzedine,Izzuddin,Ezzeddin fahd:Fahd,Fahed,Fahad,Fahd
fayyAD:Fayyad,Fayad,Fayyadh,Fayad faySal:Faysal,Faycal,Faisal,Feisal fu'Ad:Fuad,Fouad,Fouad,Foad
fawzI:Fawzi,Faouzi,Fauzi,Fawzy gassAn:Ghassan,Ghassen,Gassan,Ghasan lucayy:Luay,Louai,Loai,Luai
tawfIq:Tawfiq,Taoufik,Tawfik,Toufic
"""

GIVEN_FEMALE = """
fATim@:Fatima,Fatma,Fatimah,Fatmeh maryam:Maryam,Meriem,Mariam,Miriam
cA'i$@:Aisha,Aicha,Ayesha,Aisheh xadIj@:Khadija,Khadidja,Khadijah,Khadijeh
zaynab:Zaynab,Zineb,Zainab,Zeinab amIn@:Amina,Amina,Ameena,Aminah sAr@:Sara,Sarra,Sarah,Sarah
nUr:Nur,Nour,Noor,Nour hudY:Huda,Houda,Hoda,Huda laylY:Layla,Leila,Laila,Leyla
salmY:Salma,Selma,Salma,Selma samIr@:Samira,Samira,Sameera,Samirah nAdiy@:Nadiya,Nadia,Nadia,Nadya
ImAn:Iman,Imene,Eman,Iman rAniy@:Raniya,Rania,Rania,Ranya rIm:Rim,Rim,Reem,Rim
suhY:Suha,Souha,Soha,Suha sucAd:Suad,Souad,Suad,Soad sumayy@:Sumayya,Soumaya,Sumaya,Somaya
widAd:Widad,Ouidad,Wedad,Widad wafA':Wafa,Ouafa,Wafaa,Wafa yAsmIn:Yasmin,Yasmine,Yasmeen,Jasmin
zahr@:Zahra,Zohra,Zahraa,Zahrah hind:Hind,Hend,Hind,Hend hanA':Hana,Hana,Hanaa,Hanna
HanAn:Hanan,Hanene,Hanan,Hannan jamIl@:Jamila,Djamila,Jameela,Gamila
karIm@:Karima,Karima,Kareema,Karimah lamyA':Lamya,Lamia,Lamiaa,Lamya manAl:Manal,Manel,Manal,Menal
munY:Muna,Mouna,Mona,Muna nawAl:Nawal,Naoual,Nawal,Nawaal rabAb:Rabab,Rebab,Rabab,Rubab
ra$Id@:Rashida,Rachida,Rasheeda,Rashidah ruqayy@:Ruqayya,Rokia,Ruqayyah,Rukaya
SafA':Safa,Safa,Safaa,Safa sacId@:Saida,Saida,Saeeda,Saidah $aymA':Shayma,Chaima,Shaimaa,Shaima
basm@:Basma,Besma,Basmah,Basma cabIr:Abir,Abir,Abeer,Abir amal:Amal,Amel,Amal,Amal
asmA':Asma,Asma,Asmaa,Esma ducA':Dua,Doua,Doaa,Dua ilhAm:Ilham,Ilhem,Elham,Ilham
intiSAr:Intisar,Intissar,Entesar,Intisar lubnY:Lubna,Loubna,Lobna,Lubna
mAjid@:Majida,Majda,Magda,Majidah raHm@:Rahma,Rahma,Rahmah,Rahmeh cafAf:Afaf,Afef,Afaf,Affaf
buvayn@:Buthayna,Boutheina,Buthaina,Bouthayna
"""

FAMILY_LEVANT = """
al-xaTIb al-Husayn:Al-Husayn,El_Hussein,Al_Hussain,Al-Hussein
al-aHmad:Al-Ahmad,El_Ahmed,Al_Ahmad,Alahmad al-calI:Al-Ali,El_Ali,Al_Ali,Alali al-HalabI
al-miSrI:Al-Masri,El_Masry,Al_Masri,Elmasry al-HaddAd:Al-Haddad,Haddad,Hadad,El-Haddad al-najjAr
HaddAd HamdAn manSUr:Mansur,Mansour,Mansoor,Mansour xalIl:Khalil,Khalil,Khaleel,Khalil
SAliH:Salih,Saleh,Saleh,Salih al-$ayx:Al-Shaykh,El_Cheikh,Al_Sheikh,Alsheikh
al-qAsim:Al-Qasim,El_Kassem,Al_Qassem,Alkasem al-cumarI:Al-Umari,El_Omari,Al_Omari,Alomari
al-jubUrI:Al-Jaburi,El_Djabouri,Al_Jubouri,Aljabouri al-dUrI al-tikrItI al-bagdAdI al-baSrI
al-mawSilI:Al-Mawsili,El_Mossouli,Al_Mosuli,Almawsili al-HimSI al-HamawI al-dima$qI al-idlibI
al-raqqAwI al-qudsI al-gazzI al-xalIlI al-nAbulsI al-zucbI:Al-Zubi,El_Zoubi,Al_Zoubi,Alzoubi
al-zahrAnI al-gAmidI al-qaHTAnI al-HarbI al-cutaybI:Al-Utaybi,El_Oteibi,Al_Otaibi,Alotaibi
al-$ammarI:Al-Shammari,El_Chammari,Al_Shamari,Alshammari al-dawsarI al-cAmirI al-HamdAnI
al-SancAnI al-cadanI al-HaDramI al-yamAnI al-sUdAnI al-tUnisI al-$AmI al-turkI al-kurdI
al-rifAcI:Al-Rifai,El_Rifai,Al_Refai,Alrifaee al-sacdI
al-sayyid:Al-Sayyid,El_Sayed,Al_Sayed,Elsayed al-$arIf:Al-Sharif,El_Cherif,Al_Shareef,Alsharif
al-TayyibI al-bannA' al-dabbAg al-HallAq al-xayyAT al-labbAn al-najafI al-sammAn al-SabbAg
al-qaSSAb al-caTTAr al-naHHAs al-rAwI al-cAnI
al-muHammad:Al-Muhammad,El_Mohamed,Al_Mohammad,Almohammad
al-cabd_al-lah:Al-Abdallah,El_Abdellah,Al_Abdullah,Alabdullah al-xalaf
al-cIsY:Al-Isa,El_Issa,Al_Essa,Alissa al-mUsY:Al-Musa,El_Moussa,Al_Mousa,Almousa
al-yUsuf:Al-Yusuf,El_Youssef,Al_Yousef,Alyousef
al-ibrAhIm:Al-Ibrahim,El_Ibrahim,Al_Ebrahim,Alibrahim al-jAsim
al-HAjj:Al-Hajj,El_Hadj,Al_Haj,Alhaj abU_zayd:Abu_Zayd,Abou_Zeid,Abu_Zaid,Abuzaid
abU_xalIl:Abu_Khalil,Abou_Khalil,Abu_Khaleel,Abukhalil
abU_bakr:Abu_Bakr,Aboubakr,Abu_Bakar,Abubakr abU_sAlim:Abu_Salim,Abou_Salem,Abu_Salem,Abusalem
abU_cayyA$:Abu_Ayyash,Abou_Ayache,Abu_Ayash,Abuayash cabbAs:Abbas cawwAd:Awwad,Aouad,Awad,Awad
barakAt:Barakat darwI$:Darwish,Derouiche,Darweesh,Darwich fAris:Faris,Fares,Fares,Faris
fayyAD:Fayyad,Fayad,Fayyadh,Fayad gAnim:Ghanim,Ghanem,Ganem,Ghanem hArUn:Harun,Haroun,Haroon,Haron
HijAzI HasUn:Hassun,Hassoun,Hasoon,Hassoun jAbir:Jabir,Jaber,Gaber,Jabir
kanacAn:Kanan,Kanaan,Kenan,Kanaan maHfUZ:Mahfuz,Mahfoud,Mahfouz,Mahfooz
murAd:Murad,Mourad,Murad,Morad nASir:Nasir,Nasser,Naser,Nasir nacIm:Naim,Naim,Naeem,Naim qabbAnI
raHHAl:Rahal,Rahal,Rahhal,Rahal sacAd@ salAm@:Salama,Salama,Salamah,Salameh
sulaymAn:Sulayman,Slimane,Suleiman,Soliman $AhIn $ahAd@:Shahada,Chahada,Shehadeh,Shahadeh TawIl
zaydAn:Zaydan,Zidane,Zaidan,Zeidan zAhir:Zahir,Zaher,Zaher,Zahir
"""

FAMILY_MAGHREB = """
bin_calI:Ben_Ali,Benali,Bin_Ali,Benali bin_yUsuf:Ben_Yusuf,Benyoussef,Bin_Yousef,Benyoucef
bin_cumar:Ben_Umar,Benamar,Bin_Omar,Ben_Amor bin_sacId:Ben_Said,Bensaid,Bin_Saeed,Bensaid
bin_Hasan:Ben_Hasan,Benhassen,Bin_Hassan,Ben_Hassine
bin_ibrAhIm:Ben_Ibrahim,Benbrahim,Bin_Ibrahim,Ben_Brahim
bin_cabd_al-lah:Ben_Abdallah,Benabdallah,Bin_Abdullah,Ben_Abdellah
bin_SAliH:Ben_Salih,Bensalah,Bin_Saleh,Ben_Salah bin_mUsY:Ben_Musa,Benmoussa,Bin_Musa,Ben_Moussa
bin_cIsY:Ben_Isa,Benaissa,Bin_Issa,Ben_Aissa bin_nASir:Ben_Nasir,Bennacer,Bin_Nasser,Ben_Nasr
bU_zId:Bu_Zid,Bouzid,Buzeed,Bouzid bU_cazz@:Bu_Azza,Bouazza,Buazza,Bouaza
bU_jamc@:Bu_Jamaa,Boudjemaa,Bujuma,Boujemaa bU_$Ar@:Bu_Shara,Bouchara,Bushara,Bouchareb
bU_lacrAs:Bu_Laras,Boularas,Bularas,Boulares bU_salAm@:Bu_Salama,Bousalama,Busalama,Boussalem
al-carabI:Al-Arabi,Larbi,El_Arbi,Laarbi al-filAlI:Al-Filali,Filali,El_Filali,Elfilali
al-idrIsI:Al-Idrisi,Idrissi,El_Idrissi,Drissi al-calawI:Al-Alawi,Alaoui,El_Alaoui,Alawi
al-cumrAnI:Al-Umrani,Amrani,El_Amrani,Omrani al-tAzI:Al-Tazi,Tazi,Ettazi,Tazy
al-fAsI:Al-Fasi,Fassi,El_Fassi,Fasi al-mirrAku$I:Al-Marrakushi,Marrakchi,El_Marrakchi,Marrakshi
al-zarwAlI:Al-Zarwali,Zerouali,Ez-Zeroualy,Zaroual al-sUsI:Al-Susi,Soussi,Es-Soussi,Sousi
al-rIfI:Al-Rifi,Riffi,Er-Rifi,Rifi al-wahrAnI:Al-Wahrani,Ouahrani,El_Ouahrani,Wahrani
al-qusanTInI:Al-Qusantini,Ksentini,El_Ksantini,Kosantini
al-TarAbulsI:Al-Tarabulsi,Trabelsi,Al_Tarabelsi,Tarabulsi al-jarbI:Al-Jarbi,Djerbi,El_Jerbi,Jerbi
al-SafAqsI:Al-Sfaqsi,Sfaxi,Es-Sfaxi,Sfaxy al-miSrAtI:Al-Misrati,Mesrati,Al_Misurati,Elmisrati
al-zintAnI:Al-Zintani,Zentani,Al_Zintani,Elzentani
al-warfallI:Al-Warfalli,Ouerfelli,Al_Werfalli,Elwarfali
al-qaddAmI:Al-Qaddami,Kaddami,Al_Gaddami,Elqadami
al-barqAwI:Al-Barqawi,Barkaoui,Al_Bargawi,Elbarqawi HaddAd:Haddad
SaHrAwI:Sahrawi,Sahraoui,Sahrawy,Saharaoui qAsim:Qasim,Kacem,Qassem,Gacem
manSUrI:Mansuri,Mansouri,Mansoori,Elmansouri raHmAnI:Rahmani,Rahmani,Rahmany,Errahmani
slImAnI:Sulaymani,Slimani,Sulaimani,Selmani xalIfI:Khalifi,Khelifi,Khaleefi,Khalifi
zarrUqI:Zarruqi,Zerrouki,Zarrouqi,Zarouki zItUnI:Zaytuni,Zitouni,Zaitouni,Zaytouni
ma$$I$:Mashish,Mechiche,Mashish,Machich mazyAn:Mazyan,Meziane,Mazian,Meziane
mubArak:Mubarak,Mbarek,Embarek,Mebarki TAhirI:Tahiri,Tahiri,Taheri,Taheri
"""

NICKNAMES = parse_pairs("""
Muhammad:Hamudi Ibrahim:Brahim Abd_al-Rahman:Abdu Abd_al-Qadir:Kada Mustafa:Sasa Yusuf:Yusef
Fatima:Fati Khadija:Khadi Zaynab:Zizi Abd_al-Karim:Karim Abd_al-Aziz:Aziz Salah_al-Din:Salah
Nur_al-Din:Nuri Abd_al-Nasir:Nasir Husayn:Hassoun Abdallah:Abboud
""")
TITLES_MALE = "Sheikh Haj Dr. Eng. Mr. Ustaz"
TITLES_FEMALE = "Hajja Dr. Mrs. Ms."
