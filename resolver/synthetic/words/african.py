"""West African and Horn of Africa names, each with other spellings after a colon.

Spellings are English, French or local.
"""

from resolver.synthetic.words import parse_pairs

WEST_MALE = """
Mamadou:Mamadu,Muhammadu,Mahamadou Ibrahima:Ibrahim,Ibrahima,Brahima Ousmane:Usman,Ousman,Osman
Oumar:Omar,Umar,Umaru Moussa:Musa,Mousa,Moussah Abdoulaye:Abdullahi,Abdulai,Abdulaye
Amadou:Amadu,Ahmadu,Ahmadou Boubacar:Bubacar,Abubakar,Boubakar
Souleymane:Suleiman,Sulayman,Souleman Issa:Isa,Eissa,Issah Seydou:Saidu,Seidu,Sidou
Cheikh:Sheikh,Cheick,Sheku Modou:Modu,Modou,Mudu Lamine:Lamin,Laminu,Alamine
Alassane:Alhassan,Alasan,Lassana Idrissa:Idris,Idrisa,Driss Youssouf:Yusuf,Yusufu,Issouf
Alioune:Aliu,Alieu,Aliyou Aliou:Aliyu,Alieu,Ali Adama:Adamu,Adamah,Adam Kwame:Kwami,Kouame,Quame
Kofi:Koffi,Kofie,Coffi Kwaku:Kouakou,Kweku,Quaku Kwabena:Kobina,Kwabina,Kouabena Yaw:Yao,Yaou,Kwaw
Emmanuel:Emanuel,Immanuel,Manuel Bakary:Bakari,Bacary,Bakarr Demba:Dembah,Demba,Dembo
Sekou:Seku,Sheku,Secou Babacar:Babakar,Baba_Car,Boubacar Pape:Papa,Pap,Paap
Malick:Malik,Malic,Maleck Samba:Sambah,Samba,Sambo Tidiane:Tijan,Tidjane,Tijani
Chukwuemeka:Emeka,Chukwu_Emeka,Chukwuemaka Oluwaseun:Seun,Olu_Seun,Oluwasheun
Olumide:Olu,Olumidey,Olumede Babatunde:Tunde,Baba_Tunde,Babatundey
"""
WEST_FEMALE = """
Fatou:Fatu,Fatoumata,Fatuma Fatoumata:Fatumata,Fatimata,Fatou Aminata:Aminatta,Amina,Ami
Mariama:Mariam,Mariyama,Maryama Aissatou:Aisatu,Isatou,Aishatu Kadiatou:Kadiatu,Khadija,Kadidia
Awa:Hawa,Hawwa,Aoua Ndeye:Ndey,Ndeye,Dey Binta:Bintou,Bintu,Binetou Adja:Aja,Hadja,Adjah
Rokia:Rokhaya,Rukaya,Rokiatou Salimata:Salimatou,Salimatu,Salma Abena:Abenaa,Abina,Yaa
Akosua:Akosia,Akossiwa,Akos Adwoa:Adjoa,Ajoa,Adjoua Efua:Afua,Efuah,Effie Ngozi:Ngozika,Ngosi,Goz
Chidinma:Chidimma,Chidima,Dinma Oluwakemi:Kemi,Olukemi,Oluwa_Kemi
Funmilayo:Funmi,Funmilola,Funmilaio
"""
WEST_FAMILY = """
Diallo:Jallow,Jalloh,Dialo Bah:Ba,Baa,Bagh Barry:Barrie,Bari,Barri Sow:Soh,Sowe,So
Traoré:Trawally,Traore,Traora Coulibaly:Kulibaly,Culubali,Koulibaly Keïta:Keita,Kehita,Keta
Camara:Kamara,Camarra,Cámara Touré:Turay,Toure,Tourey Diop:Jobe,Job,Dyop Ndiaye:Njie,Njai,N'Diaye
Fall:Faal,Fal,Phall Cissé:Ceesay,Sesay,Cisse Konaté:Konateh,Conateh,Konate
Sissoko:Cissokho,Sisoho,Cissoko Dramé:Drammeh,Darame,Drame Diarra:Jarra,Jara,Diara
Sylla:Sillah,Silla,Syla Kouyaté:Kuyateh,Kouyate,Cuyateh Doumbia:Dumbuya,Doumbouya,Dumbia
Bangura:Bangoura,Bangurah,Bangora Koroma:Kourouma,Coroma,Koromah Conteh:Conté,Konte,Kontey
Gueye:Gaye,Gueiye,Guèye Faye:Fye,Faie,Phaye Sarr:Sarre,Saar,Sar Sane:Sanneh,Sané,Sany
Badji:Badjie,Baji,Bagie Sonko:Sanko,Sonco,Sonkoh Ouattara:Watara,Wattara,Ouatara
Kouassi:Kwasi,Quassi,Koissi Konan:Connan,Konang,Conan Yao:Yaw,Yaou,Iao Zongo:Zongho,Songo,Zonggo
Sawadogo:Savadogo,Sawadougou,Sawadogoh Kaboré:Kabore,Cabore,Kabori
Compaoré:Compaore,Kompaore,Campaore Mensah:Mensa,Mensaa,Mensagh Owusu:Owoussou,Owusuh,Ousu
Boateng:Boaten,Boatang,Boatin Asante:Ashanti,Asanti,Assante Osei:Ossei,Osey,Ossey
Appiah:Apia,Appia,Apiah Okafor:Okeafor,Okafo,Okaffor Okonkwo:Okonquo,Okonkwor,Okonko
Nwosu:Nwosuh,Nwossu,Nwasu Adeyemi:Adeyemy,Ade_Yemi,Adeyimi Ogunleye:Ogunleyi,Ogun_Leye,Ogunlaye
Bello:Belo,Bellow,Belloh Danjuma:Dan_Juma,Danjumah,Danjouma
"""

HORN_MALE = """
Mohamed:Maxamed,Mohammed,Mahamed Ahmed:Axmed,Ahmad,Achmed Abdi:Cabdi,Abdy,Abdie
Hassan:Xasan,Hasan,Hassen Ali:Cali,Aly,Alie Hussein:Xuseen,Husein,Hussen Omar:Cumar,Umar,Omer
Abdullahi:Cabdullaahi,Abdulahi,Abdullah Abdirahman:Cabdiraxmaan,Abdurahman,Abdulrahman
Yusuf:Yuusuf,Yousuf,Yusif Ibrahim:Ibraahim,Ebrahim,Ibrahem Ismail:Ismaaciil,Ismael,Esmail
Osman:Cismaan,Usman,Othman Jama:Jaamac,Jamah,Gama Nur:Nuur,Noor,Nor Farah:Faarax,Farax,Fara
Warsame:Warsama,Warsameh,Warsami Abdikadir:Cabdiqaadir,Abdulkadir,Abdiqadir
Abshir:Abshir,Absher,Abshire Isse:Ciise,Issa,Esse Tesfay:Tesfai,Tesfaye,Tsfay
Haile:Hayle,Haylay,Hailay Kidane:Kidan,Kidanu,Kidaney
Gebremedhin:Ghebremedhin,Gebre_Medhin,Gebremedin Tekle:Teklay,Tecle,Teclai
Yonas:Jonas,Yonnas,Yohanas Yohannes:Johannes,Yohanes,Iohannes Berhane:Brhane,Birhane,Berhan
Mehari:Meharie,Mahari,Mehary Filmon:Philmon,Filimon,Filemon Samuel:Samiel,Samuael,Semuel
Abraham:Abreham,Abrham,Ibrahim Dawit:David,Daweit,Davit Solomon:Selemon,Salomon,Solomun
Mulugeta:Mulugheta,Mulgeta,Molugeta Girma:Ghirma,Girmay,Germa Bekele:Bekelle,Beqele,Bekela
Tadesse:Tadese,Taddese,Tadessa Kebede:Kebbede,Kabede,Kebedde Getachew:Gatachew,Getacho,Getachow
"""
HORN_FEMALE = """
Amina:Aamina,Aminah,Amino Fadumo:Faadumo,Fatuma,Fatima Hodan:Hoodan,Hodhan,Hudan
Halima:Xaliimo,Halimo,Haleema Khadija:Khadiijo,Kadija,Hadija Asha:Caasha,Aisha,Ayesha
Sahra:Saaxra,Zahra,Sahro Maryan:Maryam,Maryama,Mariam Hawa:Xaawa,Hawo,Hawwa
Ifrah:Ifraax,Efrah,Iffrah Selam:Salam,Selamawit,Sellam Helen:Elen,Hellen,Elena
Rahel:Rachel,Raheil,Rahiel Sara:Sarah,Saara,Sahra Mihret:Mehret,Mhret,Mihrat
Senait:Senayt,Sinait,Senaït Tigist:Tgist,Tegest,Tigest Almaz:Elmaz,Almas,Almaze
Hiwot:Hiwet,Heywot,Hewot Bethlehem:Betelhem,Betlehem,Bethel Luwam:Lwam,Luam,Lwam
Freweini:Frewoini,Frehiwet,Freweyni
"""
NICKNAMES = parse_pairs("""
Mohamed:Moha Abdirahman:Abdi Hassan:Hasno Ibrahima:Ibou Mamadou:Madou Abdoulaye:Ablaye
Babacar:Mbacke Fatoumata:Fanta Oluwaseun:Seun Chukwuemeka:Emeka Babatunde:Tunde Emmanuel:Manu
Kwabena:Kobby Aminata:Ami Gebremedhin:Gebre Bethlehem:Betty Khadija:Kadi Tesfay:Tes Ousmane:Ous
""")
TITLES_MALE = "Alhaji El-Hadj Chief Mr. Dr. Sheikh"
TITLES_FEMALE = "Hajia Mrs. Madam Ms. Dr."
