"""Short and familiar forms of Arab, Persian, Indian and Malay given names.

Written for this project, in the format of `pet_names`.
"""

from __future__ import annotations

ASIAN = """
# Arab
abbas: abbous abboussi; abdlah: abdalla aboud aboudi abdoul obeid abdallahi bouda; abdlatif: lutfi
latouf; abdmunim: moneim munim; abdqadir: qaddour kaddouri; abdrahim: rahim rahoum; abdrahman:
rahman rahmoun dahmane abderra dahou dahmani; abdraziq: razzouq razeq; abdsalam: salam slimou;
abdwahab: wahab wahoub; adel adil: addoula doula; adnan: addoun; ahlam: hallouma; ahmad ahmed:
hamada hmed hmida hammadi hmad himada humaid ahmadou mido hamoudi; aisha aicha: aichoucha eisho
ayousha ayyoush aiche ashousha; akram: karoumi; ali: allouch alloush alilou lilo aliwa aloulou
alawi alous alouche; amal: amoula amoul; amin amine: aminou mino amoun; amina: amouna minou mina
amno amoun; amir: ammour ammouri; amira: mira amoura amouri; ammar: ammour ammoura; anas: annous
nounou; anis: annous; ashraf: shroufa; asma: asoum soumaya asouma; aziz: azzouz azzouzi zizou
azoz; azza: azzouza; badr: badour badri; baha: bahbouh; bashir: bashour; bilal: balboul bilou;
bushra: bashboush boushi; dalal: dalloul dalloula; dalia: daloul dodi; dina: dandoun dandouna
dodi; dunya: dandoun; fadi: fadoul fadfoud; fadl: faddoul; fahd: fahoud fahed; faisal faysal:
fasoul faysoul; farah: farrouha fafi faroha farfoura; farid: farroud; farida: farouda; fathi:
fathallah fattouh; fatima fatma: fattoum fattouma tamtoum fatou batta fatoma tomtom tamtam
fettouma; ghada: ghadoud; ghassan: ghassoun; habib: habboub hbiba; hadi: haddoud; hajar: hajoura;
hala: halloul halloula; hamid: hammoud hamdoun hamoudi; hamza: hamzoz hamouz hamzawi zouz; hana:
hannoun hannouna; hanan: hannoun hannouna nouna; harun: harrouna; hasan hassan: hassouna hasoun
hsan hasooni hassoni abuali; hayat: hayouta hayouti; hiba: habboub hebboub; hind: hannoud handouda
hanouda hindawi; hisham: hashoum hashouma hammoush; hoda huda: haddoud hodhod haddouda; husayn
hussein hussain husain hossein: hassouna hassoun hussouni hsain hassouni hoss houssin; ibrahim:
brahim ibrahimo hima bahroum abbrahoum barhouma brahimi khalil brhoum barhoum; idris: driss
drissi; ikram: karroum; ilham: lahlouh loulou; iman: ammoun emoun manoun mona; issam: assoum;
ismail: smail samaoul sumaa somaa ismailo smain isma; izzaldin: ezzo azzo; jaafar jafar: jaafour;
jamal: jammoul jimmy jammoula; jamila: jammoula mila; jawad: jaouad jaddoud; kamal: kammoul kimo
kamoula; karim: karrouma karoum kimo karimo karrom; karima: karouma; khadija khadidja: khadouj
khaddouja dija khdija; khaled khalid: khaldoun khallouda khalloud kholi khalloudi; khalil:
khalloul; laila layla: lalloush lailoush lulua lolo lilo layloul; lamia: lammoum; leen lina:
linoush lilo; lubna: labboun lobna luba labloub; maha: mahmouha mahmouh hamhouma; mahdi: mahdoush;
mahmoud mahmud: hamouda mahmoudi hamoudi houda mahmoudo mido; majid majed: majoud; malak: mallouka
mallouk lolo; mansour: mansoura; maram: marmoura; mariam maryam: maryouma marioma maryoum mimi
marmour mannousa marouma mero; marwa: marmar maroura mero; marwan: marrouna maro mero marawin;
maysa: mayoush; mohammed muhammad mohamed mohammad muhammed mohamad: hamada hammouda hamoudi mido
mohand mhamed hammou moh mouh muha moha memo mimo himo hamma mohamedou mhand hamoud boudi mmd
mohameden mohd; mona muna: mannouna manoun monmon monmona; munir mounir: mannour; murad mourad:
marroud; musa moussa: mousmous moussi moussou; mustafa mostafa: darsh sasa sattouf tifa safsouf
mestafa stof staf stoufa mosto; nabil: nabboul nabloul bill nabloun; nada: naddoud nadnouda nanou;
nadia: naddoud nadoush nadnoud; nadir: nadour; nahla: nahloul; najib: najboub; najla: najjoul;
najwa: najnouj; nasir nasser: nassour nassouri; nawal: nawoula; nisrin: nassour nasnous; noor
nour: nounou noura nannour nawar; noura: nawwara nounou; nuha: nahnouh; omar umar: ammoura ammar
amour omour ammouri omaro miro; omnia: mannoun; osama usama: sousou assoum oussi; othman uthman:
othmana attouma athoum atman; qasim: qassoum; qusay: qassous; rachid rashid: rashoud rachoud
rachou; radwan: raddoun; rania: rannoun rannoush raniroun; rasha: rashrousha rashoush; rawan:
rawoun; reem rim: rimrim rimoush rayouma rimou; riham: rammouha hammoum; rida: rodda; ruqayya:
rouka rqia rakouk; saad: saadoun saadoud saadi saoud; sabah: sabbouha; sabrin: sabboura; safa:
saffouf; safia: saffoufa; sahar: sahoura sahroura; said saeed: saoudi saido soso saadou sou;
sakina: sakkouna skina; salah: sallouha saloh salouh; salih saleh: sallouh salouha; salim:
sallouma saloum slim; salma: salloum sallouma soma soso; salman: salmoun; salwa: salloua; sami:
sammour sammoum; samia: sammouma; samir: sammour samsour samoura; samira: sammoura samsouma
samsoura; sana: sannoun sannouna; sara sarah: sarsour sarsoura sassou soso saroura; shaima:
shammousha shimo shamshoum; shadi: shadoud; sharif: sharouf; sharifa: sharrouf; sulayman suleiman:
salloum soulaym slimane slimo solo; suha: sahsouh; suad souad: saadou sousou; tahani: hannoun;
talal: talloul; tamer: tammour; tarek tariq: tarrouq tito tatou; wael wail: walloul; wafa:
waffoufa; walid: wallouda loulou waloud; wasim: wassoum; yahya: yahyoush; yasir yasser: yassour
yasso; yasmin yasmine: yasso yasmina sousou mimi yassou minou; yazid: zizou; yunus younes: yanous
yoyo younsi; yusuf youssef yousef: yousri joe sousou yassouf jojo sousouf sif; zahra: zahrour
zahroura zahour zhour zahoura zaza zahrat; zain: zanoun; zakariya: zakour zakoura zaki ziko zako
zikou zack; zayd: zayoud; ziad ziyad: zayoud zizo; zaynab zeinab zainab: zanoub zannouba zouba
zeyna zoubida zoz zouzou zizi; zohra: zahroura; zuhair: zahhour; zubaida: zouba zoubida
# Persian
abdollah: abdol abdi; abolfazl: abol fazl abolfaz; abolghasem: abol ghasem abolqasem; afsaneh:
afsi afi; akbar: aki; alireza: ali alir reza; amirhossein: amir hossein; amirali: amir ali; arezoo
arezu: arez ari; asghar: asi; atefeh: ati; bahareh: bahar baha; behnam: behi; behrouz: behi;
daryoush: dari; davood: davi; ebrahim: ebrahi ibi ebram; elaheh: eli ela; elham: eli; esmaeil
esmail: esi esmal smail; fahimeh: fahim; faezeh: fafa; fariba: fari; farideh: fari; farshid: fari;
fatemeh: fatima fati fatan fatish; firouz: firi; forough: fori; gholamali: gholam; gholamhossein:
gholam gholi; golnaz: goli gol; hamideh: hami; hediyeh: hedi; homa: homi; homayoun: homi homay;
hooshang houshang: hoshi hooshi; jafar: jafi jeff; jahangir: jahan; jalal: jali; kamal: kami;
kambiz: kami kambi; karim: kari; keyvan: kayvan keyvi; kianoush: kia kian; kourosh: kouri koroush;
ladan: lado; mahnaz: mahi; mahdieh: mahdi; mahsa: mahi; mahtab: mahi; malek: mali; manizheh: mani;
masoud: masi mas; mehdi: mahdi mehti mehd; mehrnoosh: mehri; mina: mini; minoo: mino; mohammadali:
mamali mohamad; mohammadreza: mamreza mohamad reza; mohsen: mosi mohs; mojgan: moji; nahid: nahi;
nader: nadi; naser: nasi; nazanin: nazi naz; niloufar: nilou nili; parisa: pari; parvaneh: pari
parvin; pouya: pouyi; ramin: rami; roya: roy; rostam: rosti; roxana: roxi; saeid saeed: saeedi
sai; sakineh: saki sakin; saman: sami; sara: sari; sepideh: sepi; shahab: shabi; shahin: shahi;
shahla: shahi; shahrzad: shari sherry shahi; shirin: shiri; siamak: sia; simin: simi; soheila:
soheil sohi; somayeh: soma somi; soraya: sori; taghi: tagh; tahereh: tahi; vahid: vahi; yadollah:
yadi yadol; yousef: yosi; zeinab: zizi zeini; ziba: zibi
# Indian
abhijit abhijeet: abhi jit; abhinav: abhi nav; abhishek: abhi sheku abhu; aditi: adi; aditya: adi
adit; akash: akki akku; akhil: akki; akshay: akki aksh akshu; alok: alu; amar: ammu; amarjit:
amar; amitabh: amit amitji; amrita: amru ammu amri; anand: andy nandu; ananya: anu annie; anirudh:
ani rudy anu; anjana: anju; ankit: anku; ankita: anki; ankur: anku; anupam: anu; anurag: anu;
anuradha: anu radha anuja; anusha: anu; aparna: appu; archana: archu archie; arjun: arju jun aju;
arvind aravind: aru arvi avi; arun: aru arunu; aruna: aru; asha: ashu; ashwin: ashu ash; ashwini:
ashu; avinash: avi avin; ayesha: ayshu; balakrishna: balu bala balkrishna; balakrishnan: balu
bala; balaji: bala; balwinder: balli bala; bhagwan: bhagu; bharat: bharu; bhaskar: bhasi baskar;
bhavana: bhavu; bhupinder: bhupi; bhupendra: bhupi; birendra: biru; chandra: chandu; chandrakant:
chandu; chandrashekhar: chandu shekhar chandra; chiranjeevi: chiru; daljit: dalli; damodar: damu;
daya: dayu; debabrata: debu; dev: devu; devendra: dev devu; dhananjay: dhanu jay; dhirendra:
dhiru; dilip: dilu; divya: divi divs; durga: durgi; gagandeep: gagan gaggi; ganesh: gani gannu;
gaurav: gauru gary; gayatri: gayu; gitanjali: gitu; govind: govi gobind govinda; gurdeep: gogi
guri; gurmeet: guri; gurvinder: guri; haridas: hari; hardeep: hardi happy; harinder: harry;
harjit: harry jit; harsha: harshu; hemant: hemu; hemalatha: hema latha; indira: indu; indrajit:
indra jit; ishaan ishan: ishu; ishita: ishu; jagadish jagdish: jaggu jagga jaggi; jagjit: jaggi
jaggu; jagmohan: jaggi; jagannath: jagu; janaki: janu; jaspal: jassi; jaswant: jassi; jaya: jayu;
jayalalitha: jaya; jayanta: jay; jayashree: jaya; jyoti: jyotu jo; kalpana: kalpu; kamala: kammu;
kamal: kammu; karan: karu; karthik kartik: karthi; kartar: kartu; kiran: kirru; kishore: kishu
kisha; krishnamurthy: kitty murthy krish; krishnan: krish kichu kicha; krishnaswamy: kitcha;
kumar: kumu; kunal: kunu; lakshmi: laksh lachi lucky; lakshman laxman: lachhu lachman laxmi;
lalita: lali lalu; lata: latu; madan: maddy; madhav: madhu; madhavan: maddy madhu; madhuri: madhu;
madhusudan: madhu; mahendra: mahi mahen mahu; mahima: mahi; malati: malu; mallika: malli; manish:
manu; manisha: manu mishi; manmohan: mohan manu; manjula: manju; manjunath: manju; maninder: mani;
meenakshi: meenu meena; minakshi: minu; mithun: mithu; mohammad: mohd; mohini: mohi; muthu:
muthulakshmi; naga: nagu; nagaraj: nagu raj; nagesh: nagu; nandini: nandu; narasimha: narsi simha;
narayan: naru narayana nari; naveen: navi nav; neha: nehu; nikhil: nikki nik; niranjan: niru;
nirmala: nimmi niru; nisha: nishu; nitin: nitu; omprakash: om omi; padma: paddu padmi; padmavathi:
padma paddu; parameswaran: param; paramjit: pammi param pamma; parminder: pammi; parthasarathy:
partha parthu; parvati: paru; prabhakar: prabhu; pranav: pranu; prasad: prasu; prasanna: prasu;
prashant prashanth: prashu; pratap: pratu; pratibha: prati; preeti priti: pretty pitu; prem:
premi; priya: piyu priyu; radha: radhi; radhakrishnan: radha; raghavan: raghu; raghunath: raghu;
raghuram: raghu ram; raja: raju; rajagopal: raju raja; rajalakshmi: raji; rajani: raju raji;
rajat: raju; rajinder: raju raj rajji; rajiv: raju raj; rajni: raju; raman: ramu; ramanathan:
raman ramu; ramaswamy: ramu rama; ramkumar: ram ramu; rani: ranu; ranjan: ranju; ranjana: ranju;
ranjit: ranju rana; rashmi: rashi rash; ravi: ravs; ravindra: ravi; ravinder: ravi; renuka: renu;
revathi: revu; ritu: rits; rohini: rohu; roopa rupa: rupi; sachidananda: sachi; saraswati: saras
saru; saravanan: saro saravana; sarojini: saro saroj; sashi: shashi; satyanarayana: satya satyam;
satyajit: manik satya; satyendra: satya; savitri: savi sabi; selvam: selva; senthil: senthi;
shankar: shanku; shailendra: shailu shaila; shailesh: shailu; shalini: shalu; sharada: sharu;
sharmila: sharmi; shashank: shashi; shashikala: shashi; shekhar: shekhu; shilpa: shilpi shilps;
shivaji: shiva; shivakumar: shiva siva; shivani: shivi shiv; shobha: shobi; shraddha: shradz;
shreya: shreyu; shruti: shru; shubham: shubhu; siddharth siddhartha: sid sidhu; sita: situ;
sivaramakrishnan: siva sivaram; sneha: snehu; sonal: sonu; sonia: sonu; soumya: soumi; sridevi:
sri; sridhar: sri dhar; srikanth: sri kanth srikky; subbulakshmi: subbu; subhas: subu; subramanya:
subbu mani; sudha: sudhu; sudhakar: sudha sudhi; sudhir: sudhi; sujata: suji; sujatha: suji;
suman: sumi; sumitra: sumi; sundar: sundu; sunitha: suni; suraj: sury; surendra: suren suru;
surinder: suri chhinda; surjit: surji jit; sushil: sushi; sushila: sushi; sushma: sushi; swapan:
swapu; swapna: swapu; swaminathan: swami; swati: swatu; tanuja: tanu; tanvi: tanu; tejas: teju;
tripti: tripu; uday: udi; uma: umi; umesh: umi; upendra: upi; urmila: urmi; vaishnavi: vaishu;
vandana: vandu; varsha: varshu; varun: varu; vasudevan: vasu; vasantha: vasu; vasudev: vasu;
venkataraman: venkat venky raman; venkateswaran: venkat venky; vidya: vidu; vijaya: viji;
vijayalakshmi: viji vijaya; vijayakumar: vijay; vimala: vimi; vinay: vinu; vineet: vinu; vineeta:
vinu; vinayak: vinu; vipin: vipi; vishal: vishu; vishnu: vishu; vishwanath: vishu vishwa;
vishwanathan viswanathan: vishy vishwa; yashwant: yash; yashoda: yashu; yogendra: yogi; yogesh:
yogi; zakir: zaki
# Malay and Indonesian
abdlah: dollah lah dul; abdrahman: man rahman aman; abdrahim: him rahim; abdulkarim: karim; ahmad:
mad amad; aminah: minah; arif: arip; aishah: chah esah; azizah: zizah; bambang: bams; budiman:
budi; dewi: wiwi; fatimah: timah fatim imah; hamid: mid; hamidah: midah; hasan: san; hasanah:
sanah; ibrahim: him brahim rahim bram; ismail: mael mail; jamaludin: jamal din; kamaruddin: kamar
din; kartini: tini; khadijah: tijah dijah; mariam maryam: yam mar; mohamed muhammad: mat mamat mad
med; mustafa: tapa; nasruddin: nas din; norhayati: yati nor; osman: man; ramlah: lah; razali: li;
rokiah: kiah; rosmah: mah; sharifah: pah; siti: iti; sulaiman: man leman; sukarno: karno; suharto:
harto; susilo: silo; suryanti: yanti; sutanto: tanto; suwarni: warni; wahyudi: yudi; yusof: sop;
zainab: nab
""".strip()
