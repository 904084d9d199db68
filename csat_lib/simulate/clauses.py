"""What customers write, clause by clause: theme -> sign -> language -> clauses; a bar separates them."""

from __future__ import annotations

from collections.abc import Mapping

_WRITTEN = {
    "checkout_speed": {
        "positive": {
            "en": (
                "the queue at the till moves fast|checkout takes two minutes now|"
                "hardly any waiting at the checkout|the new self-checkout is quick|no long queue any more"
            ),
            "zh": "结账很快|收银不用排队了|自助收银机很方便|排队时间比以前短多了|付款不用等",
        },
        "negative": {
            "en": (
                "the queue at the checkout is far too long|"
                "only two tills were open and everybody had to wait|I waited twenty minutes to pay|"
                "checkout is slow in the evening|the self-checkout keeps failing"
            ),
            "zh": ("结账排队太久|收银台只开了两个，等了很长时间|付款要等二十分钟|晚上收银太慢|自助收银机老出故障"),
        },
    },
    "product_range": {
        "positive": {
            "en": ("I find everything I need|the product range is wide|great choice of goods|always something new on the shelves"),
            "zh": "商品种类齐全|想买的都有|品种丰富，选择多|货架上常有新品",
        },
        "negative": {
            "en": (
                "half of what I wanted was out of stock|the product range is too small|"
                "the shelves were empty again|my usual brand is no longer sold"
            ),
            "zh": "商品经常缺货|品种太少，选择不多|货架又是空的|常买的牌子不卖了",
        },
    },
    "staff_advice": {
        "positive": {
            "en": (
                "the staff are friendly and helpful|I got good advice|"
                "the assistant knew the products well|staff never make you feel in the way"
            ),
            "zh": "店员热情周到|导购讲解很专业|服务态度好|员工很耐心，建议也实用",
        },
        "negative": {
            "en": ("nobody could give advice|the staff were unfriendly|no assistant to be found|the staff know little about the products"),
            "zh": "找不到店员|服务态度差|导购一问三不知|店员爱理不理",
        },
    },
    "freshness": {
        "positive": {
            "en": "the vegetables are always fresh|fresh fruit every day|meat and fish are fresh",
            "zh": "蔬菜水果很新鲜|生鲜每天都新鲜|肉和鱼的质量让人放心",
        },
        "negative": {
            "en": "the fruit was not fresh|milk close to its expiry date|some vegetables were rotten",
            "zh": "水果不新鲜|牛奶快过期了还在卖|青菜有烂的",
        },
    },
    "store_tidiness": {
        "positive": {
            "en": ("the store is clean and tidy|tidy shelves, easy to find your way|wide aisles, a pleasant shop"),
            "zh": "店里干净整洁|货架摆放整齐|通道宽敞，环境舒服",
        },
        "negative": {
            "en": "the aisles are full of boxes|the floor was dirty|the shelves are a mess",
            "zh": "通道堆满箱子|地面很脏|货架乱七八糟",
        },
    },
    "price_clarity": {
        "positive": {
            "en": ("price labels are clear|the price at the till was always the one on the shelf|offers are easy to understand"),
            "zh": "价格标签清楚|标价和结账价一致|促销规则简单明白",
        },
        "negative": {
            "en": (
                "the price tag did not match the till|price labels were missing|"
                "the discount rules are confusing|I could not tell which price applied"
            ),
            "zh": "标价和收银价不一样|价格标签看不清|优惠规则太复杂|好多商品没有价签",
        },
    },
    "web_shop": {
        "positive": {
            "en": "ordering online is easy|the app works well|home delivery came on time",
            "zh": "网上下单很方便|小程序好用|送货准时",
        },
        "negative": {
            "en": "the app crashes when I order|the delivery came a day late|the website is hard to search",
            "zh": "小程序老是闪退|送货晚了一天|网店搜索不好用",
        },
    },
    "parking": {
        "positive": {
            "en": "parking is easy|enough parking spaces",
            "zh": "停车方便|车位充足",
        },
        "negative": {
            "en": "never a free parking space|parking costs too much",
            "zh": "停车位太少|停车费太贵|停车要绕好几圈",
        },
    },
    "quality": {
        "positive": {
            "en": "the quality is reliable|I trust the quality here|goods as good as promised",
            "zh": "质量可靠|东西品质好|质量有保证",
        },
        "negative": {
            "en": ("the quality has become worse|the kettle broke after a week|the quality is not what it was"),
            "zh": "质量不如以前|买的水壶一周就坏了|品质一般，不值得信任",
        },
    },
    "value": {
        "positive": {
            "en": "good value for money|prices are fair|cheaper than elsewhere",
            "zh": "性价比高|价格实惠|比别家便宜",
        },
        "negative": {
            "en": ("prices have gone up too much|too expensive for what you get|the same goods cost less next door"),
            "zh": "价格涨得太多|性价比不高|同样的东西别家更便宜",
        },
    },
    "satisfaction": {
        "positive": {
            "en": "I am very satisfied|nothing to complain about|I like shopping here",
            "zh": "总体很满意|没什么可抱怨的|喜欢在这里购物",
        },
        "negative": {
            "en": "I expected more|not what it used to be|I am rather disappointed",
            "zh": "没有达到期望|大不如前|比较失望",
        },
    },
    "complaint_handling": {
        "positive": {
            "en": ("my complaint was settled the same day|the refund came quickly|customer service called back and solved it"),
            "zh": "投诉当天就解决了|退款很快|客服回电并处理好了",
        },
        "negative": {
            "en": ("nobody answered my complaint|I am still waiting for the refund|the hotline kept passing me on"),
            "zh": "投诉没人回复|退款到现在还没到|客服互相推诿",
        },
    },
}
CLAUSES: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    theme: {sign: {language: tuple(text.split("|")) for language, text in each.items()} for sign, each in signs.items()}
    for theme, signs in _WRITTEN.items()
}
