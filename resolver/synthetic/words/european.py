"""Frequent names, nicknames and spellings of the cultures whose lists come from Faker."""

from resolver.synthetic.words import parse_pairs

RUSSIAN_MALE = """
Александр Сергей Владимир Андрей Алексей Дмитрий Николай Михаил Иван Евгений Виктор Юрий Игорь
Олег Павел Максим Денис Антон Роман Артём Кирилл Илья Константин Руслан Вадим Станислав Пётр Борис
Григорий Василий Валерий Вячеслав Анатолий Геннадий Тимур Рустам
"""
RUSSIAN_FEMALE = """
Елена Ольга Наталья Татьяна Светлана Ирина Анна Мария Екатерина Юлия Людмила Галина Анастасия
Марина Оксана Виктория Валентина Надежда Дарья Ксения Алла Вера Лариса
"""
RUSSIAN_PET = parse_pairs("""
Александр:Саша Сергей:Серёжа Владимир:Вова Алексей:Лёша Дмитрий:Дима Николай:Коля Михаил:Миша
Иван:Ваня Евгений:Женя Виктор:Витя Юрий:Юра Павел:Паша Константин:Костя Вячеслав:Слава
Анатолий:Толя Геннадий:Гена Григорий:Гриша Василий:Вася Борис:Боря Елена:Лена Ольга:Оля
Наталья:Наташа Татьяна:Таня Светлана:Света Ирина:Ира Анна:Аня Мария:Маша Екатерина:Катя Юлия:Юля
Людмила:Люда Анастасия:Настя Надежда:Надя Роман:Рома Станислав:Стас Пётр:Петя Ксения:Ксюша
Дарья:Даша Максим:Макс
""")
# Ukrainian name: its Russian form.
UKRAINIAN_MALE = """
Олександр:Александр Сергій:Сергей Володимир:Владимир Андрій:Андрей Микола:Николай Михайло:Михаил
Іван:Иван Віктор:Виктор Юрій:Юрий Ігор:Игорь Олег:Олег Павло:Павел Максим:Максим Дмитро:Дмитрий
Василь:Василий Петро:Пётр Богдан:Богдан Тарас:Тарас Ярослав:Ярослав Роман:Роман Євген:Евгений
Олексій:Алексей Анатолій:Анатолий Григорій:Григорий Степан:Степан Руслан:Руслан Віталій:Виталий
Артем:Артём Денис:Денис
"""
UKRAINIAN_FEMALE = """
Олена:Елена Наталія:Наталия Оксана:Оксана Тетяна:Татьяна Світлана:Светлана Ірина:Ирина Ганна:Анна
Марія:Мария Катерина:Екатерина Юлія:Юлия Людмила:Людмила Галина:Галина Вікторія:Виктория
Надія:Надежда Ольга:Ольга Любов:Любовь Валентина:Валентина Софія:София
"""
UKRAINIAN_PET = parse_pairs("""
Олександр:Сашко Сергій:Сергійко Володимир:Вова Микола:Коля Михайло:Миша Іван:Ваня Дмитро:Діма
Василь:Вася Олена:Оленка Наталія:Наталка Тетяна:Таня Ганна:Аня Катерина:Катя Марія:Маруся
Олексій:Льоша Євген:Женя
""")
BALKAN_MALE = """
Ivan Marko Milan Zoran Dragan Goran Nikola Petar Aleksandar Miroslav Slobodan Dejan Nenad Željko
Branko Mirko Boban Saša Zdravko Mirsad Emir Admir
"""
BALKAN_FEMALE = """
Marija Ana Jelena Ivana Dragana Milica Jovana Snežana Gordana Vesna Ljiljana Mirjana Amra Selma
Biljana Sanja Katarina Nataša
"""
BALKAN_FAMILY = """
Jovanović Petrović Nikolić Marković Đorđević Stojanović Ilić Stanković Pavlović Milošević Horvat
Kovačević Babić Hadžić Hodžić Čaušević Delić Begić Mujić Tomić Popović Živković Radović Lukić
Vuković Đurić Kovač Šarić Perić Novak Krstić Kostić Ristić Savić Simić Božić Matić Knežević Vasić
Filipović
"""
BALKAN_PET = parse_pairs("""
Aleksandar:Saša Nikola:Nidžo Slobodan:Boban Jelena:Jeca Marija:Maja Ljiljana:Lilja Dragan:Gagi
""")
GREEK_MALE = """
Γεώργιος Κωνσταντίνος Ιωάννης Δημήτριος Νικόλαος Παναγιώτης Βασίλειος Χρήστος Αθανάσιος Ευάγγελος
Μιχαήλ Σπυρίδων Ανδρέας Εμμανουήλ Αναστάσιος Θεόδωρος
"""
GREEK_FEMALE = """
Μαρία Ελένη Αικατερίνη Βασιλική Σοφία Αγγελική Γεωργία Δήμητρα Ευαγγελία Παρασκευή Χριστίνα Ιωάννα
Αναστασία Κωνσταντίνα
"""
GREEK_PET = parse_pairs("""
Γεώργιος:Γιώργος Κωνσταντίνος:Κώστας Ιωάννης:Γιάννης Δημήτριος:Μήτσος Νικόλαος:Νίκος
Παναγιώτης:Πάνος Βασίλειος:Βασίλης Αθανάσιος:Θανάσης Ευάγγελος:Βαγγέλης Μιχαήλ:Μιχάλης
Εμμανουήλ:Μανώλης Αναστάσιος:Τάσος Αικατερίνη:Κατερίνα Βασιλική:Βάσω Ευαγγελία:Λίτσα
Παρασκευή:Βούλα Σπυρίδων:Σπύρος Ελένη:Λένα
""")
GEORGIAN_MALE = "გიორგი დავით ლევან ზურაბ ირაკლი ნიკოლოზ გია თამაზ მამუკა ვახტანგ"
GEORGIAN_FEMALE = "ნინო თამარ მარიამ ეკა მაია ნანა ლია ანა"
GEORGIAN_FAMILY = (
    "ბერიძე კაპანაძე გელაშვილი მაისურაძე გიორგაძე ლომიძე წიკლაური ბოლქვაძე კვარაცხელია ნოზაძე"
)
ARMENIAN_MALE = "Արմեն Գագիկ Հովհաննես Գրիգոր Տիգրան Աշոտ Սամվել Կարեն Արթուր Վահան Հակոբ Գևորգ"
ARMENIAN_FEMALE = "Անահիտ Աննա Մարիամ Լուսինե Գայանե Նարինե Հասմիկ Արմինե"
ARMENIAN_FAMILY = """
Գրիգորյան Հարությունյան Սարգսյան Հովհաննիսյան Խաչատրյան Հակոբյան Պետրոսյան Վարդանյան Գևորգյան
Կարապետյան
"""
FRENCH_MALE = (
    "Jean Pierre Michel Philippe Nicolas Christophe Thomas Julien David Laurent Antoine Olivier"
)
FRENCH_FEMALE = "Marie Nathalie Isabelle Sylvie Catherine Sophie Julie Céline Valérie Sandrine"
GERMAN_MALE = (
    "Michael Thomas Andreas Stefan Christian Martin Peter Alexander Markus Daniel Wolfgang Klaus"
)
GERMAN_FEMALE = "Sabine Susanne Petra Claudia Andrea Julia Anna Katharina Monika Birgit"
GERMAN_FAMILY = "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann"
GEORGIAN_PET = parse_pairs("""
ალექსანდრე:სანდრო ნიკოლოზ:ნიკა გიორგი:გია ავთანდილ:ავთო თამარ:თაკო დავით:დათო ზურაბ:ზურა
ირაკლი:ირა
""")
ARMENIAN_PET = parse_pairs("""
Հովհաննես:Հովո Գրիգոր:Գրիշ Ալեքսանդր:Ալիկ Սամվել:Սամո Արմեն:Արմենչիկ Անահիտ:Անո Գագիկ:Գագո
""")
TURKISH_MALE = """
Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat Ömer Ramazan Halil
Süleyman Abdullah Mahmut Recep Fatih Kadir Emre Hakan Serkan Özgür Çağlar
"""
TURKISH_FEMALE = """
Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Sultan Zehra Hanife Merve Esra Özlem Gülsüm
Hacer Sevgi Dilek
"""
# Parts of compound family names: each first with each second.
TURKISH_FAMILY_FIRST = """
Ak Kara Öz Er Yıl Bay Demir Taş Kaya Gül Gök Sarı Çelik Koç Aslan Türk Uz Tan Bal Ay Şen Ateş Tok
Güneş Çetin Kılıç Toprak Bozkurt
"""
TURKISH_FAMILY_SECOND = (
    "taş can demir soy kan bulut doğan er türk kaya oğlu gün han ay bay man kurt dağ su tekin"
)
TURKISH_FAMILY = """
Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin
Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdem Güler
"""
TURKISH_PET = parse_pairs("""
Mehmet:Memo Mustafa:Mıstık İbrahim:İbo Süleyman:Sülo Ramazan:Ramo Abdullah:Apo Fatma:Fatoş
Hatice:Hatçe Zeynep:Zeyno
""")
ENGLISH_PET = parse_pairs("""
Robert:Bob William:Bill Richard:Dick James:Jim John:Jack Michael:Mike Thomas:Tom Joseph:Joe
Charles:Charlie Edward:Ted Christopher:Chris Daniel:Dan Matthew:Matt Anthony:Tony Steven:Steve
Andrew:Andy Kenneth:Ken Benjamin:Ben Samuel:Sam Nicholas:Nick Alexander:Alex Patrick:Paddy
Elizabeth:Liz Margaret:Peggy Catherine:Kate Katherine:Kathy Jennifer:Jenny Patricia:Pat Susan:Sue
Deborah:Debbie Rebecca:Becky Victoria:Vicky Barbara:Barb Joshua:Josh Timothy:Tim Gregory:Greg
Stephanie:Steph Kimberly:Kim Pamela:Pam Cynthia:Cindy
""")
ENGLISH_SPELLINGS = parse_pairs("""
Stephen:Steven,Stephan Steven:Stephen,Stevin Catherine:Katherine,Cathryn
Katherine:Catherine,Kathryn Jeffrey:Geoffrey,Jeffery Philip:Phillip,Filip Phillip:Philip,Filip
Alan:Allan,Allen Sarah:Sara,Sahra Nicholas:Nicolas,Nikolas Michael:Micheal,Mikael Eric:Erik,Erick
Brian:Bryan,Brien Jonathan:Johnathan,Jonathon Anthony:Antony,Anthoney Smith:Smyth,Smithe
Johnson:Johnston,Jonson Thompson:Thomson,Tomson Clark:Clarke,Clarck Brown:Browne,Braun
Moore:More,Moor Davis:Davies,Daviss Reed:Reid,Read Gray:Grey,Graye Allen:Allan,Alan
Philips:Phillips,Filips Phillips:Philips,Phillipps Nelson:Nielson,Nelsen
""")
SPANISH_PET = parse_pairs("""
José:Pepe Francisco:Paco Ignacio:Nacho Jesús:Chucho Enrique:Quique Manuel:Manolo Alberto:Beto
Guillermo:Memo Eduardo:Lalo Roberto:Beto María:Mari Dolores:Lola Guadalupe:Lupe Concepción:Concha
Isabel:Chabela Rafael:Rafa Antonio:Toño Luis:Lucho Alejandro:Alex Mercedes:Meche Teresa:Tere
Rosario:Charo
""")
FRENCH_PET = parse_pairs("""
Alexandre:Alex Catherine:Cathy Christophe:Chris Frédéric:Fred Philippe:Phil Dominique:Dom
Sébastien:Seb Nicolas:Nico Benjamin:Ben Antoine:Tonio Élisabeth:Babette Françoise:Fanfan
Véronique:Véro Isabelle:Isa Emmanuel:Manu Thierry:Titi
""")
GERMAN_PET = parse_pairs("""
Johannes:Hannes Alexander:Alex Maximilian:Max Friedrich:Fritz Heinrich:Heinz Joachim:Achim
Katharina:Kathi Elisabeth:Lisa Sebastian:Basti Michael:Michi Andreas:Andi Margarete:Grete
Josef:Sepp Thomas:Tom Christian:Chris Susanne:Susi Gabriele:Gabi Wolfgang:Wolf Matthias:Matze
Stefan:Steff
""")
GERMAN_SPELLINGS = parse_pairs("""
Meyer:Maier,Mayer Maier:Meier,Mayr Schmidt:Schmitt,Schmid Schmitt:Schmidt,Schmid
Fischer:Fisher,Vischer Hofmann:Hoffmann,Hofman Stefan:Stephan,Steffen Ralf:Ralph,Rolf
Katharina:Catharina,Katarina Matthias:Mathias,Mattias Walter:Walther,Valter
""")
