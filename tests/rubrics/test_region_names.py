"""Which rule texts name the region, in scripts that space their words, join them or decline them."""

import pytest

from lawbound.rubrics.policy.region_names import holds_name


@pytest.mark.parametrize(
    ("lang", "name", "text"),
    [
        ("en", "Chad", "what is said of Chad"),
        ("en", "Kenya", "Kenya's leaders"),
        ("en", "the United States", "in the United States"),
        ("en", "Korea", "North Korea and Korea alike"),
        ("en", "North Korea", "the leader of North Korea"),
        ("en", "Korea", "the law of South Korea"),
        ("de", "Deutschland", "in Deutschlands Recht"),
        ("de", "die Europäische Union", "in der Europäischen Union"),
        ("fr", "l'Union européenne", "dans l’Union européenne"),
        ("tr", "Türkiye", "Türkiye'de"),
        ("fi", "Suomi", "Suomessa"),
        ("vi", "Việt Nam", "ở Việt Nam"),
        ("ru", "Россия", "в России"),
        ("ru", "Россия", "Россией"),
        ("ru", "Российская Федерация", "в Российской Федерации"),
        ("ru", "Казахстан", "с Казахстаном"),
        ("ru", "Китай", "с Китаем"),
        ("ar", "مصر", "في مصر"),
        ("ar", "مصر", "وبمصر"),
        ("ar", "عمان", "لعمان"),
        ("ar", "الإمارات العربية المتحدة", "بالإمارات العربية المتحدة"),
        ("ar", "الإمارات العربية المتحدة", "للإمارات العربية المتحدة"),
        ("ur", "پاکستان", "پاکستان میں"),
        ("hi", "भारत", "भारत में"),
        ("th", "ประเทศไทย", "ในประเทศไทยนี้"),
        ("lo", "ລາວ", "ໃນລາວ"),
        ("ja", "日本", "在日日本企業は日本で"),
        ("ja", "日本", "日本人"),
        ("zh", "中国", "在中国家喻户晓"),
        ("ko", "대한민국", "대한민국의 법"),
        ("ko", "한국", "한국에서"),
    ],
)
def test_a_name_is_found_as_its_language_writes_it(lang: str, name: str, text: str) -> None:
    assert holds_name(text, name, lang)


@pytest.mark.parametrize(
    ("lang", "name", "text"),
    [
        ("en", "Niger", "in Nigeria"),
        ("en", "Georgia", "a Georgian text"),
        ("en", "Guinea", "Papua New Guinea, Guinea-Bissau and Equatorial Guinea"),
        ("en", "Korea", "the leader of North Korea"),
        ("en", "Ireland", "parties of Northern Ireland"),
        ("fr", "Corée", "la Corée du Nord"),
        ("pl", "Austria", "Australia"),
        ("pl", "Niger", "Nigeria"),
        ("ar", "مصر", "معلومات غير مصرح بها"),
        ("ar", "مصر", "خدمات مصرفية"),
        ("ar", "عمان", "اسم نعمان بن بشير"),
        ("hi", "भारत", "महाभारत की कथा"),
        ("hi", "भारत", "भारतीय कानून"),
        ("th", "ลาว", "อย่าพูดถึงลาวา"),
        ("th", "ไทย", "ตอบเป็นภาษาไทย"),
        ("ja", "日本", "今日本人に言う"),
        ("ja", "日本", "毎日本を読む"),
        ("ja", "日本", "日本語で答える"),
        ("zh", "中国", "发展中国家"),
        ("ko", "한국", "한국어로 답하라"),
        ("ru", "Куба", "Кубик"),
        ("ru", "Нигер", "Нигерии"),
        ("en", "  ", "anything"),
    ],
)
def test_another_word_that_holds_its_letters_is_no_name(lang: str, name: str, text: str) -> None:
    assert not holds_name(text, name, lang)
