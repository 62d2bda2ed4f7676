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

# Syllables of given names, first and second.
KOREAN_MALE = (
    "성영민정상동재진승현준지태종병광용기경도",
    "호수민준석철훈우현진식환규용혁태섭일원빈",
)
KOREAN_FEMALE = (
    "은지수영미혜정경선현민유소명순서예윤하보",
    "영희숙미정경자진주연은아선현민지원라윤림",
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
