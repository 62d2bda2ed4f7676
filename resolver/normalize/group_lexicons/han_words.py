"""Generic words of groups' names in Chinese characters, with the English words they stand for.

Chinese names have no spaces, so they are cut at these words, the longest first; what is left is a
proper name. Characters are in simplified form: `han_variants.level_han` brings others to it, so a
word that Taiwan or Japan has in common is listed once, and one of their own (資訊, 製作所) by the
simplified forms of its characters. Where a word stands for several, the most usual is first, and
the others follow slashes. Written by hand.
"""

from __future__ import annotations

from resolver.normalize.group_lexicons.han_qualities import QUALITY_WORDS
from resolver.normalize.group_lexicons.han_society import SOCIETY_WORDS, STATE_WORDS
from resolver.normalize.word_pairs import parse_groups

_LEGAL = """
plc: 股份有限公司 股份公司
llc: 有限责任公司 合同会社
ltd: 有限公司 有限会社 责任公司
kk: 株式会社
company/corporation: 公司 会社
corporation: 总公司 法人
group: 集团
holding: 控股
partnership: 合伙企业 合伙
enterprises: 企业
branch: 分公司 支店
subsidiary: 子公司
firm: 商行 事务所
brothers: 兄弟
partners: 合伙人
"""
_TRADES = """
trading: 贸易 商贸 经贸 商事 通商 贸易商
commerce/commercial: 商业 商务 商会
chamber commerce: 总商会
import export: 进出口
import: 进口
export: 出口
technology/technologies/tech: 科技 技术 技研
scientific: 科学技术
technical: 工技
science: 科学
electronics/electronic: 电子
electric: 电气 电机 电力设备 电器
semiconductor: 半导体
microelectronics: 微电子
optics/optical: 光学
optoelectronics/photonics: 光电 光电子 光子
laser: 激光 雷射
sensor/sensing: 传感器 传感 感测
chip: 芯片 晶片
software: 软件 软体
hardware: 硬件 五金
computer/computing: 计算机 电脑 计算
data: 数据 资料
digital: 数字 数码 数位
information: 信息 资讯 情报
intelligence: 智能 智慧
artificial intelligence: 人工智能
analytics/analysis: 分析
network: 网络 网路
internet: 互联网 因特网
cloud: 云端 云计算
cyber: 网络空间
cybersecurity: 网络安全
quantum: 量子
robotics/robot: 机器人
automation: 自动化
control/controls: 控制
communications: 通信 通讯 传播
telecommunications: 电信 远程通信
media: 媒体 传媒
radio: 无线电 广播
wireless: 无线
satellite: 卫星
microwave: 微波
antenna: 天线
cable: 电缆
instruments: 仪器 仪表 计器
equipment: 设备 器材 装置 装备
components/parts: 零部件 零件 部件 部品 组件
materials: 材料 物资
composites/composite: 复合材料
products: 产品 制品
machinery/machine: 机械 机器 机工
engine/engines: 发动机 引擎 原动机
motor/motors: 马达 电动机 汽车公司
precision: 精密
tools: 工具
mold: 模具
valve: 阀门
pump: 泵业
bearing: 轴承
manufacturing: 制造 制作所 制造所 制作
factory: 工厂 工场
industry/industrial/industries: 工业 实业 兴业
industries/industry: 产业
heavy industries: 重工 重工业
engineering: 工程
design: 设计
testing/test: 测试 检测 试验
construction: 建设 建筑 建筑工程
building: 大厦
real estate: 房地产 地产 不动产
property: 物业 置业
cement: 水泥
glass: 玻璃 硝子
ceramics: 陶瓷
steel: 钢铁 钢材 制铁 制钢 制铁所 制钢所
iron: 铁业
metals/metal: 金属
aluminum: 铝业
copper: 铜业
gold: 黄金
rare earth: 稀土
mining: 矿业 采矿
minerals: 矿产
coal: 煤炭 煤业
oil/petroleum: 石油
gas: 天然气 燃气
petrochemical: 石油化工 石化
energy: 能源 能量
power: 电力 动力
nuclear/atomic: 核能 核电 核子 核工业
atomics/atomic: 原子 原子能
solar: 太阳能 光伏
wind: 风电 风能
battery: 电池
hydrogen: 氢能
chemical/chemicals: 化工 化学
plastics: 塑料 塑胶
rubber: 橡胶
textile: 纺织 纤维
garment: 服装 服饰
leather: 皮革
paper: 纸业 造纸 制纸
printing: 印刷
packaging: 包装
furniture: 家具
pharmaceutical/pharmaceuticals: 医药 制药 药业 药品
biotechnology/biotech: 生物科技 生物技术
bio/biological: 生物
genetics/genomics: 基因
medical: 医疗 医学
health: 健康 卫生 保健
hospital: 医院 病院
clinic: 诊所
food/foods: 食品 粮食
agriculture/agricultural: 农业
fisheries/fishery: 渔业 水产
forestry: 林业
animal: 动物 畜牧
water: 水务 水利
environment/environmental: 环境 环保
tobacco: 烟草
brewery: 啤酒
hotel: 酒店 饭店 宾馆
restaurant: 餐厅
tourism/travel: 旅游 旅行社
entertainment: 娱乐
film: 电影 影业
music: 音乐
games: 游戏
sports: 体育
culture/cultural: 文化
art/arts: 艺术
press/publishing: 出版社 出版
books: 图书
news: 新闻 新闻社
newspaper: 报社
times: 时报
daily: 日报
bank: 银行
finance/financial: 金融 财务
capital: 资本
investment/investments: 投资
fund: 基金
asset management: 资产管理
asset/assets: 资产
securities: 证券
insurance: 保险
trust: 信托
credit: 信用
leasing: 租赁
venture: 创业投资 风险投资 创投
exchange: 交易所
consulting/consultants/advisory: 咨询 顾问
services: 服务 服务业
solutions: 解决方案
management: 管理
marketing: 营销 市场
advertising: 广告
retail: 零售
store: 商店 商场 百货
supply: 供应
supply chain: 供应链
logistics: 物流
warehouse: 仓储 仓库
express: 快递
transport/transportation: 运输 交通 运输业
shipping: 航运 海运 船务 轮船 海运业
shipbuilding: 造船 船舶制造
ships/marine: 船舶
shipyard: 船厂 造船厂
marine/maritime: 海事 海洋
ocean: 大洋
port: 港口 港务
railway: 铁路 铁道
aviation/aero/aeronautics/aeronautical/aerospace/air: 航空
airlines: 航空公司
aerospace/space/aeronautics: 航空航天 航天 航太 宇航
space/aerospace: 太空 宇宙 空间
aircraft: 飞机 飞行器 航空器 航空机 飞行机
helicopter: 直升机
airport: 机场
unmanned: 无人
drone/drones/unmanned: 无人机
flight: 飞行
rocket: 火箭
missile/missiles: 导弹
vehicles/vehicle: 车辆
automobile/automotive/motor: 汽车 自动车
auto parts: 汽车零部件
"""
HAN_SENSES: dict[str, tuple[str, ...]] = {
    word: tuple(senses.split("/"))
    for word, senses in parse_groups(
        _LEGAL + _TRADES + STATE_WORDS + SOCIETY_WORDS + QUALITY_WORDS
    ).items()
}
"""Word of simplified characters → English words, the most usual first."""
