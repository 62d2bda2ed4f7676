"""Qualities, emblems and other common words in names in Chinese characters, in English.

In the form of `han_words`, which joins the tables. Written by hand.
"""

from __future__ import annotations

QUALITY_WORDS = """
business: 商业
responsible: 责任
high tech/hightech: 高科技 高新技术
dimension/dimensions: 维度
power/force: 力量
land/ground: 陆地 陆上 地面
sea: 海上
air: 空中
sky: 天空
mountain/mountains: 山脉
river: 河流
island: 岛屿
storm: 风暴
thunder: 雷霆
lightning: 闪电
horizon: 地平线
summit: 峰会 顶峰
pioneer: 先锋 先驱
explorer: 探索者 探索
guardian: 守护者 卫士
shield: 盾牌 护盾
sentinel: 哨兵
arrow: 箭头
lion: 狮子
tiger: 老虎
wolf: 狼群
falcon: 猎鹰
hawk: 鹰隼
horse: 骏马
diamond: 钻石
crystal: 水晶
silver: 白银
pearl: 珍珠
sun: 太阳
moon: 月亮
sunrise: 日出
dawn: 黎明
light: 光明
bridge: 桥梁
gateway: 门户
tower: 铁塔
crown: 皇冠
knight: 骑士
edge: 边缘
point: 端点
core: 核心
link: 链接
line: 专线
ventures: 风投
trucks/truck: 卡车
tractor: 拖拉机
motorcycle: 摩托车
bicycle: 自行车
elevator: 电梯
parachute: 降落伞
turbine/turbines: 涡轮
fuel/fuels: 燃料
thermal: 热力
cooling: 冷却
heating: 供热
lighting: 照明
display: 显示
imaging: 成像
camera: 相机 照相机
video: 视频
audio: 音频
sound: 声音
signal/signals: 信号
spectrum: 频谱
frequency: 频率
field: 野外
mission: 任务
response: 响应
counter: 反制
combat: 作战 战斗
warfare: 战争
war: 战事
peacekeeping: 维和
intelligence: 情报机构
investigation/investigations: 调查
review: 评论 审查
economic/economy: 经济
economics: 经济学
political: 政治
strategic studies: 战略研究
social: 社会
legal: 法务
affairs: 事务
national security: 国家安全
homeland: 国土
border: 边境
dialogue: 对话
leadership: 领导力
council foreign relations: 外交关系协会
free: 自由人
victims: 受害者
genocide: 种族灭绝
refugees/refugee: 难民
family: 家庭 家族
house: 之家 之屋
hall: 会馆 会堂
park: 公园
garden: 花园
village: 村庄
town: 镇公所
county: 县政府
valley: 山谷
beach: 海滩
coast: 海岸
bay: 海湾
lake: 湖泊
gulf: 波斯湾
coast guard: 海警 海岸警卫队
volunteer: 志愿者 义工
veterans: 退伍军人 老兵
workers: 工人
farmers: 农民
teachers: 教师
lawyers: 律师
doctors: 医生
engineers: 工程师
journalists/reporters: 记者
writers: 作家
advanced: 先进 高级 高等
applied: 应用
integrated: 集成 综合 一体化
joint: 联合体
general: 总体
standard: 标准
special: 特殊 特种
dynamics: 动力学 动力公司
mechanics: 力学
physics: 物理
geospatial: 地理空间
earth: 地球
modern: 现代
new: 新型
future: 未来
next generation: 下一代
first: 第一
second: 第二
third: 第三
eastern/east/oriental: 东方 东部
western/west: 西方 西部
southern/south: 南方 南部
northern/north: 北方 北部
central: 中央 中部
great wall: 长城
royal: 皇家
federal: 联邦
imperial: 帝国
american: 美利坚
solutions systems: 系统解决方案
frontier: 前沿
vision: 视觉 远景
smart: 智能化
total: 整体
safety: 保障
support: 支持 支援
star: 星辰
blue: 蓝色
red: 红色
black: 黑色
white: 白色
green: 绿色
eagle: 雄鹰
dragon: 巨龙
phoenix: 凤凰
"""
