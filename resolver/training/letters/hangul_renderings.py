"""European names and how Korean writes them, by sound: what `rigour` has few of.

Mostly family names in English, French and German with letters that are mute or stand for a sound
that Hangul spells otherwise. Written by hand, after the rules for writing foreign words (1986).
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_pairs

HANGUL_RENDERINGS = parse_pairs(
    """
    adams=애덤스 alexander=알렉산더 allen=앨런 anderson=앤더슨 andrew=앤드루 andrews=앤드루스
    angela=앤절라 anthony=앤서니 arnold=아널드 arthur=아서 ashley=애슐리 atkinson=앳킨슨
    austin=오스틴 bailey=베일리 baker=베이커 baldwin=볼드윈 barbara=바버라 barker=바커 barnes=반스
    barrett=배럿 barry=배리 beatty=비티 beckett=베킷 bell=벨 bennett=베넷 benjamin=벤저민 berry=베리
    beth=베스 betty=베티 bishop=비숍 black=블랙 blair=블레어 blake=블레이크 bowen=보언 bowie=보위
    bowman=보먼 boyd=보이드 boyle=보일 bradley=브래들리 brandon=브랜던 brennan=브레넌 brewer=브루어
    brian=브라이언 bridges=브리지스 bright=브라이트 brooks=브룩스 brown=브라운 bruce=브루스
    bryant=브라이언트 buchanan=뷰캐넌 burke=버크 burns=번스 burton=버턴 bush=부시 butler=버틀러
    byrne=번 caldwell=콜드웰 cameron=캐머런 campbell=캠벨 carey=케리 carl=칼 carlson=칼슨 carol=캐럴
    caroline=캐럴라인 carpenter=카펜터 carroll=캐럴 carter=카터 catherine=캐서린 charles=찰스
    charlotte=샬럿 chase=체이스 cheryl=셰릴 chester=체스터 christine=크리스틴 christopher=크리스토퍼
    churchill=처칠 clarence=클래런스 clark=클라크 clarke=클라크 claude=클로드 clifford=클리퍼드
    clinton=클린턴 cohen=코언 cole=콜 coleman=콜먼 collins=콜린스 connor=코너 cook=쿡 cooper=쿠퍼
    cox=콕스 craig=크레이그 crawford=크로퍼드 cross=크로스 cruz=크루즈 curtis=커티스 cynthia=신시아
    daniel=대니얼 daniels=대니얼스 david=데이비드 davies=데이비스 davis=데이비스 dawson=도슨 dean=딘
    deborah=데버라 dennis=데니스 derek=데릭 diana=다이애나 dixon=딕슨 donald=도널드 dorothy=도러시
    douglas=더글러스 doyle=도일 drew=드루 duncan=덩컨 dunn=던 dwight=드와이트 dylan=딜런 earl=얼
    edward=에드워드 edwards=에드워즈 eileen=아일린 elaine=일레인 eleanor=엘리너 elizabeth=엘리자베스
    elliott=엘리엇 ellis=엘리스 emily=에밀리 eric=에릭 ernest=어니스트 ethan=이선 eugene=유진
    evans=에번스 evelyn=에벌린 ferguson=퍼거슨 fisher=피셔 fletcher=플레처 floyd=플로이드
    forbes=포브스 ford=포드 foster=포스터 fowler=파울러 fox=폭스 frances=프랜시스 francis=프랜시스
    frank=프랭크 franklin=프랭클린 fraser=프레이저 freeman=프리먼 gardner=가드너 garrett=개릿
    gary=게리 geoffrey=제프리 george=조지 gerald=제럴드 gibbs=깁스 gibson=깁슨 gilbert=길버트
    glenn=글렌 gordon=고든 grace=그레이스 graham=그레이엄 grant=그랜트 graves=그레이브스 gray=그레이
    greene=그린 gregory=그레고리 griffin=그리핀 griffith=그리피스 hamilton=해밀턴 hannah=해나
    hansen=핸슨 harding=하딩 harold=해럴드 harper=하퍼 harris=해리스 harrison=해리슨 harry=해리
    hart=하트 harvey=하비 hawkins=호킨스 hayes=헤이스 heather=헤더 helen=헬렌 henderson=헨더슨
    henry=헨리 herbert=허버트 hicks=힉스 hill=힐 hoffman=호프먼 holmes=홈스 hopkins=홉킨스
    howard=하워드 howell=하월 hudson=허드슨 hughes=휴스 hugo=휴고 hunt=헌트 hunter=헌터 ian=이언
    irving=어빙 isaac=아이작 jack=잭 jackson=잭슨 jacob=제이컵 jacobs=제이컵스 james=제임스
    jane=제인 janet=재닛 jason=제이슨 jean=진 jeffrey=제프리 jenkins=젠킨스 jennifer=제니퍼
    jeremy=제러미 jesse=제시 jessica=제시카 joan=조앤 john=존 johnson=존슨 johnston=존스턴
    jonathan=조너선 jones=존스 jordan=조던 joseph=조지프 joshua=조슈아 joyce=조이스 judith=주디스
    julie=줄리 justin=저스틴 karen=캐런 kate=케이트 keith=키스 kelly=켈리 kennedy=케네디
    kenneth=케네스 kerr=커 kevin=케빈 kim=킴 king=킹 knight=나이트 kyle=카일 lambert=램버트
    larry=래리 laura=로라 laurence=로런스 lawrence=로런스 lawson=로슨 leigh=리 leonard=레너드
    leslie=레슬리 lincoln=링컨 lloyd=로이드 logan=로건 louise=루이즈 lowe=로 lucas=루커스 lucy=루시
    luke=루크 lynch=린치 lynn=린 macdonald=맥도널드 madison=매디슨 margaret=마거릿 marie=마리
    mark=마크 martha=마사 martin=마틴 mason=메이슨 matthew=매슈 matthews=매슈스 maxwell=맥스웰
    mccarthy=매카시 mcdonald=맥도널드 mckay=매케이 megan=메건 melissa=멀리사 meyer=마이어
    michael=마이클 michelle=미셸 miles=마일스 miller=밀러 mills=밀스 mitchell=미첼 monroe=먼로
    moore=무어 morgan=모건 morris=모리스 morrison=모리슨 moss=모스 murphy=머피 murray=머리
    nancy=낸시 nash=내시 nathan=네이선 neil=닐 nelson=넬슨 newman=뉴먼 newton=뉴턴 nicholas=니컬러스
    nicole=니콜 nixon=닉슨 noah=노아 norman=노먼 oliver=올리버 olson=올슨 owen=오언 palmer=파머
    parker=파커 patrick=패트릭 patterson=패터슨 paul=폴 payne=페인 pearce=피어스 pearson=피어슨
    perkins=퍼킨스 perry=페리 peter=피터 peterson=피터슨 philip=필립 phillips=필립스 pierce=피어스
    porter=포터 powell=파월 price=프라이스 quinn=퀸 rachel=레이철 ralph=랠프 raymond=레이먼드
    rebecca=리베카 reed=리드 reid=리드 reynolds=레이놀즈 rhodes=로즈 rice=라이스 richard=리처드
    richards=리처즈 richardson=리처드슨 riley=라일리 robert=로버트 roberts=로버츠 robertson=로버트슨
    robinson=로빈슨 roger=로저 rogers=로저스 ronald=로널드 rose=로즈 ross=로스 roy=로이 russell=러셀
    ruth=루스 ryan=라이언 samantha=서맨사 samuel=새뮤얼 sanders=샌더스 sandra=샌드라 sarah=세라
    saunders=손더스 scott=스콧 sean=숀 shannon=섀넌 sharon=섀런 shaw=쇼 shelley=셸리 sheridan=셰리든
    sherman=셔먼 simon=사이먼 simpson=심프슨 smith=스미스 snow=스노 spencer=스펜서 stacy=스테이시
    stanley=스탠리 stella=스텔라 stephanie=스테퍼니 stephen=스티븐 stephens=스티븐스 steven=스티븐
    stevens=스티븐스 stewart=스튜어트 stone=스톤 stuart=스튜어트 sullivan=설리번 susan=수전
    sylvia=실비아 taylor=테일러 teresa=테리사 terry=테리 thatcher=대처 theodore=시어도어
    thomas=토머스 thompson=톰프슨 thornton=손턴 timothy=티머시 todd=토드 tony=토니 turner=터너
    tyler=타일러 victor=빅터 victoria=빅토리아 vincent=빈센트 virginia=버지니아 wade=웨이드
    walker=워커 wallace=월리스 walsh=월시 walter=월터 ward=워드 warner=워너 warren=워런
    washington=워싱턴 watson=왓슨 watts=와츠 wayne=웨인 weaver=위버 webb=웹 webster=웹스터
    weiss=와이스 wells=웰스 wendy=웬디 west=웨스트 wheeler=휠러 white=화이트 wilkinson=윌킨슨
    william=윌리엄 williams=윌리엄스 willis=윌리스 wilson=윌슨 winston=윈스턴 wood=우드 woods=우즈
    wright=라이트 wyatt=와이엇 young=영 zachary=재커리 bach=바흐 bauer=바우어 beauvoir=보부아르
    becker=베커 berlioz=베를리오즈 bernhard=베른하르트 bizet=비제 bourgeois=부르주아 braun=브라운
    camus=카뮈 cezanne=세잔 chirac=시라크 chopin=쇼팽 christophe=크리스토프 debussy=드뷔시
    delacroix=들라크루아 descartes=데카르트 dubois=뒤부아 dumas=뒤마 durand=뒤랑 dupont=뒤퐁
    fischer=피셔 flaubert=플로베르 foucault=푸코 fournier=푸르니에 francois=프랑수아
    friedrich=프리드리히 gauguin=고갱 gautier=고티에 georges=조르주 girard=지라르 giscard=지스카르
    goethe=괴테 guillaume=기욤 haydn=하이든 heidegger=하이데거 heinrich=하인리히 henri=앙리
    herzog=헤르초크 hitler=히틀러 hofmann=호프만 jacques=자크 jeanne=잔 joachim=요아힘 johann=요한
    jurgen=위르겐 kaiser=카이저 karl=카를 keller=켈러 koch=코흐 kohler=쾰러 kruger=크뤼거
    lacroix=라크루아 laurent=로랑 lefevre=르페브르 lehmann=레만 leroy=르루아 louis=루이
    ludwig=루트비히 macron=마크롱 marcel=마르셀 martine=마르틴 mercier=메르시에 michel=미셸
    mitterrand=미테랑 moliere=몰리에르 monet=모네 moreau=모로 muller=뮐러 nietzsche=니체
    philippe=필리프 pierre=피에르 proust=프루스트 ravel=라벨 renault=르노 renoir=르누아르
    richter=리히터 rousseau=루소 roux=루 sartre=사르트르 schiller=실러 schmidt=슈미트
    schneider=슈나이더 schroder=슈뢰더 schubert=슈베르트 schulz=슐츠 schumann=슈만 schwarz=슈바르츠
    strauss=슈트라우스 thierry=티에리 toulouse=툴루즈 voltaire=볼테르 wagner=바그너 weber=베버
    werner=베르너 wolfgang=볼프강 yves=이브 ziegler=치글러 zimmermann=치머만 ahlberg=알베리
    andersen=안데르센 bergman=베리만 bjorn=비에른 borg=보리 giovanni=조반니 giuseppe=주세페
    guerrero=게레로 guillermo=기예르모 gutierrez=구티에레스 hernandez=에르난데스 javier=하비에르
    jimenez=히메네스 joao=주앙 jorge=호르헤 jose=호세 juan=후안 luigi=루이지 michelangelo=미켈란젤로
    munoz=무뇨스 nunez=누녜스 pacheco=파체코 quintana=킨타나 rodriguez=로드리게스 sanchez=산체스
    silva=시우바 vasquez=바스케스 zapata=사파타
    """
)
"""Latin name → Korean name; some have several."""
