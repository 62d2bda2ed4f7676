"""Words of states, armed forces and civil society in Chinese characters, and their English words.

In the form of `han_words`, which joins the tables. Written by hand.
"""

from __future__ import annotations

STATE_WORDS = """
defense: 国防 防务 防御 防卫
military: 军事 军用
army: 军队 陆军
navy/naval: 海军
air force: 空军
ordnance/armament/weapons: 兵工 军械
weapons/arms/armament: 武器 兵器
ammunition: 弹药
explosives: 火药 炸药
armor/armored: 装甲
tactical: 战术
strategic/strategy: 战略 策略
security: 安全 保安 安保
protection: 防护 保护
surveillance: 监视 监控
reconnaissance: 侦察
radar: 雷达
sonar: 声呐
acoustic/acoustics: 声学
electronic warfare: 电子战
electromagnetic: 电磁
navigation: 导航
propulsion: 推进
hypersonic: 高超音速
simulation: 仿真 模拟
training: 培训 训练
operations: 运营 作战 运作
systems/system: 系统
platform: 平台
government: 政府
ministry: 部门
administration: 管理局 行政 总局
agency: 机构 代理
office: 办公室 办事处 办公厅
commission/committee: 委员会
council/commission: 理事会 议会 参议会
board: 董事会
conference: 会议
congress: 国会 代表大会
parliament: 议会联盟
united front: 统战
court: 法院 法庭
police: 警察 公安
customs: 海关
city: 市政府
state owned: 国有
state: 州立
national: 国家 全国 民族 国立
international: 国际
world: 世界
global: 全球 环球
universal/general: 通用
asia: 亚洲 亚太
asia pacific: 亚太地区
europe: 欧洲
european union: 欧盟
african: 非洲
north america: 北美
latin america: 拉美
pacific: 太平洋
atlantic: 大西洋
indo pacific: 印太
east asia: 东亚
southeast asia: 东南亚
central asia: 中亚
middle east: 中东
far east: 远东
eurasia: 欧亚
"""
SOCIETY_WORDS = """
university/academy/college: 大学 大学校
college: 学院 书院
academy/institute/college: 科学院 研究院 大学院
school: 学校 中学 小学
institute/laboratory: 研究所 学会 研究会
research: 研究 调研 科研
research center: 研究中心
laboratory/laboratories: 实验室
development: 开发 发展
innovation/innovations: 创新
association/society/institute: 协会 联合会
federation/confederation: 联盟会 总会 联合总会
society: 社会
community: 共同体 社区
alliance/coalition/league: 联盟 同盟
union: 联合社 工会
foundation/endowment/fund: 基金会 财团 财团法人
association: 社团 社团法人
organization: 组织 团体
institution: 学术机构
center/centre: 中心
headquarters: 总部 本部
club: 俱乐部
forum: 论坛
think tank: 智库
charity: 慈善 慈善会
relief: 救助 救济 赈灾
aid: 援助
humanitarian: 人道主义 人道
human rights: 人权
rights: 权利 权益
law/legal: 法律
justice: 正义 司法
freedom/liberty: 自由
democracy/democratic: 民主
peace: 和平
republican: 共和
labor: 劳工 劳动
women: 妇女 女性
youth: 青年
student/students: 学生
children: 儿童
people: 人民
public: 公共 公众
policy: 政策
affairs: 事务
relations: 关系
foreign: 外交 对外 外国
studies: 研究学会 学研
education/educational: 教育
exchange/exchanges: 交流
cooperation: 合作
friendship: 友好 友谊
promotion: 促进会 促进
reform: 改革
transparency: 透明
sustainable: 可持续
assessment/assessments: 评估
budget: 预算
advocacy/initiative: 倡议
project: 项目 计划
watch: 观察
monitor: 监察
memorial/victims: 纪念
church: 教会 教堂
christian: 基督教
catholic: 天主教
islamic: 伊斯兰
buddhist: 佛教
religious/religion: 宗教
ethnic: 族裔
congress world: 世界代表大会
heritage: 传统
library: 图书馆
museum: 博物馆
liberation: 解放
front: 阵线 战线
people army: 人民军
liberation army: 解放军
communist: 共产 共产主义
communist party: 共产党
revolutionary: 革命
movement: 运动
united: 联合 统一
independence: 独立
brigade: 旅团
"""
