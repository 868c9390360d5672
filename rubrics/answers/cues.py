"""Words around a claim that show it is not being made: denied, doubted, supposed, or reported of others.

``before`` and ``after`` the claim within its sentence; verb-final languages deny after it. ``report``
stands before a claim that is somebody else's. Phrases in ``harmless`` only look like a denial. What a
denial must not reach, and what keeps a claim from being made without denying it, has its own fields.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Cues:
    """Regular expressions without anchors, matched case-insensitively."""

    before: str
    after: str
    report: str
    harmless: str = ""
    close: str = r"(?!)"
    """Bare denials that end a clause; they reach back to the last comma only."""
    reply: str = r"(?!)"
    """Answers that are whole by themselves when a comma, colon or dash follows: ``No, he lost``."""
    turn: str = r"(?!)"
    """Subjects that open an independent clause after a comma, past which no denial reaches."""
    turn_it: str = r"(?!)"
    """Such openings that may also point back (``..., it is false``): denials after them still count."""
    says: str = r"(?!)"
    """Ends of clauses whose object follows the comma (``Niemand sagt, er ...``): no new clause there."""
    condition: str = r"(?!)"
    """Openers of conditions and irreal verbs; they hold until the next comma."""
    condition_after: str = r"(?!)"
    """Conditional endings and particles, tried directly after the claim."""
    imagined: str = r"(?!)"
    """Suppositions; what follows them is not claimed, across commas."""
    fiction: str = r"(?!)"
    """Made-up worlds. They excuse only false claims: an item may be about a novel."""


_EN = Cues(
    before=r"\b(?:not|no|never|neither|nor|none|cannot|without|(?:is|was|are|were|do|does|did|has|have|had|ca|could|wo|would|should)n['’]t|"
    r"false(?:ly)?|untrue|myth|incorrect(?:ly)?|wrong(?:ly)?|contrary to|instead of|rather than|hoax|debunked?|rejects?|refut\w+|baseless|denies|"
    r"no evidence|"
    r"nobody|no[ -]one|hardly|scarcely|doubt\w*|unlikely|improbable|implausible|questionable|hard to (?:believe|say)|far from (?:certain|clear)|a lie|lies? (?:to|that)|lying|deny|denied|denying|disput\w+|(?<!\ba )few (?:\w+ ){0,3}(?:believe|think|say|claim|argue|accept|hold|maintain|would))\b",
    after=r"\b(?:(?:is|was|are|were|would be|has been|have been)(?: simply| just| plainly| entirely| completely)? "
    r"(?:false|untrue|wrong|incorrect|not (?:true|correct|right|the case|accurate|so)|a (?:common )?(?:myth|misconception|hoax|lie|falsehood)|"
    r"baseless|unfounded|debunked|disproved|refuted|inaccurate|mistaken)|isn['’]t (?:true|correct|so|right)|(?:never|did not) happen(?:ed)?|"
    r"(?:has|have) no basis|contradicts|"
    r"(?:is|was|are|seems?|remains?) (?:very |highly |rather |quite )?(?:doubtful|unlikely|improbable|questionable|implausible|in doubt|fiction\w*)|(?:i|we) doubt|(?:nobody|no one|few) (?:\w+ ){0,2}(?:believes?|thinks?|says?|claims?)|(?:is|was|would be) a lie)\b",
    report=r"\b(?:(?:some|many|certain|other) (?:people|sources|voices|writers|users)|deniers?|conspiracy|rumou?rs?|critics|propaganda|"
    r"(?:the )?(?:claim|claims|allegation|assertion|idea|notion|belief|theory|misconception|rumou?r|statement|premise)s? that|claimed?|alleg\w+|"
    r"supposed(?:ly)?|purported(?:ly)?|you (?:said|say|suggest|mention)\w*|often (?:said|believed|thought))\b",
    harmless=r"\b(?:no doubt|not only|no less than|not just|without (?:a )?(?:doubt|question)|no question|not merely|nothing but|no later than|"
    r"no fewer than|no longer|not (?:until|before|more than|longer than|exceed)|no (?:more|earlier|sooner) than|(?:may|must|can|shall|should)(?: not|not) exceed|cannot be denied|undeniabl[ey]|"
    r"no (?:\w+ ){0,2}doubt|beyond (?:\w+ ){0,2}(?:doubt|dispute|question)|no (?:\w+ )?(?:denying|disputing|getting around)|(?:no[ -]one|nobody|no (?:\w+ ){1,2}|few (?:\w+ ){0,2}|not|never|n['’]t|cannot) ?(?:\w+ ){0,2}?(?:disput\w+|den(?:y|ies|ied)|doubts?|doubted|contest\w*|question(?:s|ed)?)|(?:no[ -]one|nobody) (?:knows (?:\w+ )?why|expected)|without a shadow of a doubt|undoubted\w*|doubtless|undisputed\w*|indisputabl[ey]|not (?:false|untrue|wrong|a (?:myth|lie|hoax)|unlikely|surprising\w*)|not in (?:doubt|dispute|question)|no (?:surprise|wonder|secret)|make no mistake)\b",
    reply=r"(?:the (?:short )?answer is |certainly |definitely |of course |absolutely )?(?:no|not)|nope|nah|not (?:at all|really|quite|exactly|true|correct|so)|(?:that|this|it)(?: is|['’]s| was) (?:simply |just |actually )?(?:not (?:true|correct|right|so|accurate|the case)|false|wrong|incorrect|untrue|inaccurate|a (?:common )?(?:myth|misconception|lie))|(?:that|this|it) isn['’]t (?:true|correct|right|so|accurate)|i doubt (?:it|that)|false|wrong|incorrect|on the contrary|(?:contrary to|instead of|rather than|without|despite) [^,;:.]{1,60}|never mind|no problem",
    turn=r"(?:and |so |since |as |because )?(?:he|she|they|we|i|you)\b|the (?:claim|idea|notion|belief|theory|rumou?r) ",
    turn_it=r"it(?:['’]s| is| was| had)\b|this (?:is|was)\b|that (?:is|was)\b|there (?:is|was|are|were)\b",
    says=r"\b(?:says?|said|claim\w*|believe\w*|think|thinks|thought|argue\w*|insist\w*|maintain\w*)\s*$",
    condition=r"\b(?:if|unless|whether|assuming|provided that|in case|(?:would|could|might|may) have)\b|^\W{0,4}had\b",
    imagined=r"\b(?:imagin(?:e|ing)|suppose(?<!\bi suppose)|supposing|pretend\w*|hypothetical\w*|what if|let['’]s say)\b",
    fiction=r"\b(?:in|of) (?:the|a|an|this|that|his|her|my|your|our|some|one) (?:[\w'’-]+ ){0,2}?(?:novel|film|movie|story|tale|game|fiction|fantasy|dream|alternat(?:e|ive) \w+|parallel \w+|scenario|timeline)\b|\balternat(?:e|ive) (?:history|universe|timeline|world|reality)\b|\bin fiction\b",
)

CUES: dict[str, Cues] = {
    "en": _EN,
    "zh": Cues(
        before=r"不是|并非|并没有|没有|不会|未曾|从未|错误|谣言|误解|不属实|否认|驳斥|而非|不应|虚假|"
        r"怀疑|很少有|几乎没有|没人|无人|不太可能|不可能|未必|恐怕不|谎话|谎言|撒谎",
        after=r"不属实|是错误|是假|并不正确|不正确|不对|是谣言|是误解|不准确|毫无根据|没有根据|站不住脚|不符合事实|的说法是错|并非事实|"
        r"不太可能|值得怀疑|令人怀疑|存疑|是谎言|是撒谎|的可能性(?:很小|不大)",
        report=r"有人(?:说|认为|声称)|声称|据称|谣传|所谓|的说法|传言|一些人",
        harmless=r"毫无疑问|不仅|不只|不但|没有疑问|不少于|无疑|"
        r"(?:毋庸|无可|不容|不用|无须)(?:置疑|怀疑|争辩|否认)|没有?人?(?:会|能)?(?:否认|怀疑|质疑)|不可否认|不可争辩|无人(?:否认|怀疑|质疑)|无法否认|毫不怀疑|没有任何疑问|没错|不得不",
        reply=r"不|不是的?|没有|并非如此|不对|并没有|错误?|错了|这(?:是(?:错误|错|假)的|不(?:是真的|对|正确|准确|属实))|(?:恰恰|正好)?相反|与[^，。]{1,20}(?:相反|不同)",
        turn=r"(?:而|因为|所以)?(?:他|她)",
        turn_it=r"(?:而|因为|所以)?(?:它|是|这|那)|(?:实际上|事实上|其实|相反)",
        says=r"(?:说|认为|相信|声称|表示|主张)$",
        condition=r"如果|假如|假若|倘若|(?<![主重首])要是|若是?|万一|是否",
        condition_after=r"[^，。；]{0,12}的话|[^，。；]{0,12}与否",
        imagined=r"想象|设想|假设|假定|试想",
        fiction=r"(?:小说|电影|故事|游戏|虚构|平行(?:世界|宇宙|时空)|架空|幻想|梦)[^，。]{0,8}(?:中|里)",
    ),
    "de": Cues(
        before=r"\b(?:nicht|kein\w*|nie|niemals|weder|falsch\w*|unwahr|mythos|irrig\w*|entgegen|statt|anstatt|widerlegt\w*|bestreite\w*|leugne\w*|"
        r"niemand\w*|(?:be)?zweif(?:el|le|elt|eln|elhaft\w*)|bezweifelt\w*|unwahrscheinlich|kaum|fraglich|lüge\w*|gelogen|wenige (?:\w+ ){0,2}(?:glauben|sagen|meinen|denken|behaupten))\b",
        after=r"\b(?:(?:ist|war|sind|waren) (?:aber |jedoch )?(?:falsch|unwahr|unzutreffend|widerlegt|ein (?:mythos|irrtum|märchen)|nicht (?:wahr|richtig|korrekt|der fall))|stimmt nicht|trifft nicht zu|"
        r"(?:ist|wäre|bleibt) (?:sehr |höchst |eher )?(?:zweifelhaft|unwahrscheinlich|fraglich|eine lüge|gelogen)|(?:bezweifle|bezweifelt|glaubt (?:fast )?(?:niemand|kaum))\w*)\b",
        report=r"\b(?:behaupt\w+|angeblich\w*|manche (?:sagen|meinen)|gerücht\w*|vermeintlich\w*|verschwörung\w*|leugner\w*)\b",
        harmless=r"\b(?:kein(?:en)? zweifel|zweifellos|nicht nur|ohne zweifel|nicht weniger als|"
        r"außer (?:jedem |allem )?zweifel|(?:keinerlei|kein|jeden|jedem) zweifel|keinem zweifel|(?:un)(?:bestreitbar|bestritten|zweifelhaft|leugbar)\w*|(?:niemand|keiner|kaum jemand|kein \w+)(?: \w+){0,3}? (?:bestreite\w*|leugne\w*|bezweif\w+|zweifel\w*)|nicht (?:zu |ernsthaft )?(?:bestreiten|leugnen|bezweifeln|bestritten|bezweifelt|anzuzweifeln)|(?:steht|bestehen|besteht) (?:\w+ )?kein\w* zweifel|keine frage|bestreitet niemand|zweifelt niemand|nicht umsonst|nicht nur)\b",
        close=r"\b(?:nicht|nie|niemals|keineswegs)\b",
        reply=r"nein|nö|nicht (?:ganz|wirklich)|keineswegs|(?:das|dies) (?:ist|wäre) (?:nicht (?:wahr|richtig|korrekt|der fall)|falsch|unwahr|ein (?:irrtum|mythos))|das stimmt (?:so )?nicht|falsch|im gegenteil|(?:entgegen|statt|anstatt) [^,;:.]{1,60}",
        turn=r"(?:er|sie|wir|ich|denn)\b",
        turn_it=r"(?:es|das|dies) (?:ist|war|sind|waren)\b|(?:vielmehr|sondern)\b",
        says=r"\b(?:sag\w*|behaupt\w*|glaub\w*|mein\w*|denk\w*|erklär\w*|annehm\w*|heiß\w*)(?: nicht| niemand| keiner| kaum)*\s*$",
        condition=r"\b(?:wenn|falls|sofern|ob|hätten?|wären?|würden?|angenommen)\b",
        imagined=r"\b(?:angenommen|nehmen wir an|stell\w* (?:dir|euch|sie sich|wir uns|man sich) vor|gesetzt den fall|was wäre|hypothetisch\w*)\b",
        fiction=r"\b(?:im|in (?:de[mr]|eine[mr]|diese[mr])) (?:\w+ ){0,2}?(?:\w*roman|\w*film|\w*geschichte|\w*spiel|traum|parallelwelt|paralleluniversum|fiktion|alternativwelt|zeitlinie)\b",
    ),
    "fr": Cues(
        before=r"\b(?:ne|n['’]\w+|pas|jamais|aucun\w*|ni|faux|fausse\w*|mythe|contrairement|au lieu|erron\w+|démenti\w*|réfut\w+)\b|\bn['’]|"
        r"\b(?:personne|une erreur (?:de|que)|nul(?:le)?|dout(?:e|es|ent|ons|eux|euse)|improbable|peu probable|mensong\w+|mentir|peu d['’] ?\w+ (?:\w+ )?(?:croient|pensent|disent|affirment)|rares sont)\b",
        after=r"\b(?:(?:est|était|sont) (?:donc )?(?:faux|fausse|inexact\w*|erroné\w*|un mythe|une erreur|démenti\w*)|n['’]est pas (?:vrai|exact|correct)|"
        r"(?:est|serait|paraît|semble) (?:très |fort )?(?:douteux|improbable|peu probable|un mensonge|fictif)|n['’]est pas (?:certain|sûr)|(?:j['’]en doute|permet d['’]en douter))\b",
        report=r"\b(?:certains (?:disent|affirment|prétendent)|prétend\w*|soi-disant|rumeur\w*|prétendument|négationniste\w*|complot\w*)\b",
        harmless=r"\b(?:sans (?:aucun )?doute|non seulement|pas seulement|aucun doute|pas moins de|"
        r"ne fai(?:t|sait) (?:absolument )?(?:aucun|pas de|guère de|pas l['’]ombre d['’]un) doute|nul(?:le)? doute|(?:personne|nul|aucun \w+)(?: \w+)? (?:ne |n['’]en )?(?:\w+ )?(?:conteste|nie|doute|n['’]ignore|ignore|remet en (?:cause|doute|question))|hors de (?:tout )?doute|(?:pas|aucun|le moindre|l['’]ombre d['’]un) doute|n['’]y a (?:aucun|pas de|pas l['’]ombre d['’]un) doute|ne peut (?:pas |guère )?(?:nier|contester|douter)|ne peut (?:pas )?être (?:nié|contesté)e?|sans (?:nul |l['’]ombre d['’]un )?doute|indubitabl\w+|(?:n['’]est|ne sont) (?:pas|plus) (?:contestée?s?|à démontrer)|si bien que|ne \w+ que\b|n['’]est autre que|pas moins)\b",
        reply=r"non|pas (?:du tout|vraiment|exactement|tout à fait)|(?:c['’]est|ceci est|cela est) (?:faux|inexact|erroné|un mythe|une erreur)|(?:ce|cela|ça) n['’]est pas (?:vrai|exact|correct|le cas)|faux|au contraire|(?:contrairement|au lieu) [^,;:.]{1,60}|j['’]en doute",
        turn=r"(?:(?:et|car|puisqu['’]|alors) ?)?(?:ils?|elles?|on|nous|je|vous)\b",
        turn_it=r"c['’](?:est|était)\b|ce (?:fut|sont|furent)\b|cela \w+",
        says=r"\b(?:dit|disent|dire|affirm\w+|prétend\w*|croi\w+|pens\w+)\s*$",
        condition=r"\bsi(?= ?$| (?:(?-i:[A-ZÉ])|l[ea]s?\b|l['’]|ils?\b|elles?\b|on\b|c['’]|un|jamais))|\bs['’](?=$|ils?\b)|\b(?:aurai(?:t|ent)|eût)\b|\bà condition\b|\bau cas où\b",
        imagined=r"\b(?:imagin(?:e|ez|ons|er)|suppos(?:e|ez|ons|er|é)|admettons|hypothétique\w*|et si)\b",
        fiction=r"\b(?:dans (?:l[ea]s?|un|une|ce|cette|son) |dans l['’])(?:[\w'’-]+ ){0,2}?(?:roman|film|histoire alternative|fiction|jeu|conte|univers parallèle|monde parallèle|uchronie|rêve|scénario)\b|\ben fiction\b",
    ),
    "es": Cues(
        before=r"\b(?:no|nunca|jamás|ningun\w*|ni|falso|falsa|mito|errón\w+|contrario|en lugar|incorrect\w+|niega|refuta\w*|tampoco|"
        r"nadie|un error (?:decir|afirmar|creer)|dud(?:a|o|amos|oso|osa|an)|improbable|poco probable|difícilmente|apenas|mentira|mentir|poc[oa]s (?:\w+ ){0,2}(?:creen|piensan|dicen|afirman|sostienen))\b",
        after=r"\b(?:(?:es|era|son|fue) (?:falso|falsa|un mito|incorrect\w+|errón\w+|un error|mentira)|no (?:es|son|era) (?:cierto|verdad|correct\w+)|"
        r"(?:es|sería|parece|resulta) (?:muy |bastante )?(?:dudos[oa]|improbable|poco probable|mentira|una mentira|ficción)|lo dudo|nadie lo (?:cree|dice))\b",
        report=r"\b(?:algunos (?:dicen|afirman|creen)|supuest\w+|presunt\w+|rumor\w*|afirma\w* que|dicen que|negacionista\w*|se dice)\b",
        harmless=r"\b(?:sin (?:ninguna )?duda|no solo|no sólo|no hay duda|nada menos|"
        r"no (?:cabe|queda|existe|hay) (?:la menor |ninguna |ninguna )?duda\w*(?: alguna)?|sin (?:lugar a |ninguna |la menor |género de )?dudas?(?: alguna)?|fuera de (?:toda )?duda|(?:nadie|ningún \w+)(?: \w+)? (?:lo )?(?:niega|discute|duda|cuestiona|pone en duda)|no se (?:puede|discute|puede negar|niega)(?: negar| discutir)?|innegable\w*|indudable\w*|indiscutible\w*|no se puede negar|no es (?:ningún )?secreto|si bien|nada menos)\b",
        reply=r"no|para nada|en absoluto|(?:eso|esto)? ?(?:no es (?:así|cierto|verdad|correcto)|es (?:falso|incorrecto|mentira|un mito))|falso|incorrecto|(?:al|por el|todo lo) contrario|(?:al contrario de|contrario a|contrariamente a|en lugar de|en vez de) [^,;:.]{1,60}|lo dudo",
        turn=r"(?:y |pues |porque |ya que )?(?:él|ella|ellos|ellas)\b|(?:fue(?:ron)?|\w+ó)(?= (?!(?:fals|ment|un mito|incorr|errón|un error)))",
        turn_it=r"(?:es|era|son|está|fue|eso|esto)\b|\w+ó\b",
        says=r"\b(?:dice|dicen|dijo|afirm\w+|cree|creen)\s*$",
        condition=r"\b(?:si|a menos que|habrían?|hubieran?|hubiesen?|en caso de)\b",
        imagined=r"\b(?:imagin(?:a|e|emos|ad|en)|supong\w+|supón|supuesto que|hipotétic\w+|qué pasaría)\b",
        fiction=r"\ben (?:la|el|una|un|esta|este|su) (?:[\w-]+ ){0,2}?(?:novela|película|historia alternativa|ficción|juego|cuento|universo|mundo paralelo|ucronía|sueño|escenario)\b",
    ),
    "pt": Cues(
        before=r"\b(?:não|nunca|jamais|nenhum\w*|nem|falso|falsa|mito|errad\w+|contrário|em vez|incorret\w+|nega|refuta\w*|tampouco|"
        r"ninguém|duvid(?:o|a|am|amos|oso|osa)|dúvida\w*|improvável|pouco provável|dificilmente|mentira|mentir|pouc[oa]s (?:\w+ ){0,2}(?:acreditam|pensam|dizem|afirmam))\b",
        after=r"\b(?:(?:é|era|são|foi) (?:falso|falsa|um mito|incorret\w+|errad\w+|um erro|mentira)|não (?:é|são|era) (?:verdade|verdadeir\w+|corret\w+)|"
        r"(?:é|seria|parece) (?:muito |bastante )?(?:duvidos[oa]|improvável|pouco provável|mentira|uma mentira|ficção)|ninguém (?:acredita|diz))\b",
        report=r"\b(?:alguns (?:dizem|afirmam|acreditam)|supost\w+|alegad\w+|boato\w*|afirmam que|dizem que|negacionista\w*|diz-se)\b",
        harmless=r"\b(?:sem (?:nenhuma )?dúvida|não só|não apenas|não há dúvida|"
        r"não (?:resta|restam|há|cabe|existe|existem|paira)(?: nenhuma| a menor| qualquer)? dúvidas?(?: alguma)?|sem (?:sombra de |nenhuma |qualquer |a menor )?dúvidas?(?: alguma)?|fora de (?:qualquer )?dúvida|(?:ninguém|nenhum \w+)(?: \w+)? (?:nega|contesta|discute|duvida|questiona)|não se (?:pode negar|discute|nega)|inegável|inegavelmente|indubitável\w*|indiscutível\w*|não (?:só|apenas|somente)|não (?:pode|podem|deve|devem) (?:passar|exceder|ultrapassar|superar)|não mais (?:de|que)|nada menos)\b",
        reply=r"não|de (?:modo|forma|jeito) (?:nenhum|nenhuma|algum|alguma)|(?:isso|isto)? ?(?:não é (?:verdade|correto|assim)|é (?:falso|incorreto|mentira|um mito))|falso|incorreto|errado|(?:ao|pelo|muito pelo) contrário|(?:ao contrário d|contrariamente a|em vez d)[^,;:.]{1,60}|duvido",
        turn=r"(?:e |pois |porque |já que )?(?:ele|ela|eles|elas)\b|(?:foi|foram|(?!(?:meu|seu|teu)\b)\w{2,}(?:ou|eu))(?= (?!(?:fals|ment|um mito|incorr|errad|um erro)))",
        turn_it=r"(?:é|era|são|está|foi|isso|isto)\b|(?!(?:meu|seu|teu)\b)\w{2,}(?:ou|eu)\b",
        says=r"\b(?:diz|dizem|disse|afirm\w+|acredita\w*)\s*$",
        condition=r"(?:^\W{0,4}|\b(?:mesmo|como|sei|sabe|saber|diferente|e|que)\s)se\b|\b(?:caso|a menos que|teriam?|tivessem?|houvessem?)\b",
        imagined=r"\b(?:imagin(?:e|a|emos|em)|suponh\w+|hipotétic\w+|e se|suponhamos)\b",
        fiction=r"\b(?:n[oa]s?|num|numa|neste|nesta|em um|em uma|do|da) (?:[\w-]+ ){0,2}?(?:romance|filme|história alternativa|ficção|jogo|conto|universo paralelo|mundo paralelo|ucronia|sonho|cenário)\b",
    ),
    "hi": Cues(
        before=r"नहीं (?:मानत|कहत|सोचत)|(?:प्रमाण|सबूत|साक्ष्य) नहीं|गलत|झूठ|मिथक|असत्य|इसके विपरीत|बजाय|कभी नहीं|भ्रम|"
        r"शायद ही|संदेह है|शक है|संदिग्ध|संभावना नहीं|बहुत कम (?:इतिहासकार|लोग|विद्वान)|कम ही|कोई भी .{0,20}नहीं मानता",
        after=r"गलत (?:है|था|हैं)|झूठ|मिथक|असत्य|सच नहीं|सही नहीं|निराधार|"
        r"संदिग्ध|संदेह है|शक है|संभावना (?:नहीं|कम)|मुश्किल से|शायद ही|झूठ होगा|कोई नहीं (?:मानता|कहता)",
        report=r"कुछ लोग|दावा|अफवाह|कथित|कहा जाता है",
        harmless=r"न केवल|इसमें कोई संदेह नहीं|निस्संदेह|ही नहीं|"
        r"(?:कोई|ज़रा भी|तनिक भी|कोई भी) (?:संदेह|शक|दो राय|शंका) नहीं|(?:संदेह|शक) (?:की|का) (?:कोई )?(?:गुंजाइश|जगह) नहीं|इनकार नहीं|इन्कार नहीं|नकारा नहीं|निर्विवाद|बेशक",
        close=r"नहीं",
        reply=r"(?:जी )?नहीं|(?:यह|ये) (?:सच|सही) नहीं(?: है)?|(?:यह )?गलत(?: है)?|इसके विपरीत|बिल्कुल नहीं|[^,।]{1,40}(?:के विपरीत|के बजाय)",
        turn=r"(?:वह|वे|उन्होंने|उसने)(?=\s)",
        turn_it=r"(?:बल्कि|वास्तव में)",
        condition=r"(?:^|\s)(?:अगर|यदि|क्या)(?=\s)",
        condition_after=r"[^,।]{0,12}होता तो|[^,।]{0,8} तो(?=[\s,])",
        imagined=r"कल्पना (?:कीजिए|करें|करो)|मान लीजिए|मान लें|मान लो|सोचिए",
        fiction=r"(?:उपन्यास|फ़िल्म|फिल्म|कहानी|खेल|सपने|काल्पनिक \S+|समानांतर \S+) (?:में|के अनुसार)",
    ),
    "ar": Cues(
        before=r"(?:^|\s)[وف]?(?:لا|لم|لن|ليس|ليست|ما|غير|خطأ|خاطئ\w*|كذب|أسطورة|خرافة|خلاف[اً]*|بدل[اً]* من|ينفي|نفى|دحض|"
        r"أشك|يشك|نشك|يشكون|مشكوك|المستبعد|المشكوك|يصعب|قلما|قليل|قلة|أحد|كذبة|الكذب|كاذب\w*|قلّة|قلّما)(?=\s|$)",
        after=r"غير صحيح\w*|خطأ|خاطئ\w*|كاذب\w*|ليس صحيح\w*|لا أساس|أسطورة|خرافة|باطل\w*|"
        r"(?:أمر )?(?:مشكوك|مستبعد)\w*|محل شك|كذب\w*|غير (?:مرجح|محتمل)",
        report=r"يزعم\w*|زعم\w*|مزاعم|ادعاء\w*|يدعي\w*|شائع\w*|البعض يقول|يقول البعض|المزعوم\w*",
        harmless=r"لا شك|بلا شك|ليس فقط|لا ريب|ما لا يقل|"
        r"لا (?:يوجد |يُوجد )?(?:أدنى )?شك|ليس هناك (?:أدنى |أي )?شك|ما من شك|مما لا شك فيه|لا أحد (?:ينكر|يشك|يجادل|ينفي)|لا (?:يمكن|يمكننا) (?:إنكار|نفي|الشك)|لا (?:يختلف|خلاف|جدال|ريب)|لا ينكر(?: أحد)?|دون (?:أدنى )?شك|من دون شك|لا يخفى|(?:وليس|ليس|لا) هذا فحسب",
        reply=r"لا|كلا|ليس (?:صحيحًا|صحيحا|كذلك|هذا صحيحًا)|(?:هذا|هذه|ذلك) (?:غير صحيح\w*|خطأ|خاطئ\w*|ليس صحيح\w*)|(?:غير صحيح|خطأ)|(?:بل )?(?:على|بـ?) ?العكس(?: من ذلك)?|(?:خلاف[اً]*|بدل[اً]*|على عكس)[^،؛:.]{1,60}",
        turn=r"(?:و|ف)?(?:هو|هي|هم|لقد|قد|خسر|هُزم|انتصر|فاز)\b",
        turn_it=r"(?:و|ف)?(?:إن[هم]\w*|بل|إنما|كان|كانت)\b",
        condition=r"(?:^|\s)[وف]?(?:لو|إذا|لولا|لكان|إن كان|ما إذا)(?=\s|$)",
        imagined=r"(?:^|\s)[وف]?(?:تخيل\w*|لنتخيل|تصور\w*|لنفترض|افترض\w*|نفترض|بافتراض|هب)(?=\s|$)",
        fiction=r"في (?:ال|هذه ال|هذا ال)?(?:رواية|فيلم|قصة|لعبة|خيال|حلم|عالم (?:خيالي|مواز|موازٍ)|عالم الخيال)",
    ),
    "ru": Cues(
        before=r"\b(?:не|нет|ни|никогда|неверно|ложь|ложн\w+|миф\w*|ошибочн\w+|неправда|вопреки|вместо|опроверг\w+|отрица\w+|"
        r"никто|сомнева\w+|сомнительн\w+|сомнени\w+|вряд ли|едва ли|маловероятн\w+|невероятн\w+|мало кто|немногие|лож(?:ью|и)|враньё\w*|врань\w+|солгать)\b",
        after=r"\b(?:(?:является|являются|это|—|-) ?(?:ложь\w*|ложн\w+|миф\w*|ошибк\w+|неправд\w+|неверн\w+)|не (?:соответствует|верно|так|правда|является)|неверно|ошибочн\w+|неправда|опровергнут\w+|"
        r"(?:сомнительн\w+|маловероятн\w+|вряд ли|сомневаюсь|никто не (?:верит|считает|говорит)|было бы ложью|ложь\w*))\b",
        report=r"\b(?:некоторые|утвержда\w+|якобы|слух\w*|мнимы\w*|так называем\w+|заявля\w+|отрицател\w+)\b",
        harmless=r"\b(?:нет сомнени\w+|не только|несомненно|не менее|без сомнения|"
        r"(?:нет|не вызывает|никаких|без|вне|не оставляет|не подлежит|не подвергается)(?: никак\w+| ни малейш\w+| малейш\w+| всяк\w+| и)? сомнени\w+|не (?:подлежит|вызывает|подвергается|может быть) (?:сомнени\w+|сомнения|оспорен\w*)|(?:никто|ни один \w+)(?: \w+)? не (?:\w+ )?(?:отрица\w+|оспарива\w+|сомнева\w+|спорит)|нельзя (?:не |и )?(?:отрицать|сомневаться|оспорить)|не приходится сомнева\w+|невозможно отрицать|неоспорим\w+|неопровержим\w+|бесспорно|не что иное|не кто иной|не раз|не сомневаюсь)\b",
        reply=r"нет|вовсе нет|конечно,? нет|отнюдь|это (?:не так|неправда|неверно|не соответствует действительности|миф|ошибка|ложь)|неверно|неправда|не совсем|напротив|наоборот|(?:вопреки|вместо) [^,;:.]{1,60}",
        turn=r"(?:и |ведь |так как )?(?:он|она|они|мы|я)\b",
        turn_it=r"(?:это|оно)\b(?! (?:неверно|неправда|не так|ложь|миф))",
        says=r"\b(?:говорит|говорят|сказал\w*|утвержда\w+|дума\w+|счита\w+|полага\w+|вер(?:ит|ят))\s*$",
        condition=r"\b(?:если|бы|ли|окажись)\b(?<!хотя бы)",
        condition_after=r"\s*бы\b",
        imagined=r"\b(?:представ(?:ь|ьте|им)|вообраз\w+|допустим|предположим|предположите|гипотетическ\w+)\b",
        fiction=r"\b(?:в|во) (?:\w+ ){0,2}?(?:романе|фильме|рассказе|повести|сказке|игре|вымышленн\w+ \w+|альтернативн\w+ \w+|параллельн\w+ \w+|сне)\b",
    ),
    "tr": Cues(
        before=r"\b(?:yanlış|efsane|asılsız|yalan|aksine|yerine|hiçbir|asla|hiç|"
        r"şüpheli\w*|kuşkulu\w*|pek az|çok az (?:tarihçi|kişi|insan)|kimse|yalandır|az sayıda)\b",
        after=r"\b(?:yanlış\w*|doğru değil\w*|asılsız\w*|yalan\w*|efsane\w*|mit\w*|iddiası (?:yanlış|asılsız)\w*|"
        r"\b(?:şüpheli\w*|kuşkulu\w*|şüphe(?:m|miz)? var|pek olası değil|olası değil|inan(?:an|mıyor|maz)\w*|san(?:mıyor|mam)\w*|düşünmüyor\w*|kimse (?:\w+ )?(?:söylem|inanm|düşünm|iddia etm)\w*|yalan\w*|kurgu\w*))\b",
        report=r"\b(?:bazı(?:ları)?|iddia\w*|sözde|söylenti\w*|güya)\b",
        harmless=r"\b(?:sadece|yalnızca) \w+ değil\b|şüphesiz|hiç şüphe|"
        r"(?:hiç|hiçbir|en ufak|en küçük)(?: bir)? (?:şüphe|kuşku)\w*(?: yok\w*)?|(?:şüphe|kuşku)\w*(?: yer)? yok\w*|(?:kimse|hiç kimse|hiçbir \w+)(?: \w+)? (?:inkar|inkâr|reddet|tartış|itiraz|şüphe)\w*(?: (?:etm|duym)\w+)?|inkar edilemez|inkâr edilemez|tartışılmaz|yadsınamaz|tartışmasız|şüphe götürmez|kuşkusuz",
        close=r"\bdeğil\w*",
        reply=r"hayır|yok|(?:bu|bu iddia) (?:doğru değil|yanlış|bir efsane)\w*|yanlış|aksine|tam (?:aksine|tersine)|[^,;:.]{1,40} (?:aksine|yerine)",
        turn=r"(?:o|onlar)\b|aslında\b",
        turn_it=r"\w+[dt][ıiuü](?:lar|ler)?\b",
        condition=r"\b(?:eğer|şayet)\b",
        condition_after=r"\w{0,6}s[ae]yd[ıi]|(?:d[ıi]y|[ıiae]r)?s[ae]\b|[^,]{0,20} ols[ae](?:yd[ıi])?",
        imagined=r"\b(?:hayal ed\w+|farz ed\w+|varsay\w*|diyelim|düşünün)\b",
        fiction=r"\b(?:roman|film|hikâye|hikaye|oyun|kurgu|rüya|evren)(?:da|de|ında|inde|unda|daki|deki|sında|sinde)\b",
    ),
    "th": Cues(
        before=r"ไม่ใช่|ไม่ได้|ไม่เคย|ไม่มี|ผิด|เท็จ|ความเข้าใจผิด|แทนที่|ขัดกับ|ตรงกันข้าม|"
        r"สงสัย|ไม่น่า|แทบไม่|น้อยคน|ยากที่จะ|โกหก|ไม่เชื่อ|(?:นักประวัติศาสตร์)?(?:ส่วนน้อย|น้อยราย)",
        after=r"ไม่เป็นความจริง|ไม่จริง|เป็นเท็จ|ไม่ถูกต้อง|เป็นความเข้าใจผิด|ผิด|ไม่มีหลักฐาน|"
        r"น่าสงสัย|ไม่น่าเป็นไปได้|โกหก|เรื่องแต่ง",
        report=r"บางคน|อ้างว่า|ข่าวลือ|กล่าวหา|ที่เรียกว่า|เชื่อกันว่า",
        harmless=r"ไม่เพียง|ไม่ต้องสงสัย|ไม่ใช่แค่|ไม่น้อยกว่า|"
        r"ไม่(?:มี)?(?:ใคร|ผู้ใด)(?:กล้า)?(?:ปฏิเสธ|เถียง|โต้แย้ง|สงสัย)|ไม่มี(?:ข้อ)?(?:กังขา|สงสัย|ข้อสงสัย)|ปฏิเสธไม่ได้|ไม่อาจปฏิเสธ|ไม่ต้องสงสัย|ไม่มีข้อโต้แย้ง|ไม่ผิด",
        reply=r"ไม่(?:ใช่)?(?:ครับ|ค่ะ|เลย)?|(?:นั่น|เรื่องนี้|ข้อนี้)?(?:ไม่จริง|ไม่ถูกต้อง|ผิด)(?:ครับ|ค่ะ)?|ตรงกันข้าม|ในทางตรงกันข้าม",
        turn=r"(?:เขา|เธอ|พวกเขา)",
        condition=r"ถ้า|หาก(?!แต่)|สมมติ|หรือไม่ว่า|ว่า.{0,20}หรือไม่",
        imagined=r"จินตนาการ|สมมติ|ลองนึก|นึกภาพ|ลองคิด",
        fiction=r"ใน(?:นวนิยาย|นิยาย|หนัง|ภาพยนตร์|เรื่องแต่ง|เกม|โลกคู่ขนาน|ความฝัน|ประวัติศาสตร์ทางเลือก|จินตนาการ|โลกสมมติ)",
    ),
    "vi": Cues(
        before=r"\b(?:không|chưa|chẳng|sai|giả|trái với|thay vì|bác bỏ|phủ nhận|hoang đường|"
        r"nghi ngờ|hoài nghi|khó (?:tin|có thể|mà)|ít (?:ai|người|\w+ sử học|\w+ \w+ sử học|học giả|sử gia)|nói dối|dối trá|lời nói dối|đáng ngờ|hiếm ai)\b",
        after=r"\b(?:là (?:sai|không đúng|giả|hoang đường|bịa đặt|nhầm lẫn)|không (?:đúng|chính xác)|không phải (?:là )?(?:sự thật|vậy)|vô căn cứ|"
        r"(?:là )?(?:đáng ngờ|khó tin|khó xảy ra|nói dối|lời nói dối|hư cấu|bịa)|(?:không|chẳng) ai (?:tin|nói|nghĩ))\b",
        report=r"\b(?:một số người|cho rằng|tuyên bố|tin đồn|được cho là|cái gọi là)\b",
        harmless=r"\b(?:không chỉ|không nghi ngờ|chắc chắn|không những|không ít hơn|"
        r"(?:không|chẳng)(?: còn| có)?(?: gì)?(?: phải)? nghi ngờ|không (?:ai|người nào) (?:có thể )?(?:phủ nhận|nghi ngờ|tranh cãi|bác bỏ)|không thể (?:phủ nhận|chối cãi|bác bỏ|nghi ngờ)|không còn nghi ngờ gì(?: nữa)?|không (?:hề )?có (?:chút )?nghi ngờ|không thể chối cãi|không cần bàn cãi|không phải (?:chỉ|ngẫu nhiên))\b",
        reply=r"không(?: phải| đúng| hề)?(?: vậy| thế)?|(?:điều )?(?:đó|này) (?:là )?(?:không đúng|sai|không chính xác|không phải sự thật)|sai|ngược lại|trái lại|(?:trái với|thay vì) [^,;:.]{1,60}",
        turn=r"(?:ông|bà|anh ấy|cô ấy|họ|ông ta|ông ấy|hắn)\b",
        turn_it=r"(?:đó|đây|nó) là\b|mà là\b",
        says=r"\b(?:nói|cho rằng|tin|nghĩ|khẳng định)\s*$",
        condition=r"\b(?:nếu|giá mà|giá như|liệu|phải chi|trong trường hợp)\b",
        imagined=r"\b(?:giả sử|giả dụ|giả định|tưởng tượng|hình dung|hãy thử nghĩ)\b",
        fiction=r"\btrong (?:(?:cuốn|bộ|một|câu) )?(?:tiểu thuyết|phim|truyện|câu chuyện|trò chơi|thế giới (?:song song|tưởng tượng|hư cấu)|vũ trụ song song|giấc mơ|lịch sử giả tưởng|tác phẩm hư cấu)\b",
    ),
    "ko": Cues(
        before=r"거짓|허위|잘못|오해|사실과 달리|대신|결코|전혀|절대|"
        r"의심스럽|거짓말",
        after=r"거짓|허위|사실이 아|잘못|틀렸|틀린|근거가 없|오해|"
        r"의심스럽|의심이 든|거의 없|드물|가능성은? (?:낮|희박)|믿기 어렵|보기 어렵|거짓말|의문이|회의적|허구|상상해|상상하|가정해|가정하|확실하지|지 의심",
        report=r"일부|주장|소문|이른바|소위|라고 말하는 사람",
        harmless=r"뿐만 아니라|의심의 여지가? 없|틀림없|"
        r"의심(?:할|의)? 여지[가는]? ?없|여지가 없|(?:부인|부정|반박)할 수 없|(?:부인|부정|반박|의심)하는 (?:사람|학자|역사가)[은는이도]? (?:거의 )?없|아무도 (?:부인|부정|의심)하지 않|의심하지 않|분명|다름 ?없|다름 ?아닌|틀림 ?없",
        close=r"아니|아닙|아닌|않|못했|없[었는다습]",
        reply=r"아니요?|아뇨|아닙니다|아니오|그렇지 않습니다|사실이 아닙니다|(?:그것은|그건|이는) (?:사실이 아닙니다|틀렸습니다|잘못된 것입니다)|틀렸습니다|오히려|반대로|(?:흔한 )?(?:오해|통념|생각|주장)[과와] ?(?:는 )?(?:달리|반대로)|[^,.]{1,30}(?:와|과|는) 달리|[^,.]{1,30} 대신",
        turn=r"(?:그는|그가|그녀는|그들은|오히려|사실은?|실제로)(?=\s)",
        turn_it=r"\S",
        says=r"[은는]\s*$",
        condition=r"만약|만일|혹시|(?:^|\s)설령",
        condition_after=r"[가-힣]{0,5}(?:다면|더라면|라면|으면)|[가-힣]{0,4}(?:는지|을지|을까)",
        imagined=r"상상해|상상하|가정해|가정하|가정 ?하에|치자",
        fiction=r"(?:소설|영화|이야기|게임|가상|평행 ?(?:세계|우주)|대체 ?역사|꿈)[^,.]{0,8}(?:에서|속에)",
    ),
    "ja": Cues(
        before=r"誤り|間違い|虚偽|デマ|誤解|反して|決して|代わりに|"
        r"嘘",
        after=r"誤り|間違い|虚偽|デマ|事実では|根拠が|正しくな|嘘|否定されて|"
        r"疑わし|疑問|とは(?:思え|言え|考え(?:にく|られ)|限ら)|ほとんどい(?:な|ま)|ほとんどな|考えにく|可能性は(?:低|ほとんど|極めて)|嘘|虚構|フィクション|(?:想像|仮定)し|かどうか|信じる(?:人|者|歴史家|学者)は(?:いな|いま|少な|ほとんど)|証拠は(?:な|あり)",
        report=r"という主張|と主張|一部の人|噂|いわゆる|とされる|という説",
        harmless=r"だけでなく|間違いなく|疑いな|に違いな|疑いの余地|"
        r"間違い(?:な|あり)[^、。]{0,5}|疑い(?:な|の?ない|はな|よう|あり|はあり|の?余地)[^、。]{0,6}|疑う余地[^、。]{0,6}|疑問の余地[^、。]{0,6}|疑いようの?[^、。]{0,5}|否定(?:でき|し(?:よう|得|え)|する(?:人|者|歴史家|学者)は)[^、。]{0,9}|異論(?:は|の余地)[^、。]{0,6}|疑う(?:人|者|歴史家|学者)は[^、。]{0,6}|言うまでもな\w|他(?:なら|ならない|なりません)|ほかなりません|に違いあり(?:ません)?",
        close=r"ではな|ではあり|ません|なかった|ておらず|でおらず|ってはいない",
        reply=r"いいえ|いや|いえ|違います|(?:それ|これ)は(?:誤り|間違い|違い|嘘|誤解)(?:です|ます)?|そうではありません|逆に|むしろ|[^、。]{1,30}(?:に反して|とは(?:異なり|違い)|の?代わりに|とは逆に)",
        turn=r"(?:彼|彼女|彼ら)[はが]|(?:実際|むしろ|事実)",
        condition=r"もし|仮に|万一|万が一",
        condition_after=r"ら(?![れしす])|[ぁ-ん]{0,6}(?:(?<!も)たら(?![しす])|(?:れ|て|け|せ|め)ば(?!な)|なら(?![なずび])|としたら|とすれば)|かどうか|かもしれ",
        imagined=r"想像|仮定|と考えてみ|とします|としよう",
        fiction=r"(?:小説|映画|物語|ゲーム|架空|フィクション|並行世界|パラレルワールド|夢|歴史改変\S{0,4})(?:の(?:世界|中|話))?(?:で|の中で|では|において)",
    ),
    "id": Cues(
        before=r"\b(?:tidak|bukan|bukanlah|tak|belum|tanpa|salah|keliru|mitos|hoaks|bertentangan|alih-alih|membantah|palsu|"
        r"meragukan|ragu|diragukan|keraguan|kecil kemungkinan\w*|hampir tidak|jarang|sedikit (?:\w+ )?(?:sejarawan|orang|ahli)|bohong|kebohongan|dusta|berbohong|sulit (?:dipercaya|dikatakan)|mustahil)\b",
        after=r"\b(?:(?:adalah|itu|merupakan) (?:salah|keliru|mitos|hoaks|bohong|palsu|tidak benar)|tidak (?:benar|tepat|akurat)|tidak berdasar|"
        r"(?:sangat |masih )?(?:diragukan|kecil kemungkinan\w*|meragukan)|(?:adalah |itu )?(?:kebohongan|bohong|dusta|fiksi)|(?:tidak ada|sedikit) yang percaya)\b",
        report=r"\b(?:sebagian orang|beberapa orang|klaim|mengklaim|konon|rumor|katanya|apa yang disebut)\b",
        harmless=r"\b(?:tidak hanya|bukan hanya|tanpa (?:keraguan|ragu)|tidak diragukan|tidak kurang|"
        r"tidak (?:ada|perlu)? ?(?:\w+ )?(?:keraguan|diragukan|diragukan lagi|disangkal|diperdebatkan)|tidak (?:dapat|bisa) (?:disangkal|dipungkiri|dibantah|diragukan)|tak (?:dapat|bisa|perlu)? ?(?:terbantahkan|disangkal|dipungkiri|dibantah|diragukan)(?: lagi)?|(?:tidak|tak) (?:ada|seorang pun|satu pun)(?: \w+){0,3}? (?:menyangkal|membantah|meragukan|memungkiri)|tanpa (?:keraguan|ragu|diragukan)|tidak lain)\b",
        reply=r"tidak|tidak,? (?:benar|begitu)|bukan|tidak benar|(?:itu|hal itu|ini) (?:tidak benar|salah|keliru|mitos)|salah|keliru|sebaliknya|justru|(?:bertentangan|alih-alih|berbeda)[^,;:.]{1,60}",
        turn=r"(?:ia|dia|mereka|beliau)\b",
        turn_it=r"(?:itu|ini) (?:adalah|ialah)?\b(?! ?(?:salah|tidak|keliru|mitos|bohong))|melainkan\b|justru\b",
        says=r"\b(?:mengatakan|bilang|percaya|berpendapat|menyatakan|berkata)\s*$",
        condition=r"\b(?:jika|kalau|apabila|bila|andai\w*|seandainya|sekiranya|apakah|jikalau)\b",
        imagined=r"\b(?:bayangkan|membayangkan|misalkan|anggap(?:lah| saja)?|umpamakan|seandainya)\b",
        fiction=r"\b(?:dalam|di) (?:(?:sebuah|dunia|cerita) )?(?:novel|film|cerita|permainan|game|fiksi|mimpi|dunia paralel|sejarah alternatif|kisah)\b",
    ),
}  # fmt: skip


_EN_BESIDE = replace(
    _EN,
    before=_EN.before.replace(
        "not|no|", r"not|no(?= (?:\w+ ){1,3}(?:that|says?|believes?|was|is)\b)|", 1
    ),
)
"""English beside another language: a bare "no" is a word of Portuguese ("no ano de 1815")."""


def cues_for(lang: str) -> tuple[Cues, ...]:
    """Cues of a language and of English, in which many models answer whatever the question."""
    return (CUES[lang], _EN_BESIDE) if lang in CUES and lang != "en" else (_EN,)
