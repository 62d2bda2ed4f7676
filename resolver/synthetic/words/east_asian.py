"""Chinese, Korean, Japanese and Vietnamese names beyond Faker's lists."""

from resolver.synthetic.words import parse_pairs

# Characters of two-character given names: each first with each second.
CHINESE_MALE = (
    "志建国伟文明海晓永俊少德家立天思春金正世",
    "强军华平林峰龙辉斌涛杰宇鹏飞亮波勇浩刚庆东生祥荣新",
)
CHINESE_FEMALE = (
    "小晓美丽秀玉淑雅春桂海雪文慧月金凤佳思婷",
    "芳红梅兰英燕玲娟霞萍华琴云珍敏静莉洁雯怡萱琳蓉香妹",
)
# Further characters of given names, of both genders and of one.
CHINESE_RARE = (
    "子宇泽梓欣佳嘉怡诗雨语涵思若安然亦逸一乐心可如景宁清沐星辰晨曦瑞瑶琪瑾璇锦昕昊彤"
    "书言诺依宜容和君成忠孝仁义礼信善良贤达智慧文章学问春夏秋冬江河湖云霖露新兴"
)
CHINESE_RARE_MALE = (
    "轩浩博睿铭俊豪杰鑫磊凯旭东阳航远鸿翔振威武毅恒坤乾骏驰腾彬彪炎焕炜烨煜焱钧锋钢铁"
    "松柏桐栋梁根树森荣茂盛富贵福禄寿康健保全胜利权宝山岩峻岭崇川洪涌源深泉池"
)
CHINESE_RARE_FEMALE = (
    "妍娜婉婧媛嫣姗姝娇倩丹妮莎菲薇蔓蕾蕊芸芬芷茜荷莲菊葵蓓蓝萱馨香艳彩虹绮绣纹素洁白"
    "珠珊玥玫瑰珂珍琼珮碧翠凤鸾莺鹃燕蝶悦愉怜惠淑娴静柔温冰雯霏雁岚秋月蓉桃李柳杏"
)

# Syllables of given names, first and second.
KOREAN_MALE = (
    "성영민정상동재진승현준지태종병광용기경도",
    "호수민준석철훈우현진식환규용혁태섭일원빈",
)
KOREAN_FEMALE = (
    "은지수영미혜정경선현민유소명순서예윤하보",
    "영희숙미정경자진주연은아선현민지원라윤림",
)
# Syllables that are less frequent in given names.
KOREAN_RARE_SYLLABLES = (
    "찬건율솔빛늘봄별슬샘온결다래아람새벽해담겸린채시후율범창완익필춘덕복근창희란옥매향"
)

# Characters and their reading in katakana.
JAPANESE_FAMILY = """
斎藤:サイトウ 清水:シミズ 山崎:ヤマザキ 池田:イケダ 阿部:アベ 橋本:ハシモト 山下:ヤマシタ
石川:イシカワ 中島:ナカジマ 前田:マエダ 藤田:フジタ 後藤:ゴトウ 岡田:オカダ 長谷川:ハセガワ
村上:ムラカミ 近藤:コンドウ 石井:イシイ 坂本:サカモト 遠藤:エンドウ 青木:アオキ 藤井:フジイ
西村:ニシムラ 福田:フクダ 太田:オオタ 三浦:ミウラ 岡本:オカモト 松田:マツダ 中川:ナカガワ
中野:ナカノ 原田:ハラダ 小野:オノ 竹内:タケウチ 田村:タムラ 金子:カネコ 和田:ワダ 中山:ナカヤマ
石田:イシダ 上田:ウエダ 森田:モリタ 酒井:サカイ 横山:ヨコヤマ 柴田:シバタ 宮崎:ミヤザキ
宮本:ミヤモト 内田:ウチダ 高木:タカギ 安藤:アンドウ 谷口:タニグチ 大野:オオノ 丸山:マルヤマ
今井:イマイ 河野:コウノ 藤本:フジモト 村田:ムラタ 武田:タケダ 上野:ウエノ 杉山:スギヤマ
増田:マスダ 小島:コジマ 小山:コヤマ 大塚:オオツカ 平野:ヒラノ 菅原:スガワラ 久保:クボ 松井:マツイ
千葉:チバ 岩崎:イワサキ 桜井:サクライ 木下:キノシタ 野口:ノグチ 松尾:マツオ 菊地:キクチ
野村:ノムラ 新井:アライ 佐野:サノ 杉本:スギモト 古川:フルカワ 大西:オオニシ 浜田:ハマダ
市川:イチカワ 小松:コマツ 水野:ミズノ 島田:シマダ 服部:ハットリ 安田:ヤスダ 川口:カワグチ
東:アズマ 北村:キタムラ 五十嵐:イガラシ 西田:ニシダ 平田:ヒラタ 関:セキ 飯田:イイダ 川崎:カワサキ
"""
JAPANESE_MALE = """
誠:マコト 大輔:ダイスケ 健:ケン 浩:ヒロシ 隆:タカシ 直樹:ナオキ 哲也:テツヤ 健太:ケンタ
拓也:タクヤ 雄太:ユウタ 大樹:ダイキ 和彦:カズヒコ 正人:マサト 博之:ヒロユキ 達也:タツヤ 修:オサム
豊:ユタカ 茂:シゲル 勇:イサム 明:アキラ 進:ススム 剛:ツヨシ 学:マナブ 聡:サトシ 徹:トオル
亮:リョウ 翔:ショウ 蓮:レン 悠斗:ユウト 陽太:ヨウタ 海斗:カイト 孝:タカシ 正:タダシ 清:キヨシ
昭:アキラ 洋平:ヨウヘイ 祐介:ユウスケ 康平:コウヘイ 慎一:シンイチ 雅之:マサユキ 信夫:ノブオ
義男:ヨシオ 武:タケシ 克己:カツミ 光男:ミツオ 俊介:シュンスケ
"""
JAPANESE_FEMALE = """
恵子:ケイコ 京子:キョウコ 洋子:ヨウコ 幸子:サチコ 和子:カズコ 節子:セツコ 弘子:ヒロコ
美智子:ミチコ 久美子:クミコ 由美子:ユミコ 真由美:マユミ 智子:トモコ 優子:ユウコ 裕子:ユウコ
陽子:ヨウコ 愛:アイ 彩:アヤ 美咲:ミサキ 葵:アオイ 結衣:ユイ 陽菜:ヒナ 桜:サクラ 千尋:チヒロ
麻衣:マイ 真理子:マリコ 奈々:ナナ 梨花:リカ 遥:ハルカ 恵:メグミ 理恵:リエ 純子:ジュンコ
典子:ノリコ 文子:フミコ 良子:ヨシコ 里美:サトミ 早紀:サキ 綾子:アヤコ 紀子:ノリコ 絵里:エリ
友美:トモミ
"""
# First and second parts of rare names: a character and its reading.
JAPANESE_FAMILY_PARTS = (
    """
山ヤマ 川カワ 田タ 中ナカ 小コ 大オオ 高タカ 北キタ 南ミナミ 西ニシ 東ヒガシ 上ウエ 下シモ 石イシ
木キ 森モリ 林ハヤシ 松マツ 竹タケ 杉スギ 藤フジ 桜サクラ 梅ウメ 青アオ 白シロ 黒クロ 赤アカ
金カネ 古フル 新ニイ 長ナガ 平ヒラ 広ヒロ 深フカ 浅アサ 岩イワ 島シマ 岡オカ 谷タニ 原ハラ 野ノ
村ムラ 里サト 沢サワ 池イケ 清キヨ 水ミズ 福フク 吉ヨシ 安ヤス 宮ミヤ 寺テラ 本モト 内ウチ 奥オク
前マエ 鈴スズ 加カ 佐サ 伊イ 久ク 千チ 三ミ 八ヤ 花ハナ 草クサ 菊キク 荒アラ 細ホソ 堀ホリ 横ヨコ
柳ヤナギ 坂サカ 馬ウマ 鳥トリ 鶴ツル 亀カメ 熊クマ 塩シオ 米ヨネ 植ウエ 若ワカ 早ハヤ 市イチ
今イマ 矢ヤ 増マス 丸マル 笠カサ 関セキ 倉クラ
""",
    """
田ダ 山ヤマ 川カワ 村ムラ 本モト 野ノ 原ハラ 井イ 口グチ 沢ザワ 島ジマ 崎ザキ 岡オカ 谷タニ 木キ
林バヤシ 森モリ 橋ハシ 池イケ 坂サカ 松マツ 尾オ 上ガミ 下シタ 内ウチ 中ナカ 倉クラ 部ベ 瀬セ
浦ウラ 浜ハマ 津ツ 辺ベ 塚ヅカ 城シロ 越コシ 岩イワ 石イシ 方カタ 代シロ 場バ 賀ガ 間マ 宮ミヤ
里ザト 水ミズ 戸ド 根ネ 屋ヤ
""",
)
JAPANESE_LONG_FAMILY = """
小オ野ノ寺デラ 佐サ久ク間マ 宇ウ田ダ川ガワ 長ナガ谷ヤ部ベ 大オオ久ク保ボ 小コ山ヤマ田ダ
長ナガ田タ川ガワ 波ハ多タ野ノ 日ヒ比ビ野ノ 安ア孫ビ子コ 仲ナカ曽ソ根ネ 阿ア久ク津ツ 伊イ地ジ知チ
長ナガ井イ沢ザワ 小オ木ギ曽ソ
"""
JAPANESE_MALE_PARTS = (
    """
健ケン 正マサ 和カズ 義ヨシ 信ノブ 秀ヒデ 直ナオ 智トモ 幸ユキ 英ヒデ 勝カツ 光ミツ 雅マサ 隆タカ
哲テツ 達タツ 弘ヒロ 博ヒロ 康ヤス 孝タカ 貴タカ 俊トシ 敏トシ 清キヨ 明アキ 昭アキ 忠タダ 武タケ
龍リュウ 翔ショウ 大ダイ 悠ユウ 裕ヒロ 優ユウ 良ヨシ 邦クニ 政マサ 春ハル 晴ハル 陽ヨウ 航コウ
圭ケイ 慶ヨシ 宗ムネ 重シゲ 元モト 基モト 恒ツネ 辰タツ 純ジュン 慎シン 伸ノブ 洋ヨウ 啓ケイ
""",
    """
一イチ 二ジ 太タ 郎ロウ 介スケ 輔スケ 樹キ 彦ヒコ 夫オ 雄オ 男オ 人ト 之ユキ 行ユキ 也ヤ 哉ヤ 司ジ
治ハル 史シ 志シ 平ヘイ 斗ト 真マ 吾ゴ 弥ヤ 紀キ 明アキ 信ノブ 義ヨシ 則ノリ 典ノリ 臣オミ 朗ロウ
造ゾウ 作サク 次ツグ 和カズ 輝キ 成ナリ 久ヒサ
""",
)
JAPANESE_FEMALE_PARTS = (
    """
美ミ 由ユ 真マ 恵エ 智トモ 裕ユウ 優ユウ 陽ヨウ 愛アイ 彩アヤ 麻マ 千チ 春ハル 夏ナツ 秋アキ
冬フユ 花ハナ 桜サク 葵アオ 結ユ 咲サ 奈ナ 里リ 梨リ 佳カ 香カ 沙サ 志シ 純ジュン 明アキ 朋トモ
幸サチ 和カズ 京キョウ 洋ヨウ 節セツ 静シズ 文フミ 典ノリ 久ク 伊イ 万マ 雪ユキ 雅マサ 孝タカ
敏トシ 良ヨシ 光ミツ 清キヨ 紗サ 莉リ 瑠ル 珠タマ 琴コト
""",
    """
子コ 美ミ 香カ 奈ナ 恵エ 代ヨ 江エ 枝エ 紀キ 里リ 理リ 沙サ 穂ホ 帆ホ 音ネ 花カ 菜ナ 衣イ 乃ノ
葉ハ 希キ 月ツキ 織オリ 羽ハ 歩ホ 世ヨ 女メ 実ミ 海ミ 緒オ 保ホ 来キ 波ナミ 津ツ 絵エ 和ワ 亜ア
都ト
""",
)

VIETNAMESE_FAMILY = """
Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Trương
Đinh Lâm Phùng Mai Tô Hà Tạ Cao Châu
"""
VIETNAMESE_MIDDLE_MALE = (
    "Văn Hữu Đức Minh Quốc Công Xuân Đình Quang Thanh Ngọc Trọng Thành Anh Bá Gia Hoàng Duy"
)
VIETNAMESE_MIDDLE_FEMALE = (
    "Thị Ngọc Thanh Thu Kim Mỹ Bích Phương Diệu Hồng Minh Quỳnh Thùy Như Tuyết Hoài"
)
VIETNAMESE_MALE = """
Hùng Dũng Cường Tuấn Nam Minh Hải Long Sơn Thắng Tùng Đức Hiếu Trung Quang Phong Huy Khoa Kiên Lâm
Linh Lộc Nghĩa Nhân Phú Phúc Quân Quý Sang Tài Tâm Tân Thái Thành Thiện Thịnh Tiến Toàn Trí Trọng
Trường Tú Việt Vinh Vũ Bình Chiến Đạt Định Đông Giang Hà Hào Hậu Hòa Hoàng Khánh Khôi
"""
VIETNAMESE_FEMALE = """
Hương Lan Hoa Mai Linh Trang Thảo Hà Hằng Ngọc Nga Nhung Oanh Phượng Quyên Thanh Thúy Thủy Tuyết
Vân Xuân Yến Anh Chi Dung Giang Hạnh Hiền Hồng Huệ Huyền Khánh Kiều Lệ Liên Loan Ly My Ngân Nguyệt
Nhi Như Phương Tâm Thu Thương Trâm Trinh Uyên Vy
"""
NICKNAMES = parse_pairs("""
Hiroshi:Hiro Daisuke:Dai Takashi:Taka Keiko:Kei Yumiko:Yumi Tuan:Tun Phuong:Phuong_Em Kenichi:Ken
Masato:Masa Tomoko:Tomo
""")
# Western given names that many people from these countries also use.
WESTERN_MALE = """
David Kevin Jason Michael Tony Peter Eric Andy Steven Daniel Jack Tom Henry Frank James Simon Alex
Paul Ryan Ken
"""
WESTERN_FEMALE = """
Amy Jenny Linda Grace Emily Cindy Helen Lily Vivian Tina Jessica Alice Nancy Mary Angela Sophia
Anna Lucy Joyce Karen
"""
