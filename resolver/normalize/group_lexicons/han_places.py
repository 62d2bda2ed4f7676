"""Places in names of groups in Chinese characters, with their English names.

Characters are in simplified form, as in `han_words`. Names of countries, provinces and prefectures
come from `rigour`, so this lists their short forms and cities. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.word_pairs import parse_groups

HAN_PLACES = parse_groups(
    """
united states: 美国
united kingdom: 英国
britain: 不列颠 大不列颠
england: 英格兰
scotland: 苏格兰
wales: 威尔士
ireland: 爱尔兰
france: 法国
germany: 德国
italy: 意大利
russia: 俄罗斯 俄国
north korea: 朝鲜 北韩
korea: 大韩 高丽
saudi arabia: 沙特
united arab emirates: 阿联酋
czech: 捷克
canada: 加拿大
australia: 澳大利亚 澳洲
new zealand: 新西兰 纽西兰
china: 中国 中华
taiwan: 台湾
hong kong: 香港
macau: 澳门
tibet: 西藏
xinjiang: 新疆
uyghur: 维吾尔
inner mongolia: 内蒙古
washington: 华盛顿
new york: 纽约
los angeles: 洛杉矶
san francisco: 旧金山 三藩市
san diego: 圣迭戈 圣地亚哥
silicon valley: 硅谷
chicago: 芝加哥
boston: 波士顿
philadelphia: 费城
houston: 休斯敦 休斯顿
dallas: 达拉斯
austin: 奥斯汀
seattle: 西雅图
detroit: 底特律
denver: 丹佛
atlanta: 亚特兰大
miami: 迈阿密
las vegas: 拉斯维加斯
hawaii: 夏威夷
alaska: 阿拉斯加
california: 加利福尼亚 加州
texas: 得克萨斯 德克萨斯
florida: 佛罗里达
virginia: 弗吉尼亚 维吉尼亚
maryland: 马里兰
pennsylvania: 宾夕法尼亚
massachusetts: 马萨诸塞 麻省
michigan: 密歇根 密西根
ohio: 俄亥俄
georgia: 佐治亚 格鲁吉亚
colorado: 科罗拉多
arizona: 亚利桑那
utah: 犹他
oregon: 俄勒冈
carolina: 卡罗来纳
alabama: 阿拉巴马 亚拉巴马
indiana: 印第安纳
illinois: 伊利诺伊
minnesota: 明尼苏达
wisconsin: 威斯康星
toronto: 多伦多
vancouver: 温哥华
montreal: 蒙特利尔
ottawa: 渥太华
london: 伦敦
manchester: 曼彻斯特
cambridge: 剑桥
oxford: 牛津
edinburgh: 爱丁堡
paris: 巴黎
lyon: 里昂
marseille: 马赛
berlin: 柏林
munich: 慕尼黑
hamburg: 汉堡
frankfurt: 法兰克福
cologne: 科隆
rome: 罗马
milan: 米兰
turin: 都灵
naples: 那不勒斯
madrid: 马德里
barcelona: 巴塞罗那
lisbon: 里斯本
brussels: 布鲁塞尔
antwerp: 安特卫普
amsterdam: 阿姆斯特丹
rotterdam: 鹿特丹
hague: 海牙
geneva: 日内瓦
zurich: 苏黎世
basel: 巴塞尔
bern: 伯尔尼
vienna: 维也纳
prague: 布拉格
budapest: 布达佩斯
warsaw: 华沙
bucharest: 布加勒斯特
sofia: 索非亚
belgrade: 贝尔格莱德
athens: 雅典
istanbul: 伊斯坦布尔
ankara: 安卡拉
stockholm: 斯德哥尔摩
oslo: 奥斯陆
copenhagen: 哥本哈根
helsinki: 赫尔辛基
tallinn: 塔林
riga: 里加
vilnius: 维尔纽斯
moscow: 莫斯科
petersburg: 圣彼得堡 彼得堡
novosibirsk: 新西伯利亚
vladivostok: 符拉迪沃斯托克 海参崴
kyiv: 基辅
minsk: 明斯克
tehran: 德黑兰
baghdad: 巴格达
damascus: 大马士革
beirut: 贝鲁特
jerusalem: 耶路撒冷
tel aviv: 特拉维夫
cairo: 开罗
dubai: 迪拜
abu dhabi: 阿布扎比
riyadh: 利雅得
kabul: 喀布尔
karachi: 卡拉奇
delhi: 德里 新德里
mumbai: 孟买
kolkata: 加尔各答
dhaka: 达卡
colombo: 科伦坡
yangon: 仰光
bangkok: 曼谷
hanoi: 河内
ho chi minh: 胡志明市
phnom penh: 金边
vientiane: 万象
kuala lumpur: 吉隆坡
penang: 槟城
jakarta: 雅加达
manila: 马尼拉
sydney: 悉尼 雪梨
melbourne: 墨尔本
canberra: 堪培拉
auckland: 奥克兰
tokyo: 东京
osaka: 大阪
kyoto: 京都
nagoya: 名古屋
yokohama: 横滨
kobe: 神户
hiroshima: 广岛
fukuoka: 福冈
sapporo: 札幌
okinawa: 冲绳
seoul: 首尔 汉城
busan: 釜山
incheon: 仁川
pyongyang: 平壤
ulaanbaatar: 乌兰巴托
beijing: 北京
shanghai: 上海
tianjin: 天津
chongqing: 重庆
guangzhou: 广州
shenzhen: 深圳
dongguan: 东莞
foshan: 佛山
zhuhai: 珠海
huizhou: 惠州
zhongshan: 中山
shantou: 汕头
xiamen: 厦门
fuzhou: 福州
quanzhou: 泉州
hangzhou: 杭州
ningbo: 宁波
wenzhou: 温州
shaoxing: 绍兴
nanjing: 南京
suzhou: 苏州
wuxi: 无锡
changzhou: 常州
nantong: 南通
yangzhou: 扬州
hefei: 合肥
wuhu: 芜湖
nanchang: 南昌
wuhan: 武汉
changsha: 长沙
zhengzhou: 郑州
luoyang: 洛阳
jinan: 济南
qingdao: 青岛
yantai: 烟台
weihai: 威海
weifang: 潍坊
zibo: 淄博
shijiazhuang: 石家庄
baoding: 保定
tangshan: 唐山
taiyuan: 太原
hohhot: 呼和浩特
shenyang: 沈阳
dalian: 大连
dandong: 丹东
changchun: 长春
jilin: 吉林
harbin: 哈尔滨
xian: 西安
lanzhou: 兰州
xining: 西宁
yinchuan: 银川
urumqi: 乌鲁木齐
chengdu: 成都
mianyang: 绵阳
guiyang: 贵阳
kunming: 昆明
nanning: 南宁
guilin: 桂林
haikou: 海口
lhasa: 拉萨
kowloon: 九龙
taipei: 台北
kaohsiung: 高雄
taichung: 台中
tainan: 台南
hsinchu: 新竹
taoyuan: 桃园
"""
)
"""Place in simplified characters → English name."""
