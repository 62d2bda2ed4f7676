"""Words of names of companies and institutions, abbreviated or in other languages, in English.

Words are ASCII, as `folding.letters` gives them. Abbreviations are those of company registers,
patent offices and bibliographies; where one may stand for two words, the more usual one counts.
Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

COMPANY_WORDS = parse_groups(
    """
industries: ind indus indust industri industria industrias industrie industrien
industrial: industriel industrielle industriale industriales industriais industriell industrieel
technology: tech techn technol tec tecn tekn teknik technologie tecnologica tecnologico teknologi
technology: technologia tecnologias tecnologie technologii tehnologija
technical: technische technisch technique techniques tecnico tecnica technikos techniczna tekniska
technical: technicka tehnicki tekhnicheskiy tekhnichesky tekniske
electric: electr elec elek elektr electrique electrica electrico elettrica elettrico
electric: elektrische elektrisk elektrik
electronics: electron electronic elektron electronique electroniques electronica elettronica
electronics: elektronische elektronica ehlektronika ehlektroniks elektroniks
chemical: chem chemicals chemie chemische chimie chimique chimica quimica quimicas
chemical: kemisk khimiya khimicheskiy chimiques kimya
pharmaceutical: pharm pharma pharmac pharmaceut pharmaceuticals farma farmaceutica
pharmaceutical: farmaceutici farmaceutisk farmaceutische pharmazeutische pharmazeutika
pharmaceutical: pharmaceutique pharmaceutiques farmaceuticos ilac
machinery: mach masch machine machines maschinen machinefabriek maquinas macchine makina maskiner
machinery: maszyn mashinostroenie machinebouw maschinenbau maskin
manufacturing: manuf manufact manufacture manufacturers mfrs mfr
factory: fab fabr fabriek fabrieken fabriken fabrique fabbrica fabrica tovarna tehdas
engineering: engg ingenieria ingenierie ingegneria engenharia ingenieurs ingenieurburo
research: res rech forsch forschung forschungs forschungszentrum recherche recherches ricerca
research: ricerche investigacion investigaciones pesquisa pesquisas onderzoek forskning
research: issledovaniy vyzkum forskningsinstitut recerca
development: dev devel develop entwicklung entwicklungs ontwikkeling utveckling sviluppo
development: desenvolvimento razvitiya
trading: handelsgesellschaft handelsmaatschappij handelsonderneming handelsbolag
management: verwaltungs verwaltungsgesellschaft beheer
telecommunications: telecom telecomm telecommunication telekom telecomunicaciones telekomunikasi
telecommunications: telecomunicacoes telecomunicazioni telekommunikation
communications: communication comunicaciones kommunikation comunicazioni
instruments: instr instrum instrument instrumente strumenti instrumentos
laboratories: lab labs laboratory laboratoire laboratoires laboratorio laboratorios
laboratories: laboratori laboratorium laboratorien laboratoria
products: prod prods produits produkte producten productos produtos prodotti produkter
systems: syst system systeme systemes sistemi sistemas systemen sistem
international: internat internatl int internationale internacionales internazionali
international: internationaal internationella miedzynarodowy medunarodni
company: cie cia compagnia companhia maatschappij mij gesellschaft ges selskab selskabet
company: bolag bolaget spolka spolecnost tarsasag yhtio compania firma
enterprises: enterprise entreprise entreprises empresas imprese unternehmen ondernemingen
holding: holdings hldg hldgs beteiligungen beteiligungs
royal: koninklijke koninkl koninklyke royale koniglich koenigliche kungliga kongelige
royal: kongelig kuninkaallinen koninklijk
scientific: scient scientifique scientifiques cientifica cientifico scientifica scientifico
scientific: wissenschaftliche nauchnyy nauchno
science: ciencia scienza wissenschaft wetenschap vetenskap nauka
sciences: ciencias scienze wissenschaften wetenschappen nauk
medicine: medizin medicina medecine geneeskunde meditsiny
medical: medizinische medicale medico medica medicinska medisch medicinski meditsinskiy
materials: mater matls materiaux materiales werkstoffe materiali materiais
equipment: equip equipments equipements equipos anlagen apparatebau attrezzature
services: serv servs servicios servizi servicos dienstleistungen diensten tjanster
brothers: gebr gebruder gebroeders hermanos fratelli freres irmaos frates
sons: zonen filhos soner
university: universiti universitat universitaet universitats universiteit universitetet univerzita
university: univerzitet univerza uniwersytet universitatea universitas universitates egyetem
university: yliopisto ulikool universitetas universite sveuciliste panepistimio hogskolan
hospital: spital krankenhaus hopital hopitaux ospedale szpital ziekenhuis
hospital: sjukhus sykehus hastanesi bolnica nemocnice
clinic: klinik klinikum clinica clinique kliniken poliklinik
institute: inst institutes instituut istituto institutet institutul instytut institutas ustav
institute: institutt enstitu
academy: acad academia akademia akademie academie accademia akademiya akademija akademi
academy: akademien akademiet
faculty: fac facultad faculte facolta fakultat faculdade fakultet fakulteit
laboratories: laboratorija laboratoriya
department: departamento departement dipartimento abteilung afdeling otdel
university: hochschule
university applied sciences: hogeschool
school: schule ecole escuela escola scuola skola skole szkola iskola
college: coll colegio collegio
federal: federale federales bundes federalnyy federalnoe federalnoye
state: estatal estadual estaduais statale staatliche rijks statni panstwowy gosudarstvennyy
state: gosudarstvennaya gosudarstvennoe drzavni
polytechnic: politecnico politecnica polytechnique polytechnische politechnika polytechnical
polytechnic: politehnica politekhnicheskiy
agricultural: agric agricola agricole landwirtschaftliche agraria agrarnyy rolnictwa
catholic: catolica catholique cattolica katholische katholieke katolicki
autonomous: autonoma autonome
electric: elect denki denryoku
electronics: elektronics jeonja
chemical: chems kagaku hwahak chemiczne chemiczny chemicke
pharmaceutical: yakuhin seiyaku arzneimittel pharmaceutics farmaceutyczne farmaceutyczny
machinery: machs machy kikai mashinostroitelnyy mashinostroitelnoe strojirny maskinfabrik
manufacturing: seisakusho
industries: kogyo sangyo gongeop gongup sanup
heavy industries: jukogyo junggongup junggongeop
technology: technols gijutsu keji
telecommunications: teleco telekomunikacja telekomunikace
communications: commun comms
systems: syss
semiconductor: semicon semicond semiconduct semiconductors halbleiter semiconducteurs
microelectronics: microelec microelectr microelectron mikroelektronik mikroelektronika
instruments: instrs keiki
engineering: engng engrg ingenierbau
petrochemical: petrochem petrochemicals petrochemie petrochimie petroquimica
biotechnology: biotech biotechnol biotechnologie biotechnologies biotecnologia biotechnologii
optical: optik optique optica ottica optische optisch
motor: jidosha
motors: motoren moteurs motori motores
automotive: automot
vehicles: veh fahrzeuge vehicules fahrzeugbau vehiculos
aerospace: aerosp luftfahrt
aviation: aviat
nuclear: nucl
general: allgemeine algemene allmanna
insurance: insur versicherung versicherungs versicherungen verzekering verzekeringen seguros
insurance: assicurazioni forsikring vakuutus ubezpieczen sigorta strakhovaya hoken
investment: invest inversiones investissement investissements investimenti investimentos
patents: patente brevets
patent management: patentverwaltung patentverwaltungs
steel: stahl acier aciers acero aceros acciai acciaio acciaierie staal tekko
metal: metall metaux metalli metales metaal kinzoku metallurgie
paper: papier papeterie papeteries seishi
plastics: plast kunststoff kunststoffe plastiques plasticos plastici kunststofftechnik
rubber: rub gummi caoutchouc gomu
glass: verre vidrio glaswerke glas
textile: textil textiles textilien tessile
cement: zement ciments cemento cementos
polymer: polym polymers
process: proc
distribution: distr distribucion distribuzione distribuicao
division: div
mechanical: mech mechanische mecanique mecaniques meccanica meccaniche mecanica
marketing: mktg
environmental: environ
education: educ
refrigeration: refrig
enterprises: entpr gigyo predpriyatie predpriyatiye
production: produktion produccion produzione proizvodstvennoe proizvodstvennaya proizvodstvennyy
production: producao produktions proizv
association: obedinenie obedineniye obed
works: wks
publishing: verlag verlags edizioni editions
foods: shokuhin aliments alimentos alimentari lebensmittel nahrungsmittel
construction: kensetsu bauunternehmung baugesellschaft
shipbuilding: zosen schiffbau
trading: shoji
group: jituan
company: gongsi hoesa
bank: yinhang ginko eunhaeng
wire: densen
photo: shashin
real estate: fudosan immobilien immobiliere inmobiliaria immobiliare
partners: ptnrs partner
central: cent
research: issled
import: imp
export: exp
scientific: nauch
industry: bransch przemysl prumysl
works: werk werken verk usines usine officine officina zaklad zaklady zakl zavody gyar gyarak
works: gyara tehtaat etablissements etablissement etabl stabilimento stabilimenti
works: estabelecimentos establecimientos
brothers: hnos gebroers broeders broederna brodrene brodre bratri bracia braca bratya testverek
brothers: veljekset kardesler kardesleri adelfoi
sons: soehne sonner zoon synove synowie sinovi pojat fiai
united: vereinigten verenigde unis unies forenede forenade
united: spojene ujedinjene egyesult obedinennye
general: allg algemeen generales gener
standard: std
consolidated: consol
national: nationaux
germany: dtsch bundesrepublik
europe: europeennes europaeische europeia
europe: europeas europejski evropska
machinery factory: maschinenfabrik maschf maschinenfabriken
machinery: maskinindustri masini masiny mashin strojarne strojirna strojarna
equipment: ekipman vybaveni oborudovanie oborudovaniya sprzet utrustning udstyr utstyr laitteet
equipment: apparate apparatus apparaten apparecchi aparatos apparaturen
tools: werkzeuge werkzeug outils outillage utensili herramientas gereedschap verktyg verktoj
tools: instrumentalnyy naradi narzedzi szerszam
machine tools: werkzeugmaschinen werkzeugmaschinenfabrik
engines: motorenwerke
motor works: motorenwerk
chemical: chemicky chemickych vegyi vegyipari vegyeszeti chimici chimicos quimico quimicos
chemical: kimyasal kemijska hemijska hemija khimichni kemiallinen
pharmaceutical: gyogyszer gyogyszergyar farmacevtska farmaceutska farmaceuticky farmakeftiki
pharmaceutical: laakkeet lakemedel legemiddel laegemiddel farmatsevticheskiy
steel: ocelarny stalowe acel celuk stali hutni zeleznicni
metal: metallurgical metallurgia metalurgia metalurgica metallurgique metallwerke metallwerk
metal: metallgesellschaft metalltechnik metalurgiczny metalurgicke
iron: eisen eisenwerk eisenwerke ferro ijzer zelezo
mining: gruben bergwerk bergwerke miniera minieres mijnen gruvor gruve banya kopalnia
energy: energetyczna energeticka energeticky energetikai elenergia energetske
power: kraftwerk kraftwerke elektrizitatswerk elektrizitatswerke
textile: textilgyar tekstil tekstilna tessuti tejidos weberei spinnerei
shipbuilding: werft werften astilleros cantieri scheepswerf stocznia
shipbuilding: brodogradiliste sudostroitelnyy tersane tersanesi
brewery: brauerei brouwerij cerveceria cervejaria birrificio bryggeri bryggerier browar
brewery: pivovar sorgyar brauereien
publishing: uitgeverij wydawnictwo nakladatelstvi kustannus forlaget
publishing: editrice
printing: druckerei drukkerij imprimerie tipografia imprenta trykkeri tryckeri drukarnia nyomda
furniture: moebel meubles mobili muebles moveis meubelen nabytek butor mobilya
toys: spielwaren giocattoli brinquedos speelgoed
paper: papierfabrik papierfabriken cartiere cartiera papelera papirnica papiernia paperi
glass: verrerie verreries vetreria vetrerie cristaleria glasfabrik glasfabriek
cement: zementwerke zementfabrik cimenterie cimenteries cementerie cementownia cementarna
cement: cementgyar cimento
ceramics: keramik ceramiche ceramiques ceramica ceramicas keramische porzellan porzellanfabrik
leather: pelletteria cuero couro
wine: weine vinos vinhos
dairy: molkerei laiterie laiteries latteria lacteos laticinios zuivel mejeri mejerier meijeri
dairy: mleczarnia mlekarna tejipari
meat: fleisch kjott mieso
sugar: zucker sucreries zucchero azucar azucarera acucar suiker sukker cukrownia cukrovar
fertilizers: engrais fertilizzanti fertilizantes kunstmest gubre nawozy hnojiva
dyes: farbwerke farbenfabriken colorants coloranti colorantes
paints: lackfabrik peintures vernici pinturas
seeds: saatzucht saaten semences sementi semillas sementes
explosives: sprengstoff explosifs esplosivi explosivos
cables: kabelwerke cablerie kabely
wire: drahtwerke
pumps: pumpen pompes bombas pompen pumper pompy cerpadla
valves: armaturen robinetterie valvole valvulas armatury
bearings: walzlager kugellager roulements cuscinetti rodamientos lozysk loziska
aircraft: flugzeugbau flugzeugwerke avions aerei aviones vliegtuigen flygplan samolotow letadel
railway: eisenbahn chemins ferrovie ferrocarriles ferrovias spoorwegen jernbane jarnvag kolejowe
railway: drahy demiryolu demiryollari
watches: uhren uhrenfabrik montres orologi relojes horlogerie
packaging: verpackung verpackungen emballages imballaggi embalajes embalagens verpakkingen emballage
packaging: opakowania
cosmetics: kosmetik cosmetiques cosmetici cosmeticos kosmetika kozmetik
perfumes: profumi perfumeria parfumerie
household appliances: hausgerate hausgeraete electromenager elettrodomestici electrodomesticos
measuring: messtechnik mesures meettechniek
control: regelungstechnik steuerungstechnik controles
computer: datenverarbeitung
software: logiciels programmi programas programmsysteme
television: fernseh televisione fernsehen televize
broadcasting: rundfunk radiodiffusion radiodiffusione
telephone: telefonos telefoni telephones telefone telefoon
electrical industry: elektroindustrie
purchasing: einkaufs einkauf acquisti inkoop
sales: vertrieb vertriebs vertriebsgesellschaft verkauf verkoop ventas vendite vendas sprzedaz
sales: prodej
sales: verkaufs forsaljning salgs myynti
distribution: distributie dystrybucja distribuce dagitim
administration: administraciya
participations: partecipazioni participaciones participacoes deelnemingen
holding: beteiligungsgesellschaft participation deltagelse
operations: betriebs betriebsgesellschaft exploitatie
property: vermogensverwaltung grundstucks grundstucksgesellschaft
housing: wohnungsbau wohnbau habitatges woningbouw
exploitation: verwertungs verwertungsgesellschaft
licensing: lizenz lizenzen licences licenze licencias licencas lizenzverwaltung
trademarks: markenverwaltung marques marcas merken trademark
patent: patentverwertung patentverwertungs patentes octrooien brevetti patenty patentti
innovation: innovations innovazione innovacion inovacao innovatie innowacje inovace
solutions: losungen loesungen soluzioni soluciones solucoes oplossingen resheniya
consultants: berater conseils consulenti consultores adviseurs
research: badawczo
research institute: nii niiu
research development: niokr
scientific production: nauchnoproizvodstvennoe nauchnoproizvodstvennaya
enterprises: podnik podniky przedsiebiorstwo vallalat foretag virksomhed bedrijf bedrijven poduzece
enterprises: preduzece intreprinderea yritys isletmesi isletmeleri kogyosho
cooperative: genossenschaft cooperatief cooperativa kooperativ spoldzielnia druzstvo
cooperative: osuuskunta szovetkezet andelsselskab cooperativas
"""
)
"""Abbreviation or word of another language → English word, by which it is replaced."""
LEGAL_PHRASES = parse_groups(
    """
sacv: sociedad+anonima+de+capital+variable
sa: societe+anonyme sociedad+anonima sociedade+anonima spolka+akcyjna societate+anonima
sa: soc+an soc+anon soc+anonyme
sl: sociedad+limitada
sca: societe+en+commandite+par+actions
snc: societe+en+nom+collectif societa+in+nome+collettivo
vof: vennootschap+onder+firma
ltd: jusik+hoesa chusik+hoesa youxian+gongsi gufen+youxian+gongsi youxian+zeren+gongsi
uab: uzdaroji+akcine+bendrove
ae: anonymi+etairia anonymos+etairia
spa: societa+per+azioni soc+per+azioni soc+per+az
srl: societa+a+responsabilita+limitata sociedad+de+responsabilidad+limitada
sarl: societe+a+responsabilite+limitee
sas: societe+par+actions+simplifiee
kk: kabushiki+kaisha kabushiki+gaisha kabushikikaisha kabushikigaisha
gk: godo+kaisha
yk: yugen+kaisha yugen+gaisha
nv: naamloze+vennootschap naamlooze+vennootschap
bv: besloten+vennootschap besloten+vennootschap+met+beperkte+aansprakelijkheid
ab: aktiebolaget aktiebolag ab+publ
as: aktieselskabet aktieselskab aksjeselskap
oy: osakeyhtio
aps: anpartsselskab
ag: aktien+gesellschaft aktienges
gmbh: gesellschaft+mit+beschrankter+haftung gesellschaft+m+b+h ges+m+b+h gesmbh
gmbh: gesellschaft+mbh ges+mbh gesellschaft+mit+beschraenkter+haftung
kg: kommanditgesellschaft
fgup: federal+state+unitary+enterprise federalnoe+gosudarstvennoe+unitarnoe+predpriyatie
gup: state+unitary+enterprise gosudarstvennoe+unitarnoe+predpriyatie
ooo: obshchestvo+s+ogranichennoy+otvetstvennostyu
zao: zakrytoe+aktsionernoe+obshchestvo zakrytoye+aktsionernoye+obshchestvo
oao: otkrytoe+aktsionernoe+obshchestvo otkrytoye+aktsionernoye+obshchestvo
pao: publichnoe+aktsionernoe+obshchestvo publichnoye+aktsionernoye+obshchestvo
ao: aktsionernoe+obshchestvo aktsionernoye+obshchestvo
tov: tovarystvo+z+obmezhenoyu+vidpovidalnistyu
spzoo: spolka+z+ograniczona+odpowiedzialnoscia spolka+z+oo spolka+z+o+o spolka+zoo sp+z+oo
kft: korlatolt+felelossegu+tarsasag
zrt: zartkoruen+mukodo+reszvenytarsasag
rt: reszvenytarsasag
doo: drustvo+s+ogranicenom+odgovornoscu druzba+z+omejeno+odgovornostjo
llc: cong+ty+tnhh cong+ty+trach+nhiem+huu+han
jsc: cong+ty+co+phan
sdn bhd: sendirian+berhad
pt: perseroan+terbatas
as: anonim+sirketi akciova+spolecnost akc+spol akciova+spol
sro: spolecnost+s+rucenim+omezenym
llc: ba+msywlyt+mhdwd ba+masuliyat+mahdud dhmm shmm
fze: mmh free+zone+establishment
sal: shml
pjs: shamy+khas sahami+khas sahami+khass private+joint+stock
psc: shamy+am sahami+am
"""
)
"""Legal form in words (joined by +) → its abbreviation."""
LEGAL_LETTERS = frozenset(
    """
    ab ag ao aps as asa bhd bv cv doo dd eeig ehf eg ev gie gk gmbh hf jsc kft kg kgaa kk llc llp lp
    ltd mbh nv oao ooo ohg oy oyj pao plc pjsc ojsc cjsc pte pty pvt rt sa sae sal sarl sas sca sdn
    se sl slu spa spol sprl srl sro vof yk zao zrt
    """.split()
)
"""Abbreviations of legal forms, which may be written letter by letter."""
