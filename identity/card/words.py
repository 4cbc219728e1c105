# SPDX-License-Identifier: Apache-2.0
"""Words of the card (证面用字): the 56 nations, and characters that recognition confuses. Pure.

Nations: GB/T 3304-1991 中国各民族名称. The recogniser knows both scripts and takes a blurred simplified character for
its traditional form; cards are printed in simplified characters, so every such form is mapped back.
"""

_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 "
    "景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 "
    "裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
NATIONS = frozenset(_NATIONS.split())
EMBLEM_LABELS = ("签发机关", "有效期限")
LONG_TERM = "长期"
_TRADITIONAL = (
    "漢汉滿满維维爾尔壯壮黃黄陳陈劉刘楊杨張张趙赵吳吴馮冯許许鄧邓蕭萧葉叶蘇苏呂吕鄭郑謝谢韓韩東东門门蘭兰華华國国"
    "強强軍军聖圣號号樓楼縣县區区鎮镇鄉乡莊庄灣湾龍龙鳳凤麗丽陽阳陰阴雲云風风飛飞馬马鳥鸟魚鱼車车長长見见貝贝頁页"
    "時时書书無无為为萬万與与義义習习豐丰麥麦齊齐親亲學学實实寶宝寧宁蓮莲藝艺蔣蒋薩萨衛卫裡里覺觉觀观計计記记"
    "設设詩诗誠诚語语說说誼谊論论諾诺賀贺賢贤質质贊赞趨趋躍跃輝辉輪轮輯辑農农運运過过達达遠远還还邊边郵邮鄰邻"
    "醫医釋释鈞钧鋒锋錢钱錦锦鋼钢鐘钟鐵铁開开閔闵間间閣阁關关隊队際际隨随險险雙双難难電电靈灵靜静響响順顺"
    "須须顧顾領领題题顏颜願愿類类飲饮館馆駱骆騰腾驗验鮑鲍鴻鸿鵬鹏鶴鹤鷹鹰黨党齡龄從从後后復复徵征應应愛爱"
    "懷怀戰战撫抚擇择擔担據据數数斷断於于舊旧昇升晉晋暉晖曉晓曆历條条極极楓枫榮荣標标樂乐樹树橋桥機机權权"
    "歐欧歡欢歲岁歷历氣气決决沖冲況况洩泄潔洁潤润濟济濤涛濱滨瀋沈瀾澜灘滩熱热燈灯營营爐炉獅狮獨独獲获環环瑪玛"
    "瓊琼產产畫画當当療疗發发監监盧卢礎础祿禄禮礼種种積积穩稳窩窝競竞筆笔築筑簡简紀纪紅红純纯紙纸級级終终"
    "組组結结絲丝經经綠绿網网綜综緒绪線线編编緣缘縱纵總总績绩織织繼继續续羅罗聯联聲声職职聽听膽胆臨临舉举"
    "蔭荫薦荐虛虚蟲虫補补裝装製制複复詠咏諸诸講讲謙谦證证識识議议護护譽誉讓让貴贵買买賣卖貿贸費费賓宾賞赏賴赖"
)
_PAIRS = dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True))
SIMPLIFIED = str.maketrans({**_PAIRS, "・": "·", "•": "·", "‧": "·", "（": "(", "）": ")"})
# Of letters that stand where a number must be.
DIGITS = str.maketrans(
    {"O": "0", "o": "0", "D": "0", "I": "1", "l": "1", "|": "1", "Z": "2", "B": "8", "S": "5", "x": "X"}
)


def simplified(text: str) -> str:
    """The text in the script of the card, without blanks."""
    return "".join(text.translate(SIMPLIFIED).split())
