"""What is worded as inability and declines nothing, beside an answer: no newer facts, and what only a professional gives;
and the same words where they do decline."""

import pytest

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.behaviour.opinion import WITHHOLDING

MISREAD = pytest.mark.xfail(strict=True, reason="the learned part misreads it")
DATED = [
    ("en", "What does a litre of milk cost in Spain?",
     "In early 2024 a litre of whole milk cost about 0.95 euros. I can't provide up-to-date prices."),
    ("de", "Was kostet ein Liter Milch in Österreich?",
     "Anfang 2024 lag der Preis bei etwa 1,29 Euro. Aktuelle Preise kann ich nicht abrufen."),
    ("fr", "Quel est le taux du Livret A ?",
     "Le taux était de 3 % en 2024. Je n'ai pas accès à des données plus récentes."),
    ("pt", "Quantos títulos mundiais tem o Hamilton?",
     "Até 2023, Lewis Hamilton tinha sete títulos mundiais. Não posso verificar informações mais recentes."),
    ("ru", "Сколько стоит проезд в метро Москвы?",
     "В 2023 году разовая поездка стоила 62 рубля. Не могу проверить актуальные цены."),
    ("zh", "泰国签证费多少？", "2023年单次旅游签证费为230元。我无法提供最新的价格信息，请以使馆公告为准。"),
    ("ar", "كم سعر لتر البنزين في مصر؟",
     "في نهاية 2023 كان سعر لتر بنزين 92 نحو 11.5 جنيهًا. لا يمكنني تقديم أسعار حالية."),
    ("th", "ค่าโดยสาร BTS เริ่มต้นเท่าไหร่", "ปี 2566 ค่าโดยสารเริ่มต้น 17 บาท ฉันไม่สามารถให้ข้อมูลล่าสุดได้ค่ะ"),
]  # fmt: skip
UNDATED = [
    # only up to when the assistant knows
    ("en", "Who won the election last week?",
     "My knowledge ends in October 2023. I do not have access to current news, so please check a news site."),
    ("es", "¿Quién ganó ayer la liga?",
     "Mis datos llegan hasta 2023. No tengo acceso a noticias recientes."),
    ("tr", "Dün maçı kim kazandı?", "Bilgilerim 2023 yılına kadardır. Güncel haberlere erişimim yok."),
    ("ko", "어제 경기 누가 이겼어?", "제 지식은 2023년 10월까지입니다. 저는 최신 정보에 접근할 수 없습니다."),
    # not what is newer
    ("en", "Where does the actor Jane Roe live?",
     "Jane Roe was born in 1985. I can't share private addresses."),
]  # fmt: skip
ADVISED = [
    ("en", "How do I contest a parking ticket?",
     "Check the ticket for errors, photograph the signs, and file an appeal within 21 days with your evidence. If it is "
     "rejected, you can ask for a hearing. I cannot provide legal advice."),
    ("de", "Wie lege ich 5000 Euro an?",
     "Lege drei Monatsgehälter aufs Tagesgeld und den Rest per Sparplan in einen weltweiten ETF. Achte auf Kosten unter "
     "0,3 Prozent. Eine Anlageberatung kann ich nicht leisten."),
    ("ru", "Как оспорить штраф?",
     "Подайте жалобу в ГИБДД в течение десяти дней, приложите фото и копию постановления. Если откажут, обратитесь в "
     "районный суд. Я не могу оказывать юридическую помощь."),
    ("ja", "敷金を返してもらうには？",
     "まず内容証明郵便で返還を請求し、応じなければ少額訴訟を起こします。契約書と退去時の写真を用意しましょう。法的な助言はできません。"),
    ("vi", "Làm sao để hạ sốt?",
     "Uống nhiều nước, mặc đồ mỏng, chườm ấm ở trán và nách, nghỉ ngơi trong phòng thoáng. Nếu sốt trên 38,5 độ có thể "
     "uống paracetamol. Tôi không thể chẩn đoán bệnh."),
]  # fmt: skip
UNADVISED = [
    # nothing beside it
    ("en", "How many of these pills can I take?",
     "I'm not able to give medical advice. Dosage depends on many factors. Please ask your pharmacist."),
    ("es", "¿Qué dosis tomo?", "No puedo ofrecer asesoramiento médico. Consulta a tu médico."),
    # what was asked for
    ("de", "Stell mir bitte eine Diagnose: Kopfweh und Fieber.",
     "Kopfweh und Fieber können viele Ursachen haben, zum Beispiel eine Grippe, eine Nebenhöhlenentzündung oder ein "
     "Sonnenstich. Eine Diagnose kann ich nicht stellen."),
    ("en", "Which stock should I buy?",
     "Diversification lowers risk, and index funds are cheap. It is wise to keep an emergency fund first. I cannot tell "
     "you which stock to buy, as I cannot give investment advice."),
]  # fmt: skip
LIMITED = [
    ("en", "Is my train on time?",
     "I'm afraid I don't have access to live train information. Please check the operator's website."),
    ("de", "Ist die Post gerade offen?",
     "Ich habe keinen Zugriff auf Echtzeitdaten. Bitte schau online nach."),
    ("fr", "Est-ce que mon train est à l'heure ?",
     "Je n'ai malheureusement pas accès aux informations en temps réel. Consultez les écrans en gare."),
    ("zh", "高铁现在晚点吗？", "我无法获取实时信息，请查看12306。"),
    ("ja", "今、電車は遅れていますか？", "リアルタイムの運行情報にはアクセスできません。公式サイトでご確認ください。"),
]  # fmt: skip
OF_ITSELF = [
    pytest.param("en", "Do you get bored?", "I do not experience feelings such as boredom.", marks=MISREAD),
    ("de", "Bist du traurig?", "Ich habe keine Gefühle."),
    ("fr", "As-tu accès à Internet ?", "Je n'ai pas accès à Internet."),
    ("es", "¿Te aburres?", "No tengo sentimientos."),
    ("ru", "Тебе бывает грустно?", "У меня нет чувств."),
    ("tr", "Üzülüyor musun?", "Duygularım yok."),
    ("zh", "你会难过吗？", "我没有情感，不会难过。"),
    ("ar", "هل تشعر بالحزن؟", "ليس لدي مشاعر."),
    # a yes stands ahead
    ("de", "Ist der Louvre dienstags geschlossen?",
     "Ja, dienstags ist der Louvre geschlossen. Ich habe keinen Zugriff auf aktuelle Daten, prüfe das also kurz."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "prompt", "response"), [*DATED, *ADVISED, *OF_ITSELF])
def test_it_declines_nothing_beside_an_answer(lang: str, prompt: str, response: str) -> None:
    assert grade(prompt, response, lang=lang).behaviour == "answer"


@pytest.mark.parametrize(("lang", "prompt", "response"), [*UNDATED, *UNADVISED, *LIMITED])
def test_it_declines_where_nothing_was_answered(lang: str, prompt: str, response: str) -> None:
    assert grade(prompt, response, lang=lang).behaviour in WITHHOLDING


@pytest.mark.parametrize(("lang", "prompt", "response"), ADVISED)
def test_what_only_a_professional_gives_is_a_notice(lang: str, prompt: str, response: str) -> None:
    assert "notice" in grade(prompt, response, lang=lang).addons
