"""More words of names of political, religious and armed groups, in English.

What `movement_words` has no room for: virtues, directions, bodies and aims. Words are ASCII, as
`folding.letters` gives them. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

POLITICAL_WORDS = parse_groups(
    """
provisional: provisoire provisorio provisoria provisorisch muaqqat sementara
interim: interino interimaire
recovery: recuperacion recuperacao ripresa
restoration: restauration restauracion restauracao restaurazione wiederherstellung
reconstruction: reconstruccion reconstrucao ricostruzione wiederaufbau
reconciliation: reconciliacion reconciliacao riconciliazione versohnung musalaha
sovereignty: souverainete soberania sovranita souveranitat siyada
sovereign: souverain souveraine soberano soberana sovrano
independent: independant independante independiente independientes independente indipendente
independent: mustaqil mustaqilla unabhangige bagimsiz nezavisnyy nezavisimaya
free: libre libres livre libero libera freie freies frei vrij svobodnaya
free: svobodnyy ozgur vilna
coordination: coordinacion coordenacao coordinamento koordination tansiqiya tansiqiyat
coordinator: coordinadora coordonnateur
collective: collectif colectivo colectiva coletivo collettivo kollektiv
convention: convencion convenzione
combat: combate combattimento
preaching: predication tabligh
call: dawa dawah daawa
salafist: salafiste salafistes salafi salafiya salafiyya salafista
islamist: islamiste islamistes islamista islamistas
muslim: musulman musulmane musulmana musulmano muslimische muslimin muslimun muslimeen musliman
muslim: musulmans musulmanes musulmani muslimine mussulman
christian: chretien chretienne cristiano cristiana christlich christliche masihi
great: grand grande grandes gran grosse
west: ouest oeste westen
north: nord norte norden
south: sud sul suden
east: leste osten
left: gauche izquierda esquerda sinistra linke
right: droite derecha direita destra rechte
war: guerre guerra krieg harb perang savas
warriors: guerreros guerriers guerrieri krieger voiny
rebels: rebelles rebeldes ribelli rebellen mutamarridin
security: securite seguridad seguranca sicherheit sicurezza amn amniya amniyya bezopasnosti
security: guvenlik keamanan siguria veiligheid
police: policia polizia polizei shurta politsiya polisi
first: primero primera primeiro primeira pertama birinci
authorities: autoridades autorites autorita
regional: regionale regionales regionaux
integrity: integrite integridad integridade integrita
safeguard: sauvegarde salvaguardia salvaguarda safeguarding
support: nusra nusrat nosrat soutien apoyo apoio sostegno
opposition: oposicion oposicao opposizione muarada muaradha moarada oppozitsiya muhalefet
progress: progres progreso progresso fortschritt taqaddum
progressive: progressiste progresista progressista taqaddumi progressistes progresistas
labor: labour trabajo travail lavoro arbeit trabalho
nationalist: nationaliste nacionalista nazionalista qawmiya qawmiyya nationalistes milliyetci
federalist: federalistes federalista federaliste federalistas
republican: republicain republicaine republicaines republicano republicana repubblicano
republican: republikanische republikan cumhuriyetci republicains republicanos
constitutional: constitutionnel constitutionnelle constitucional costituzionale dusturi
action: accion acao azione eylem aksi
initiative: iniciativa iniziativa mubadara inisiatif
dialogue: dialogo hiwar
future: avenir futuro zukunft mustaqbal gelecek
society: sociedad sociedade societa mujtama toplum masyarakat
citizens: citoyens ciudadanos cidadaos cittadini burger muwatinin
women: femmes mujeres mulheres donne frauen nisa kadin
men: rijal hommes hombres homens
farmers: agricultores agriculteurs agricoltori
miners: mineros mineurs mineiros minatori
volunteers: volontaires voluntarios volontari freiwillige mutatawwiin gonulluler dobrovoltsy
commandos: komandos
special: especial speciale speciales especiales spetsialnyy
operations: operaciones operacoes operazioni amaliyat
operational: operativo operativa
sector: secteur settore sektor
headquarters: cuartel karargah
bureau: oficina maktab buro
office: ofis
secretariat: secretaria segreteria sekretariat amana
presidential: presidentiel presidentielle presidencial riasi
leadership: direccion direction
authority: autoridad autorite autoridade autorita otorite
legislative: legislativo legislatif tashrii
tribes: tribus tribos ashair ashaer qabail kabileler
villages: pueblitos qura
order: tariqa tarikat ordre orden ordine
sect: taifa secte secta
church: iglesia eglise igreja chiesa kirche kanisa kilise
mosque: masjid mezquita mosquee moschea moschee cami mescit
death: muerte mort morte tod mawt olum
mothers: madres meres maes madri mutter
general: aam amm umum umumi
congress: motamar motamer mutamer
people: shaby
"""
)
"""Word of another language → English word, by which it is replaced."""
VIRTUES = parse_groups(
    """
truth: haq hak
free: ahrar hurr hurra
revolutionaries: thuwar thuwwar thowar suwar
storm: asifa tempete tormenta tempesta sturm firtina tufan
victory: fateh
martyrdom: shahada shahadat
jihad: djihad cihad gihad dzihad
god: allah dios dieu dio gott tanri xudo khuda
guidance: hidaya huda
unity: tawhed
brave: valientes
wolves: bozkurtlar
panthers: pantheres panteras pantere
scorpion: aqrab escorpion akrep
cobra: kobra
thunder: raad tonnerre trueno
lightning: barq eclair
shield: dira bouclier escudo schild kalkan
sword: sayf seif saif zulfiqar
flag: raya rayat bandera drapeau bandiera bayrak
path: sabil sendero rah yol put
shining: luminoso
spring: rabi primavera printemps fruhling bahar
night: layl noche nuit notte nacht
north: northern
south: southern
west: western
east: eastern
revenge: intiqam thar venganza vengeance vendetta
"""
)
"""Words for virtues and things that also are names: they stay, and share the English symbol."""
