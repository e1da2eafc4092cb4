//! Words of the twelve languages in which answers are read (en, zh, es, fr, de, pt, ru, ja, ko, ar,
//! hi, it), by their role. They are in lower case.

/// Returns whether a word has a role.
///
/// Chinese, Japanese and Korean are written without spaces around words, or with endings, so there
/// a word of the list may be a part of the given one.
pub(super) fn is_any(word: &str, list: &[&str]) -> bool {
    if word.chars().any(char::is_uppercase) {
        return is_any_lower(&word.to_lowercase(), list);
    }
    is_any_lower(word, list)
}

/// Does the work of [`is_any`] for a word in lower case.
pub(super) fn is_any_lower(lower: &str, list: &[&str]) -> bool {
    let has_parts = !lower.is_ascii() && lower.chars().any(is_east_asian);
    list.iter().any(|entry| {
        *entry == lower || has_parts && entry.starts_with(is_east_asian) && lower.contains(entry)
    })
}

/// Returns whether a character is of Chinese, Japanese or Korean script.
pub(super) fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}'
        | '\u{f900}'..='\u{faff}')
}

/// Defines lists of words.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal)+;)+) => {
        $($(#[$doc])* pub(super) const $name: &[&str] = &[$($word),+];)+
    };
}

words! {
    /// A letter behind one of these words is the answer.
    CHOOSING:
        "остаётся" "остается"
        "answer" "answers" "ans" "choice" "choose" "chose" "choosing" "chosen" "pick" "picked"
        "picking" "select" "selected" "selecting" "solution" "conclusion" "verdict" "leaves"
        "leaving" "remains" "prefer" "prefers" "meant" "答案" "选择" "应选" "故选" "选" "選" "正解" "答え" "回答" "정답" "답" "respuesta"
        "elijo" "escojo" "réponse" "choisis" "antwort" "lösung" "wähle" "resposta" "escolho"
        "gabarito" "ответ" "выбираю" "الإجابة" "الجواب" "أختار" "उत्तर" "जवाब" "risposta" "scelgo";
    /// Words that may be between those words and the letter.
    BETWEEN:
        "is" "be" "would" "should" "must" "option" "choice" "picture" "letter" "image" "panel"
        "the" "to" "correct" "right" "best" "final" "my" "thus" "therefore" "with" "clearly"
        "only" "as" "here" "for" "是" "为" "選択肢" "选项" "は" "은" "는" "이" "es" "la" "el" "opción" "letra"
        "correcta" "est" "l" "bonne" "réponse" "ist" "die" "lautet" "richtige" "é" "a" "o" "opção"
        "alternativa" "correta" "вариант" "опция" "буква" "правильный" "это" "هي" "هو" "الخيار"
        "الصحيحة" "विकल्प" "सही" "è" "opzione" "lettera" "corretta";
    /// Nouns of options, before a letter.
    NOUNS:
        "option" "choice" "picture" "letter" "image" "panel" "candidate" "alternative" "选项" "選択肢"
        "选择" "옵션" "선택지" "보기" "opción" "opcion" "letra" "alternativa" "imagen" "l'option" "bild"
        "antwortmöglichkeit" "opção" "opcao" "imagem" "вариант" "опция" "варианте" "опции"
        "الخيار" "विकल्प" "opzione" "lettera" "immagine";
    /// Plural nouns, before a list of letters.
    PLURAL_NOUNS:
        "options" "choices" "pictures" "images" "panels";
    /// A letter behind one of these nouns is a name, not an option.
    OTHER_NOUNS:
        "chain" "chains" "vitamin" "ring" "rings" "subunit" "subunits" "protein" "residue" "atom"
        "atoms" "hepatitis" "type" "group" "step" "site" "domain" "helix" "strand" "molecule"
        "carbon" "plan" "grade" "phase" "point" "line" "loop" "monomer" "class" "链" "鎖" "사슬"
        "cadena" "chaîne" "kette" "cadeia" "цепь" "цепи" "السلسلة" "catena" "vitamina" "vitamine";
    /// Words that make a letter before them part of a name: `C atom`.
    OTHER_NOUNS_AFTER:
        "atom" "atoms" "chain" "chains" "terminus" "terminal" "carbon" "alpha" "beta" "helix"
        "ring" "factor" "group" "domain" "bond" "链" "鏈" "鎖" "사슬";
    /// A letter before one of these words can be an option even if it is `A`.
    PREDICATES:
        "is" "was" "has" "have" "shows" "show" "matches" "match" "would" "should" "must" "seems"
        "looks" "appears" "fits" "because" "since" "corresponds" "and" "or" "nor" "but" "does"
        "doesn't" "do" "isn't" "wasn't" "cannot" "can't" "can" "could" "agrees" "reproduces"
        "displays" "moves" "moved" "keeps" "lacks" "differs" "fails" "best" "it" "as" "for" "due"
        "where" "which" "given" "rather" "over" "only" "are" "both" "alone" "s" "were" "wrong"
        "correct" "true" "false" "yes" "no" "not" "also" "still" "turns" "es" "muestra" "coincide"
        "porque" "est" "montre" "correspond" "car" "parce" "n" "ist" "zeigt" "passt" "weil"
        "stimmt" "denn" "da" "entspricht" "é" "mostra" "pois" "corresponde" "è" "perché"
        "corrisponde" "está" "fehlt" "son" "sont" "sind" "sono" "são" "instead" "works" "yields" "gives" "wins" "satisfies" "beats" "all" "statt"
        "anstatt" "y" "et" "und" "oder" "e" "ou" "o";
    /// Reasons: words that may follow an answer.
    REASONS:
        "because" "since" "as" "for" "due" "where" "which" "given" "rather" "over" "instead" "i" "not" "with"
        "and" "but" "in" "while" "whereas" "so" "unlike" "et" "y" "und" "e" "no" "non" "nicht"
        "pas" "não" "не" "а" "因为" "因為" "porque" "ya" "car" "parce" "weil" "denn" "da" "pois"
        "потому" "так" "لأن" "क्योंकि" "perché" "poiché" "なぜなら" "왜냐하면";
    /// What is right about a letter, behind it.
    RIGHT_AFTER:
        "works" "better" "beats" "einzige" "única" "único" "seule" "seul" "unica" "最も近" "exact" "expect" "follows" "required" "closer" "proper" "fulfils" "fulfills" "satisfies" "bonne" "bon" "buena"
        "mejor" "meilleure" "besser" "melhor" "migliore" "лучше" "correctamente"
        "passt" "correspond" "convient" "подходит" "совпадает"
        "closest" "passes" "pass" "survives" "remains" "wins" "選" "선택" "고르"
        "correct" "best" "answer" "true" "matches" "match" "fits" "corresponds" "agrees"
        "reproduces" "consistent" "yes" "result" "same" "expected" "identical" "both" "only" "正确"
        "正しい" "正解" "结果" "符合" "一致" "匹配" "맞습니다" "옳" "일치" "결과" "정답" "結果" "परिणाम" "результат"
        "النتيجة" "correcta" "correcto" "resultado" "coincide" "correcte" "résultat" "richtig"
        "korrekt" "stimmt" "entspricht" "ergebnis" "correta" "corresponde" "верна" "верный"
        "правильный" "верно" "صحيح" "صحيحة" "الصحيح" "सही" "corretta" "corrisponde" "risultato";
    /// What is wrong about a letter, behind it.
    WRONG_AFTER:
        "wrong" "incorrect" "false" "not" "no" "doesn't" "does't" "isn't" "aren't" "don't"
        "cannot" "can't" "never" "neither" "nor" "mirrored" "opposite" "distractor" "trap" "decoy" "herring" "bad" "unlikely" "invalid" "incorrectas"
        "falsas" "incorrectos" "fausses" "incorrectes" "sbagliate" "erradas" "неверны" "불일치" "falsche" "fails" "fail"
        "contradicts" "differs" "differ" "inconsistent" "excluded" "eliminated" "rejected" "ruled"
        "too" "lacks" "lack" "missing" "without" "wouldn't" "couldn't" "reversed" "off" "ではなく"
        "じゃなく" "誤り" "誤っ" "不正解" "错误" "错" "不" "太" "没有" "相反" "間違" "ない" "ません" "逆" "아닙" "아니" "틀" "않" "incorrecta"
        "incorrecto" "falsa" "reflejada" "pas" "incorrecte" "fausse" "trop" "falsch" "nicht"
        "fehlt" "zu" "kein" "keine" "errada" "não" "неверна" "неверный" "не" "зеркален" "خطأ"
        "ليس" "ليست" "गलत" "नहीं" "उल्टा" "errata" "non" "sbagliata" "speculare";
    /// Words that deny or compare the letter behind them.
    DENYING:
        "not" "neither" "nor" "no" "never" "isn't" "don't" "doesn't" "wasn't" "cannot" "can't"
        "than" "over" "unlike" "except" "versus" "vs" "excluding" "exclude" "eliminating"
        "eliminate" "eliminates" "reject" "rejecting" "discard" "discarding" "ruling" "rules"
        "ruled" "rule" "instead" "wouldn't" "against" "besides" "excludes" "不是" "不选" "而不是" "不可能" "排除"
        "pas" "ni" "nicht" "kein" "weder" "noch" "não" "nem" "не" "ни" "ليس" "لا" "नहीं" "non"
        "né" "nie" "beats" "outperforms" "avoid" "avoiding" "statt" "anstatt" "lieu" "lugar" "invece" "нет" "ninguna" "aucune" "keine";
    /// Words that may be between a denying word and the letter.
    DENIED_BETWEEN:
        "is" "it" "it's" "be" "the" "option" "options" "answer" "correct" "think" "believe" "that"
        "choice" "picture" "would" "either" "letter" "really" "of" "out" "la" "die" "a" "el" "o"
        "es" "é" "est" "ist" "jest" "это" "è" "de" "von" "like" "trust" "choose" "pick" "select" "choosing" "picking" "selecting" "sure" "convinced" "être" "ser" "sein" "pode" "puede" "essere" "by" "about" "quite" "entirely";
    /// A letter behind one of these words (and `to`, `with`, `option`, ...) is called right.
    RIGHT_BEFORE:
        "seule" "seul" "nur" "solo" "soltanto" "apenas" "somente" "только" "只有"
        "matches" "match" "agrees" "agree" "corresponds" "correspond" "fits" "fit" "only" "like"
        "consistent" "correct" "best" "right" "suggests" "supports" "points" "indicates" "gives"
        "favours" "favors" "reveals" "resembles" "equals" "alone" "as" "符合" "对应" "一致" "正确" "正しい"
        "올바른" "correcta" "correcte" "richtig" "correta" "верный" "الصحيحة" "सही" "corretta"
        "coincide" "entspricht" "corresponde" "corrisponde";
    /// Words that may be between those words and the letter.
    RIGHT_BETWEEN:
        "to" "with" "by" "in" "the" "option" "picture" "image" "panel" "letter" "best" "most"
        "closely" "answer" "choice" "well" "that" "is" "only" "of" "a" "la" "con" "à" "mit" "der"
        "die" "opción" "opção" "opzione" "вариант" "विकल्प" "الخيار" "选项" "選択肢" "は" "at";
    /// `it is C`: words directly before a letter that identify it.
    IDENTIFYING:
        "is" "it's" "that's" "be" "with" "=" "是" "为" "是选项" "es" "est" "c'est" "ist" "é" "è" "هو"
        "هي" "это" "は" "bleibt" "queda" "reste" "just" "only";
    /// Words that draw a conclusion.
    CONCLUDING:
        "so" "balance" "therefore" "thus" "hence" "conclusion" "overall" "consequently" "ultimately"
        "finally" "conclude" "summary" "因此" "所以" "综上" "故" "总之" "したがって" "よって" "従って" "따라서" "그러므로"
        "por" "entonces" "donc" "ainsi" "daher" "folglich" "somit" "portanto" "logo" "assim"
        "поэтому" "следовательно" "итак" "إذن" "لذلك" "इसलिए" "अतः" "quindi" "dunque" "pertanto";
    /// Words of final answers.
    FINAL:
        "final" "最终" "最終" "최종" "finale" "endgültige" "окончательный" "النهائية" "अंतिम";
    /// Words that take an earlier statement back.
    RETRACTING:
        "actually" "wait" "correction" "scratch" "sorry" "oops" "hmm" "其实" "等等" "更正" "实际上" "不对"
        "訂正" "待って" "실은" "잠깐" "정정" "espera" "corrección" "attendez" "moment" "tatsächlich"
        "korrektur" "correção" "aliás" "подождите" "поправка" "تصحيح" "انتظر" "रुकिए" "सुधार"
        "anzi" "aspetta" "correzione";
    /// Words that end `after checking` and the like.
    RECHECKING:
        "checking" "rechecking" "re-checking" "double-checking" "reflection" "reconsidering"
        "reconsideration" "review" "reviewing" "inspection" "réflexion" "überlegung" "prüfung";
    /// Words of revised answers.
    REVISING:
        "edit" "update" "updated" "revised" "revision" "corrected" "amended" "changed" "修正" "修改"
        "改为" "改成" "editado" "korrigiert" "corrigé" "исправлено";
    /// Words of changes of an answer: `from D to A`.
    CHANGING:
        "change" "changes" "changed" "changing" "switch" "switching" "switched" "revise" "revising"
        "revised" "update" "updating" "updated" "correct" "correcting";
    /// Words that begin a contrasting clause.
    BUT:
        "but" "however" "yet" "nevertheless" "aber" "jedoch" "pero" "mais" "mas" "porém" "però"
        "но" "однако" "但" "但是" "しかし" "하지만" "لكن" "بل" "लेकिन";
    /// Words that begin a clause of concession.
    ALTHOUGH:
        "although" "though" "while" "whereas" "obwohl" "während" "aunque" "mientras" "bien" "embora"
        "sebbene" "mentre" "хотя" "虽然" "尽管";
    /// Words in a contrasting clause that take nothing back: `but I am not sure`.
    DOUBTING:
        "sure" "certain" "confident" "perfect" "perfectly" "exactly" "large" "matter" "problem"
        "important" "easy" "obvious" "sicher" "seguro" "sûr";
    /// Subjects of sentences about other readers.
    SOMEONE:
        "someone" "somebody" "many" "some" "people" "one" "most" "others" "anyone" "you";
    /// Words of wrong answers before a letter.
    MISTAKES:
        "mistake" "mistakes" "error" "trap" "distractor" "temptation" "tempting" "fehler" "erreur";
    /// Headings of rejected letters.
    REJECTED:
        "rejected" "eliminated" "excluded" "wrong" "incorrect" "discarded" "dismissed" "false"
        "ruled" "unlikely" "less" "least" "worst" "incorrecta" "неправильно" "неверно" "falsch" "ausgeschlossen" "incorrectas" "descartadas" "fausses" "错误"
        "排除";
    /// Words of everything, of which a letter is excluded.
    ALL:
        "anything" "everything" "all" "any" "anyone" "alles" "alle" "todo" "todos" "todas" "tout"
        "toutes" "tous" "tutte" "tutti" "qualquer";
    /// Words that begin a question about a letter.
    ASKING:
        "is" "what" "could" "would" "should" "ist" "est";
    /// Forms of `is` of languages without an article `A`.
    FOREIGN_IS:
        "ist" "lautet" "est" "es" "è" "é";
    /// Words of residues that are too far away.
    FAR:
        "too far" "too distant" "out of reach" "out of range" "zu weit" "trop loin" "trop éloign"
        "demasiado lejos" "muito longe" "troppo lontan" "太远" "遠すぎ" "слишком далек";
    /// Words that begin a reason.
    CAUSES:
        "because" "since" "weil" "denn" "car" "parce" "porque" "pois" "perché" "poiché" "потому"
        "因为" "なぜなら" "왜냐하면" "لأن" "क्योंकि";
    /// Verdicts on a letter, alone.
    VERDICT_RIGHT:
        "yes" "right" "good" "true" "correct" "ok" "okay" "valid" "fits" "match" "matches" "works"
        "ja" "sí" "oui" "sim" "да" "верно" "richtig" "correcto" "correcta" "juste" "对" "正确" "はい"
        "예";
    /// Bad verdicts on a letter, alone.
    VERDICT_WRONG:
        "no" "wrong" "bad" "false" "incorrect" "invalid" "nein" "non" "não" "нет" "неверно" "falsch"
        "faux" "incorrecto" "incorrecta" "错" "错误" "不对" "いいえ" "아니요";
    /// Words that make a statement a mere possibility.
    HEDGES:
        "might" "may" "could" "maybe" "perhaps" "possibly" "seemed" "initially" "thought"
        "tempting" "plausible" "considered" "whether" "可能" "也许" "たぶん" "아마" "quizás" "peut"
        "vielleicht" "talvez" "возможно" "ربما" "शायद" "forse" "guess";
    /// Words of suppositions, whose statements do not count.
    SUPPOSING:
        "if" "suppose" "assuming" "assume" "were" "如果" "假如" "もし" "만약" "si" "wenn" "falls" "если"
        "إذا" "यदि" "अगर";
    /// Words that join letters of a list.
    JOINING:
        "or" "and" "nor" "和" "或" "与" "と" "または" "와" "과" "또는" "y" "u" "et" "ou" "und" "oder" "e" "и"
        "или" "و" "أو" "और" "या" "o";
    /// Words before what is right, behind what is denied: `not A but C`.
    CONTRASTING:
        "but" "sondern" "sino" "mas" "ma" "mais" "而是" "а" "ではなく" "じゃなく" "아니라";
    /// Forms of `is`.
    IS:
        "is" "be" "est" "es" "ist" "é" "è" "it" "是" "は";
    /// `C is ...`
    SURELY_RIGHT:
        "correct" "right" "answer" "choice" "pick" "best" "true" "richtig" "correcta" "correcte" "correta"
        "corretta" "réponse";
    /// `the right option C`
    RIGHT_OPTION:
        "correct" "right" "正确" "正し" "सही";
    /// Words beside a letter that stands alone.
    COPULAS:
        "the" "です" "である" "입니다" "है";
}
