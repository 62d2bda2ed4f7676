"""Words of names of institutions in some thirty languages, in English.

Universities, hospitals, ministries, offices and learned societies, and the subjects that they are
named after, with inflected forms and abbreviations. Words are ASCII, as `folding.letters` gives
them; words that mean something else in another language are left out. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

INSTITUTION_WORDS = parse_groups(
    """
university: yliopiston universitate uniwersytetu univerzity univerzite univerziteta univerzitetu
university: sveucilista egyetemi egyeteme universitatii universiteti universiteto universitetu
university: universitets universitetets unibertsitatea haskoli prifysgol ollscoil daigaku daehakgyo
university: daehaggyo vishwavidyalaya vishvavidyalaya vishvavidyalay universitetskiy hogskola
university: hogskole hogskulen universitetska univerzitetska
university applied sciences: fachhochschule ammattikorkeakoulu ammattikorkeakoulun
university hospital: universitatsklinikum universitaetsklinikum universitatsspital
university hospital: universitatskrankenhaus universitatsmedizin universitatskliniken
university hospital: universitetssjukhuset universitetssjukhus universitetssykehus
university hospital: universitetshospital
university economics: wirtschaftsuniversitat wirtschaftsuniversitaet
university agricultural sciences: lantbruksuniversitet
technical university: tehnikaulikool tehnikaulikooli
school economics: kauppakorkeakoulu kauppakorkeakoulun handelshogskolan handelshoyskole
academy sciences: vetenskapsakademien vetenskapsakademi wissenschaftsakademie
institute: instituta institutu ustavu intezet intezete kenkyusho kenkyujo instituttet
institute: forschungsinstitut instituutti instituutin
academy: akademin akademisi akadeemia akatemia akatemian akademiyasi
sciences: ved vied znanosti stiinte stiintelor tudomanyok bilimler bilimleri videnskaberne
sciences: vetenskaper teaduste zinatnu mokslu tieteiden wissenschafts znanstveni
science: tudomany bilim vetenskaps videnskab teadus zinatne mokslo sci
scientific: tudomanyos naukowy naukowe naukowo vedecky vedecka stiintific stiintifica naukovo
scientific: znanstvena bilimsel
college: foiskola foiskolaja kollegium kolleg colegiul visokoskolski
school: skolan koulu koulun szkoly scoala okulu scholi skoly shkola skolen
faculty: faculteit tiedekunta wydzial wydzialu facultatea fakultesi fakultetas teaduskond
department: katedra katedry oddeleni odjel bolumu departmani kafedra departamentul osakond
department: departementet dipartimenti departament departamentu
hospital: sjukhuset sygehus sygehuset sairaala sairaalan haigla slimnica ligonine nemocnica
hospital: nemocnici bolnisnica bolnisnice bolnice korhaz korhaza spitalul nosokomeio nosokomio
hospital: likarnya likarnia bolnitsa hosp spitali
clinic: kliniek klinikka klinikasi klinike kliniki poliklinika policlinico
center: senter keskus keskuksen osrodek osrodka stredisko centar centra kozpont kozpontja centrul
center: kentro ctr centras centrs keskusta zentralstelle
laboratories: laboratorijos laboratoorium laboratoriu laboratoare
library: bibliothek bibliotheque biblioteca bibliotheek bibliotek biblioteket kirjasto biblioteka
library: knihovna kniznica knjiznica knjiznice konyvtar konyvtara kutuphanesi staatsbibliothek
library: vivliothiki raamatukogu
museum: musee museo museu muzeum muzeul muzej muzei muzesi mouseio museet museon muuseum muzejs
ministry: ministerium ministeriet ministerstva ministerstwo ministarstvo miniszterium miniszteriuma
ministry: ministerul ypourgeio kementerian ministerija ministeerium ministerie
federal ministry: bundesministerium
federal office: bundesamt
federal agency: bundesanstalt bundesagentur
agency: agentur agence agencia agenzia agentschap virasto agencja agentura agencija ugynokseg
agency: agentia ajansi agentstvo amet
office: ufficio kantoor urzad urzedu urad uradu ured uredu hivatal hivatala oficiul ofisi escritorio
office: amt biuro biroul kontor
administration: verwaltung amministrazione administracion administracao administratsiya admin
administration: administracja sprava uprava yonetimi hallinto forvaltning
authority: behorde autoritatea autoriteit myndighet myndigheten
inspectorate: inspektion inspekcja inspektorat inspekce
council: conselho raadet radet rada vijece tanacs tanacsa consiliul neuvosto taryba padome
commission: kommission comision comissao commissione komisja komise komisia komisyonu komissiya
commission: komisija bizottsag comisia commissie kommissionen
society: genootschap sallskapet sallskap seura towarzystwo towarzystwa drustvo drustva societatea
society: dernek selts soc
association: verband verbande vereniging forening foreningen yhdistys sdruzeni udruzenje udruga
association: asociatia stowarzyszenie assosiasjon liitto asociace asociacia asotsiatsiya
foundation: stiftelsen stiftelse nadace nadacia zaklada zaklade fondacija fundatia fondas fdn fndn
chamber: kammer chambre camara kamara izba komora odasi kamer kamari
chamber commerce: handelskammer
observatory: observatoire observatorio osservatorio observatorium sternwarte observatoriya
national: kansallinen nemzeti nationala nacionala nacionalinis nacionalne narodowe narodowego
national: nationell natsionalna natsionalnyi natsionalnoho nat
state: statens statny statna allami derzhavniy derzhavnyi derzhavnyy valstybinis valsts riigi
state: panstwowa panstwowe panstwowego gosudarstvennogo drzavna drzavnog landes
federal: federalny federalni federala federacyjny federalnaya
central: centralny centralna centralne ustredni sredisnji kozponti merkez kentriki
municipal: stadtische stadtisches communale comunale gemeentelijke miejski miejska mestska kommunal
public: publique publica publico pubblica pubblico publiczny publiczna verejny javni offentlig
regional: regionalne regionalny regionalni regionala wojewodzki
technical: teknillinen teknillisen tehniska tehniskais tehnicka tehnicko technicky techniczny
technical: technicznego technicke muszaki tehnica tehnic tekhnichniy tekhnichnyi tekhnicheskaya
technological: technologique technologiczny technologicka technologinis teknolojik tehnoloski
technological: tehnologic teknologiska tekhnologicheskiy technologicky teknologisk
technology: teknolojisi technologijos tehnologiju teknologian
agricultural: landwirtschafts agronomique agronomico landbruks rolniczy rolnicza zemedelska agr
agricultural: polnohospodarska agrarni poljoprivredni agrara agricol ziraat sielskokhozyaistvennyy
agricultural: selskokhozyaystvennyy agrarian agraire agrario
agriculture: landwirtschaft agricultura landbouw landbruk jordbruk zemedelstvi poljoprivrede tarim
agriculture: maatalous
medical: medicinos medyczny medyczna medycznego lekarska lekarske orvosi medicala med medichniy
medical: medychnyi laaketieteellinen meditsinskaya
medicine: medicin medicini medycyny mediciny laaketieteen arstiteaduskond meditsina
veterinary: tierarztliche veterinaire veterinaria veterinarmedizinische weterynaryjny veterinarni
veterinary: veterinarnyy veterinario veterinar
pedagogical: padagogische padagogisches pedagogique pedagogica pedagogico pedagogiczny pedagogicka
pedagogical: pedagogicheskiy pedagogichniy pedagogichnyi pedagogisk pedagoski pedagogiczna
polytechnic: polytechneio polytechniou politehnicki polytech politekhnika politechniki
economics: economique economia ekonomii ekonomiczny ekonomicka ekonomski ekonomicky ekonomicheskiy
economics: ekonomichniy okonomie oekonomie ekonomi kozgazdasagi ekonomiki kozgazdasagtudomanyi
education: bildung educacion educacao istruzione onderwijs utbildning koulutus edukacji vzdelavani
education: obrazovanje obrazovanja oktatasi educatiei egitim obrazovaniya osvity educazione
engineering: ingenieurwissenschaften inzynierii inzenyrstvi ingenieurie inzhenernyy inginerie
law: rechtswissenschaften droit derecho direito diritto hukuk oikeustieteiden
applied: angewandte angewandten appliquees appliquee aplicadas aplicada applicate applicata
applied: toegepaste tillampad stosowanych aplikovane primijenjenih uygulamali prikladnoy primenjenih
physics: physik physique fisica natuurkunde fysik fizyki fyziky fizike fizika fiziki fizik
chemical: chemistry scheikunde kemi chemii kemija kemije kemia khimii chimii chemicka
biology: biologie biologia biologii biologije biyoloji biologi biol
mathematics: mathematik mathematiques matematicas matematica wiskunde matematik matematyki
mathematics: matematiky matematike matematiki math
geology: geologie geologia geologii geologije
geography: geographie geografia geografii
history: geschichte histoire historia storia historii tarih istorii
philosophy: philosophie filosofia filozofii
psychology: psychologie psicologia psychologii
philology: philologie filologia filologii
pharmacy: pharmazie pharmacie farmacia farmacii
art: kunst arte umeni umetnosti sanat
arts: kunste artes arti sztuk umenia sanatlar artelor
music: musik musique musica muzyczna muzyki hudby glazbe muziek musiikki muzik
theater: theatre teatro teatr divadlo kazaliste tiyatrosu
health: gesundheit gesundheits sante salud saude salute gezondheid halsa terveys zdrowia zdravi
health: zdravlje zdravotnictvi egeszsegugyi sanatatii saglik zdravookhraneniya zdorovya
cancer: krebs krebsforschung cancro kanker onkologii rakoviny oncologia cancerologie
oncology: onkologie oncologie onkoloji
childrens: kinder enfants infantil ninos criancas bambini pediatrico kinderkrankenhaus dzieci
childrens: dzieciecy detska djeca gyermek copii cocuk
defense: verteidigungs obrony obrany obrane vedelmi apararii honvedelmi forsvars
interior: innern inneres interieur binnenlandse vnitra vnutra icisleri vnutrennikh unutrasnjih
foreign: auswartiges etrangeres exteriores esteri buitenlandse zahranicnich zagranicznych vanjskih
foreign: kulugyi disisleri inostrannykh utrikes auswartige
energy: energetyki energetika energetiki energie energia energii energiya enerji energetica
nuclear: nucleaire nukleare nucleare jadrowa jaderny yadernykh kernforschung nukleer
water: wasser eau agua acqua vatten wody vody
environment: umwelt environnement ambiente srodowiska prostredi okolisa kornyezet cevre
finance: finanzen finances finanzas financas finanze financien finansow financi financija penzugy
finance: finantelor maliye finansov
justice: justiz justitie sprawiedliwosci spravedlnosti pravosuda igazsagugyi justitiei yustitsii
transport: verkehr transports trasporti transportu dopravy prometa kozlekedesi transporturilor
transport: ulastirma transporta vervoer transp
commerce: commercio comercio trgovine obchodu
tourism: tourisme turismo turystyki turizam turizm
statistics: statistik statistique estadistica statistica statystyki statistiki
court: gericht gerichtshof cour corte rechtbank mahkemesi birosag curtea
city: ville ciudad cidade miasto varos kaupunki
mining: bergbau gornictwa rudarski gornyy minero madencilik bergakademie
construction: constr stavebni budowlany budowlana constructions
polymer: polymeres polymere
informatics: informatik informatique informatica informatyki informatiky
advanced: avanzados avancees
group: grp
committee: cmte cttee
telecommunications: telecoms
technical university: tu
university: universiteta daxue vidyapeeth vidyapith unibersidad pamantasan universitesinin
university: universidades universitario universitaria universitaires universitaire universitarios
university hospital: universitatskinderklinik universitatsspitals yliopistosairaala
college: gakuin xueyuan kolegium kolej
academy: gakuen akadimia akademiei akademiey
school: gakko kool mokykla skoli xuexiao hakgyo
hospital: ospedaliera ospedaliero ospedali hastahanesi sjukrahus gasthuis ospitalea byoin byeongwon
hospital: yiyuan aspatal chikitsalaya lazarett lazaret krankenanstalt krankenhauser spitalet
hospital: hospitalar hospitalier hospitaliers hospitaliere hospitalario hospitalaria hospitales
hospital: bolnitsy likarni szpitala szpitali nemocnicni nemocnicna spitalele hospitalet sairaalat
clinic: klinika klinikas klinikk klinigi ambulatorium ambulatorio dispensaire dispensario
clinic: polyclinique polyclinic
ministry: ministrija ministrstvo mantralaya mantralay ministeria
institute: yanjiusuo yeonguso institusi instytucie stofnun
research institute: onderzoeksinstituut kutatointezet kutatointezete tutkimuslaitos
research center: tutkimuskeskus onderzoekscentrum forskningssenter forskningscenter kutatokozpont
research: badan badawczy badawcza badawcze vyzkumny vyzkumne vyzkumna vyskum vyskumny vyskumu
research: istrazivanje istrazivanja istrazivacki kutatas kutatasi kutato cercetare cercetari
research: cercetarilor doslidzhen doslidnyi doslidnytskyi issledovatelskiy issledovatelskii
research: issledovatelskogo ereunas erevnas ereunon erevnon arastirma arastirmalar arastirmalari
research: tutkimus uuringute petniecibas tyrimu kenkyu yanjiu raziskovalni penelitian penyelidikan
center: centrum zentralinstitut zentren centros centri keskuse
national: nasjonalt nasjonal natsionalnoi natsionalnii riiklik nacionalais kokuritsu guojia
technical: technischen technischer tekhnichnoho tehniline technickeho tekhnicheskogo
library: maktaba perpustakaan toshokan tushuguan bokasafn bibliotheken
museum: muziejus mathaf hakubutsukan bowuguan museos musei muzeului
nursing: infirmier infirmiers enfermagem enfermeria krankenpflege pielegniarstwa
dental: zahnarztliche zahnmedizin dentaire odontologia odontoiatria stomatologiczny stomatologii
forestry: forstwirtschaft forestal forestale forestier lesnictwa lesnicka lesni skog erdeszeti
maritime: maritima maritimo maritimes marittima morska morski merenkulku
marine: meeresforschung meereskunde
space: espacial espaciales spatial spatiale spatiales raumfahrt kosmicheskikh kosmonautyki spaziale
weather: wetterdienst
meteorological: meteorologisch meteorologique meteorologico meteorologica meteorologiczny
meteorological: meteorologiska
heritage: patrimoine patrimonio kulturerbe kulturarv
culture: kultur cultura kultury kultura kulturministeriet cultuur kulturu kulturos
labor: arbeits pracy prace
agency: ahentstvo agentstva agentury agencji
directorate: direktion direcao direzione direktoratet direktorat dyrekcja direktorata
institution: institucion instituicao istituzione
fisheries: fischerei peche pesca rybacki rybarstvi fiskeri kalastus
industry: industrieministerium przemyslu prumyslu
security: bezpieczenstwa bezpecnosti
children: enfant
university: korkeakoulu tudomanyegyetem tudomanyegyeteme universitesine
university: augstskola aukstoji
university: mahavidyalaya
medical university: orvostudomanyi
business school: handelshochschule handelshogskola kereskedelmi
music university: musikhochschule
sports university: sporthochschule
education university: lehrerbildung
university hospital: universitaetsklinik universitatsklinik uniklinik uniklinikum
university hospital: universitatskrankenhauses universiteitsziekenhuis yliopistollinen
university clinic: universitetsklinika
medical center: ziekenhuiscentrum
mining metallurgy: gorniczo hutnicza
science technology: naturvitenskapelige
natural sciences: naturwissenschaften naturwissenschaftliche naturelles naturali
natural sciences: przyrodniczy przyrodniczych prirodnich prirodovedecka prirodoslovni
natural sciences: naturvetenskapliga
humanities: geisteswissenschaften humanistyczny humanitarnyy bolcseszettudomanyi humanidades
humanities: letteren humanistinen
social sciences: sozialwissenschaften sociales sociali sociais yhteiskuntatieteiden spolecenskych
political sciences: politikwissenschaft politiques politicas politiche
life sciences: lebenswissenschaften biowissenschaften
economics: wirtschaftswissenschaften volkswirtschaftslehre economiques economicas economiche
economics: gazdasagtudomanyi nationalekonomi kansantaloustieteen taloustieteiden
computer science: datateknik computerwissenschaft tietojenkasittelytieteen
mechanical engineering: maschinenwesen
civil engineering: bauingenieurwesen stavebnictvi
electrical engineering: elektrotechnik elektrotechniki elektrotechnicka elettrotecnica
electrical engineering: electrotechnique electrotecnica
materials science: werkstoffwissenschaft materialwissenschaft
solid state: festkorper festkorperphysik
solid state research: festkorperforschung
cancer research: kreftforskning cancerforschung rakforskning
cancer research center: krebsforschungszentrum
nuclear research center: kernforschungszentrum kernforschungsanlage
research center: forskningscentret istrazivacko tutkimuskeskuksen kutatokozpontja
brain research: hirnforschung
polymer research: polymerforschung
coal research: kohlenforschung
plasma physics: plasmaphysik
nuclear physics: kernphysik jadernych jaderne
astronomy: astronomie astronomia astronomii sternkunde tahtitieteen
astrophysics: astrophysik astrophysique astrofisica astrofizyki astrofizikos astrofysik
biochemistry: biochemie biochimie bioquimica biochimica biokemi biochemii biokimya biokhimii
biophysics: biophysik biophysique biofisica biofizyki biofyzikalni biofizik biofiziki
microbiology: mikrobiologie microbiologie microbiologia mikrobiologii mikrobiologi mikrobiyoloji
genetics: genetik genetique genetica genetyki genetiki genetiky
immunology: immunologie immunologia immunologii
physiology: physiologie fysiologi fisiologia fisiologie fiziologii fyziologie
neurology: neurologie neurologia neurologii
neurosciences: neurowissenschaften neurociencias neuroscienze
cardiology: kardiologie cardiologie cardiologia kardiologii kardiologi
pediatrics: padiatrie pediatrie pediatria pediatri kinderheilkunde
surgery: chirurgie chirurgia cirugia cirurgia kirurgi chirurgii
pathology: pathologie patologia patologi
psychiatry: psychiatrie psiquiatria psichiatria psykiatri
ophthalmology: augenklinik ophtalmologie oftalmologia augenheilkunde
tropical medicine: tropenmedizin
public health: gesundheitswesen
botany: botanik botanique botanica botaniki botaniky
zoology: zoologie zoologia zoologii zoologisk
ecology: okologie ecologie ecologia ekologii ekologie ekologi ekoloji
oceanography: oceanographie oceanografia ozeanographie okeanologii
hydrology: hydrologie hidrologia hydrologii
crystallography: kristallographie cristallographie cristalografia kristallografii
electrochemistry: elektrochemie
spectroscopy: spektroskopie spectroscopie espectroscopia spektroskopii
mathematics: matematicki matematychnyi matematicheskiy
linguistics: linguistik linguistique linguistica jazykoveda jezykoznawstwa yazykoznaniya
sociology: soziologie sociologie sociologia socjologii sotsiologii
archaeology: archaologie archeologie arqueologia archeologia archeologii arkeoloji
ethnology: ethnologie etnologia volkerkunde
theology: theologie teologia teologii teologisk
architecture: architektur arquitectura arquitetura architettura architektury arkitektur mimarlik
fine arts: kunsthochschule kunstakademie
conservatory: konservatorium conservatoire conservatorio konservatorio konzervatorium konservatuvari
gymnasium: gimnazium gimnazjum gymnazium gimnazija
high school: oberschule gesamtschule lyceum liceo lycee liceum liceul lizeum
business: betriebswirtschaft betriebswirtschaftslehre affaires negocios
graduate school: graduiertenschule
federal institute technology: eth
university california los angeles: ucla
university california san diego: ucsd
university california san francisco: ucsf
university pennsylvania: upenn
california institute technology: caltech
state university new york: suny
city university new york: cuny
cancer research center germany: dkfz
federal: eidgenossische eidgenossisches eidgenossischen
"""
)
"""Form of a word or its abbreviation → English word, by which it is replaced."""
