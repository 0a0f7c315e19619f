"""What words say of the formulas beside them: tables of patterns, one row each.

A cue decides what the formulas after it are: a definition, a hypothesis, a claim. A noun or adjective beside a letter
says what the letter stands for. Whatever is not in the tables says nothing; where that might be a hypothesis, it is
remembered as unread, and nothing is refuted after it.
"""

from __future__ import annotations

import re
from typing import Literal

from symrlhf.term import Relation

Mode = Literal["define", "assume", "premise", "claim", "tell", "since", "solve", "limit", "pass"]
"""What a formula is: a definition (or a hypothesis, if it defines nothing), a hypothesis, a hypothesis unless it is
proven, a claim; told without a cue; a reason, which counts only if it is proven; an equation to be solved; where a
limit goes; none of these."""

CUES: tuple[tuple[str, Mode], ...] = (
    (
        r"(?:given|defined|denoted?|abbreviated?|specified|parametri[sz]ed|determined|characteri[sz]ed)"
        r" (?:by|as|through|via)",
        "define",
    ),
    (r"writ(?:e|es|ing|ten)\b[^.;:,]{1,60}? as", "define"),
    (r"let(?!['’]s)", "define"),
    (
        r"defin(?:e[sd]?|ing|(?<!last )(?<!first )(?<!this )(?<!the )(?<!by )definition)|denot(?:e[sd]?|ing)"
        r"|abbreviat\w+|short for|stands? for|notation",
        "define",
    ),
    (r"(?<!finite )(?<!a )(?<!the )(?<!data )set(?! (?:of|to|up|equal))|put|call(?:ed)?|introduce", "define"),
    (r"writ(?:e|ing)|where|with|consider|here|take(?! the| a| deriv| log| exp)", "define"),
    (
        r"assum(?:e[sd]?|ing|ption)|suppos(?:e[sd]?|ing)|hypothes[ei]s|provided|in (?:the )?case|\A\W*case|restricted"
        r" to|subject to",
        "assume",
    ),
    (
        r"for(?! (?:example|instance|which|this|that|short|the|our|convenience|simplicity|concreteness|definiteness"
        r"|brevity|clarity|illustration))|if|when(?:ever)?|given|under"
        r"|at(?! (?:the (?:origin|optimum|minimum|maximum|optimal|kink|solution)|first|once|least|most)\b)",
        "assume",
    ),
    (r"while (?:their|its|the (?:other|former|latter|second|first))", "tell"),
    (r"tempt(?:ed|ing) to (?:write|say|conclude|believe)", "claim"),
    (r"we (?:will |shall )?use", "tell"),
    (r"(?:as|so) long as|while|on the (?:region|set|event)|inside|outside|once|unless", "assume"),
    (r"(?:first[- ]order|optimality|stationar(?:it)?y|kkt) conditions?|stationarity|foc|constraint", "solve"),
    (r"(?:set(?:s|ting)?|equat(?:e|es|ing)) (?:[^.]*? )?(?:equal )?to (?:zero|0)", "solve"),
    (r"starting from|\A\W*from|solv(?:e[sd]?|ing)", "assume"),
    (r"fix|throughout", "assume"),
    (r"(?:is|are|be|has|have)\W*\Z|ha(?:s|ve) (?:the )?(?:probability|density|value|variance|mean|likelihood)", "tell"),
    (r"since|because|by|using|recall(?: that)?|due to|note that", "since"),
    (r"as", "limit"),
    (r"(?:so|hence|thus|therefore|then|consequently|accordingly)(?: that)?|it follows|follows", "claim"),
    (r"we (?:\w+ )?(?:have|get|obtain|find|see|conclude|know|arrive|derive|compute|can write|may write)", "claim"),
    (r"gives?|giving|yields?|yielding|impl(?:y|ies|ying)|shows?|proves?|means|i\.e\.|that is|becomes?|reads?", "claim"),
    (
        # "Have equal length" tells of what kind they are.
        r"(?<!not all )equals(?!,)|(?<!not all )equal(?!,)(?! up to\b)(?! (?!(?:to|the|an?|its|their|this|that|zero|one"
        r"|minus|twice|half|at|for|when|whenever|if|in|on|by|and|or|but|since|because|as|exactly|precisely|only|under"
        r"|everywhere)\b)[a-z])",
        "claim",
    ),
    (r"is equal to|holds?|simplif\w+|reduces? to|leads? to|obtain(?:s|ed|ing)?", "claim"),
    (
        r"in particular|(?<!if )moreover|(?<!if )furthermore|claim|verify|check|identity|it is|differentiating"
        r"|rearranging",
        "claim",
    ),
    (r"collecting|cancell?ing|combining|factoring|simplifying|isolating|dividing|multiplying|summing", "claim"),
    (r"expanding|integrating|substituting|taking|exponentiating|comput(?:e|es|ing)|evaluat(?:e|es|ing)", "claim"),
    (r"(?:does|do|did)(?: not|n['’]t) depend|not depending|independent(?:ly)? of", "tell"),
    (
        r"not(?! all (?:equal|the same|identical)\b| (?:matter|interact)\b)"
        r"|never(?! (?:ran|run|saw|seen|made|measured|observed|asked|tried|used|met|compared)\b)|cannot"
        r"|(?:ca|is|does|do|did|wo|need)n['’]t|instead of"
        r"|rather than|unlike|except|without(?! loss)|nobody|neither|nor|fails?|no(?: [\w -]{1,30})?\Z",
        "pass",
    ),
    (
        r"mistake\w*|wrong(?:ly)?(?! (?:answer|response|completion|sample|one|label|token)s?)|incorrect(?:ly)?|false",
        "pass",
    ),
)
"""Words -> what the formulas after them are; of several the last counts."""

SAME = re.compile(r"i\.e\.|that is|means", re.IGNORECASE)
"""A cue that says the same again in symbols."""
SAYS_AGAIN = re.compile(rf"\b(?:{SAME.pattern})\W*\Z", re.IGNORECASE)
CONCLUDED = re.compile(r"\b(?:so|then|hence|thus|therefore|implies|gives)\b", re.IGNORECASE)
""""Assume a > 0, so the gap vanishes, i.e.": it is concluded, and not assumed."""
AS_ASSUMED = re.compile(
    r"\b(?:under|by|with|from|given) (?:this|that|these|those|our|the(?: same)?)"
    r" (?:assumptions?|hypothes[ei]s|suppositions?)\b",
    re.IGNORECASE,
)
""""Under this assumption": nothing more is assumed."""
HAVING = re.compile(r"\bwith\W*\Z", re.IGNORECASE)
INTRODUCED = re.compile(r"\W*(?:let|consider|take|fix)\b(?!.*[.;]\s)", re.IGNORECASE | re.DOTALL)
""""Let a and b be weights with", and what holds of them."""

_CUE = re.compile("|".join(rf"(?P<m{i}>\b(?:{words})(?!\w))" for i, (words, _) in enumerate(CUES)), re.IGNORECASE)

FOR_A_REASON = re.compile(
    r"(?!.*\b(?:assum|suppos|hypothes|constrain|condition|defin))"
    r"\W*(?:since|because|as|by|using|due to)\b[^,;:]*,\W*(?:also |then |we have )?\W*",
    re.IGNORECASE,
)
""""Since the gradient is small, …" and "By (1), …": the reason is in words, and a claim follows."""
DOUBTED = re.compile(
    r"\b(?:tempt(?:ed|ing)|might (?:think|hope|guess|believe|expect)|naive(?:ly| guess))\b", re.IGNORECASE
)
"""Words before a formula that is told as somebody's mistake: what it says of a new letter is no definition."""
LAW = re.compile(
    r"\b(?:under|over(?! all| every)|drawn|sampled?|samples|with respect to|w\.r\.t|before|after|instead"
    r"|(?:on|for) (?:the )?(?:training|test)|(?:training|test) (?:data|set))\b",
    re.IGNORECASE,
)
"""Words that may say what a mean is taken over. Where they come twice, E may mean one thing here and another there."""
IF_THEN = re.compile(r"\b(?:if|when(?:ever)?)[\s$]*\Z", re.IGNORECASE)
"""Words before what is a condition, and no new meaning of a name."""

EQUALITY = re.compile(r"\bequality\b", re.IGNORECASE)
"""When equality holds is another claim than the line's."""
ARROWS: tuple[tuple[re.Pattern[str], Literal["implies", "iff"]], ...] = (
    (
        re.compile(r"\W*(?:iff|if and only if|exactly (?:when|if)|precisely (?:when|if)|is equivalent to)\W*", re.I),
        "iff",
    ),
    (re.compile(r"\W*(?:implies(?: that)?|only if)\W*", re.IGNORECASE), "implies"),
)
"""Words between two formulas that say what an arrow says."""
DISJOINS = re.compile(r"\b(?:or(?<!one or)(?<!two or)(?<!three or)|either|unless|except)\b", re.IGNORECASE)
"""Two hypotheses that need not hold together are not taken."""
EXCEPTS = re.compile(r"\b(?:unless|except)\b", re.IGNORECASE)
"""What is supposed is the contrary of what stands there."""
IN_WORDS = re.compile(
    r"(?<!exactly )(?<!precisely )(?<!only )\b(?:if|when(?:ever)?|unless)\b(?! and only if)(?P<clause>[^,:;.\0]*)"
    r"(?=[,:;.]|\Z)",
    re.IGNORECASE,
)
"""A condition without a formula; a formula is \\0 here."""
AT_A_CASE = re.compile(
    r"(?:\A|[.;]\s*)\W*(?:at|for|in|on|with|under|before|after|consider)\b"
    r"(?P<clause>[^,:;.\0]*\b(?:ties?|equal|agree|deterministic|uniform|binary|on-policy|initiali[sz]ation|identical"
    r"|vanish\w*|degenerate|saturat\w+)\b[^,:;.\0]*)(?=[,:;.])",
    re.IGNORECASE,
)
"""At a tie, for equal rewards: a case without a formula."""
AND_IN_SYMBOLS = re.compile(r",\W*\0\W*(?:for (?:all|every|each|any)\W*\0)?\W*,\W*then\b", re.IGNORECASE)
"""What follows a condition in words that a formula says again: "if all weights are equal, w_i = w for all i, then"."""
OTHERWISE = re.compile(r"\W*(?:otherwise|else|in the (?:other|opposite|remaining) case)\b[^\0]*\0", re.IGNORECASE)
"""A sentence that begins so is about all that the case before it leaves."""
SAME_CASE = re.compile(
    r"\W*(?:so|hence|thus|therefore|then|and|consequently|it follows|also|in (?:this|that|such a) case|in these cases"
    r"|moreover|furthermore|equivalently)\b",
    re.IGNORECASE,
)
"""A sentence that begins so is about the case of the one before."""
NAMES_ITS_SUBJECT = re.compile(
    r"\W*(?:at (?:the|an|this) \w+(?: of (?:the )?[\w -]+)?,? )?(?:(?:the|a|its|our)(?: [\w-]+){1,3})?\W*",
    re.IGNORECASE,
)
MEETS = re.compile(r"\W*(?:then )?(?:satisf(?:ies|y)|obeys?|fulfil(?:l?s)?)(?: by)?\W*", re.IGNORECASE)
"""Before and behind the h of "the margin h satisfies": nothing is denied, doubted or left open."""
GOES_ON_TO_MEET = re.compile(
    r"\W*(?:then )?(?:satisf(?:ies|y)|obeys?|fulfil(?:l?s)?|meets?|(?:sums?|adds?)(?: up)? to (?:one|1|unity)"
    r"|(?:is|are) (?:an? )?(?:normali[sz]ed|polic(?:y|ies)|(?:probability )?distributions?))(?: by)?\b",
    re.IGNORECASE,
)
"""Behind a display that is supposed: "suppose that the function", a display, "satisfies", and what it meets."""
OF_ONE_RESPONSE = re.compile(
    r"\W*(?:for|fix|consider|take) (?:a|one|some) (?:fixed|single|particular) (?:response|completion|answer|output)\b",
    re.IGNORECASE,
)
"""A sentence that begins so, and all that follows it, is about one response."""
CARRIED_OUT = re.compile(
    r"\b(?:we|you|one (?:sets|takes|puts|writes|lets|adds|uses|drops)|written"
    r"|multiplied|\w*differentiat\w+|expand\w*|simplif\w+|rearrang\w+|solv\w+|substitut\w+"
    r"|comput\w+|evaluat\w+|summ\w+|tak(?:en|ing)|needed|necessary|possible|instead)\b",
    re.IGNORECASE,
)
"""In a condition these words say what is done, and not what is supposed."""
FREE = re.compile(
    r"\b(?:independent|free|unconstrained) (?:\w+ )?(?:variables?|coordinates?|unknowns?)\b", re.IGNORECASE
)
"""Said of the entries of a policy: they need not sum to 1, as in a Lagrangian."""
SOLVES = re.compile(
    r"\W*(?:be|is|are|denotes?) (?:the|an?) (?:unique |only |positive |real )?(?:solution|root)s? (?:of|to)"
    r"(?: the equation)?\W*?[^.,;$]*=",
    re.IGNORECASE,
)
"""Between a letter and the equation that it solves, which says all of it."""
RELATIVE = re.compile(
    r"\b(?:rewards?|loss(?:es)?|functions?|objectives?|advantages?|values?) (?:that|which|for which|whose)\W*\Z", re.I
)
"""A clause that says whose "the reward that π is optimal for" is: nothing is supposed of π."""
CHANCE_THAT = re.compile(r"\b(?:probability|chance|event|share|number) (?:that|of) .*")
"""What comes after is said of what may happen, and not of the letter."""

UNNORMALISED = re.compile(
    r"\bun-?normali[sz]ed\b|\bnot (?:necessarily |yet )?(?:be )?normali[sz]ed\b|\bneed not sum\b"
    r"|\A(?!.*(?:distribution|polic|probabilit|likelihood))"
    r".*\b(?:(?:positive|arbitrary|any|some|real|a) functions?|weights?|measures?)\b",
    re.IGNORECASE,
)
"""Said of the letter of a policy: its values are positive, and need not sum to 1."""

MAY_NOT_SUM = re.compile(
    r"\b(?:need|do|does|may|might|will|must|should) not (?:\w+ )?(?:sum|add|be normali[sz]ed)\b"
    r"|\bun-?normali[sz]ed\b|\bnot (?:necessarily |yet )?(?:be )?normali[sz]ed\b",
    re.IGNORECASE,
)
"""Said of a factor beside a law that factorises: it is none."""

OPENS_CASE = re.compile(
    r"\W*(?:(?:first|next|now|then|finally|second|similarly|likewise|on the other hand|otherwise|also|and|but),?\s+)*"
    r"(?:for|if|when(?:ever)?|in (?:the )?case|case|suppose|assume|on the|inside|outside|at|given|once)\b",
    re.IGNORECASE,
)
"""A sentence that begins so states a case, which the next one replaces."""

CASE_LABEL = re.compile(r"\W*case \(?(?:\d{1,2}|[ivx]{1,4}|[a-d])\)?(?=\s*[.:)–—,]|\s*\Z)", re.IGNORECASE)
"""A sentence that begins so is about one of several cases, and what it supposes ends where the next one begins."""

CLOSES_CASE = re.compile(
    r"\b(?:in general|in all cases|in (?:both|either) cases?|in every case|overall|altogether|regardless|everywhere"
    r"|without (?:this|that) assumption)\b",
    re.IGNORECASE,
)
"""A sentence with these words is about all cases again."""

STRONG = re.compile(
    r"\b(?:assum\w+|suppos\w+|hypothes[ei]s|provided|restricted|subject to|such that|as long as)\b", re.IGNORECASE
)
"""Words that announce a hypothesis: if none could be read with them, one was missed."""

BOUNDED = re.compile(
    r"\b(?P<what>rewards?|advantages?|scores?|ratios?|returns?|margins?)\b[^.;:]{0,40}"
    r"\b(?:lies?|lying|bounded|takes? values?|ranges?|are|is) (?:always |all )?"
    r"(?:in|between|by|within|from|binary|(?:strictly )?(?:non-?)?(?:positive|negative)|at (?:least|most)|equal)\b",
    re.IGNORECASE,
)
"""Words that bound a quantity by its name alone."""
LETTERS_OF = {
    "reward": ("r", "R"), "advantage": ("A",), "score": ("s",), "ratio": ("rho",), "return": ("R", "G"),
    "margin": ("m", "h", "Delta"),
}  # fmt: skip

OF_ADVANTAGE = re.compile(
    r"\b(?:for|if|when|with|given|consider|take) (?:an? |the |any )?(?P<sign>positive|negative) advantages?\b(?!\W*\0)"
    r"|\bthe advantage is (?P<told>positive|negative)\b",
    re.IGNORECASE,
)
"""A case told by its name: the advantage is A where no formula says otherwise."""

SAYS_NO_MORE = re.compile(
    r"(?:[^a-z]|\bthere (?:are|is)\b|\b(?:strictly )?positive polic(?:y|ies)\b|\buniform (?:policy|distribution|law)\b"
    r"|\b(?:suppose|assume|let|put|write|we|that|the|an?|is|are|of|on|them|it|by|in|and|with|where|form|rewards?|scores?"
    r"|model|linear|affine|real|scalar|parameters?|responses?|answers?|finite|sets?|polic(?:y|ies))\b)*",
    re.IGNORECASE,
)
"""A sentence that supposes nothing beside its formula; any other word may, as in "the reward is positive"."""

OF_LAWS = re.compile(
    r"\b(?:joint(?:ly)?|distributions?|polic(?:y|ies)|laws?|tokens?|two|three|factori[sz]\w*|conditionals?|marginals?"
    r"|probabilit(?:y|ies)|positive|normali[sz]ed|all|both|each|every|factors?|sums? to (?:one|1))\b",
    re.IGNORECASE,
)
"""Words around a law that factorises which say no more than that it is one."""

HARMLESS = re.compile(
    r"\b(?:as usual|throughout|natural (?:log\w*|exponential)|notation|finite|well[- ]defined|differentiable|smooth"
    r"|exists?|any function|sums? to (?:one|1)"
    r"|normali[sz]ed|full support|positive probabilit\w+|probabilities are positive"
    r"|given by|real|not identically (?:zero|0)|non-?constant"
    r"|non-?degenerate)\b",
    re.IGNORECASE,
)
"""Hypotheses that every reading here makes anyway."""

KINDS: tuple[tuple[str, str], ...] = (
    (
        r"(?<!\bunder the )(?<!\bunder a )polic(?:y|ies)"
        r"|(?:probability )?distributions?|probability (?:vector|mass function)s?|language models?",
        "policy",
    ),
    (
        r"(?<!log )(?<!log-)probabilit(?:y|ies)|discount (?:factor|rate)s?|mixing (?:weight|coefficient|rate)s?"
        r"|(?:label[- ])?smoothing (?:rate|weight|parameter)s?",
        "probability",
    ),
    (
        r"(?:strictly )?positive|normali[sz]ers?|partition functions?|temperatures?|standard deviations?"
        r"|(?:greater than|larger than|above) (?:zero|0)|> 0",
        "positive",
    ),
    (r"non-?negative", "nonnegative"),
    (r"non-?zero", "nonzero"),
    (r"non-?positive", "nonpositive"),
    (r"(?:strictly )?negative|(?:less than|smaller than|below) (?:zero|0)", "negative"),
    (r"reward (?:function|model)s?", "reward"),
    (r"prompts?|instructions?|questions?|contexts?", "prompt"),
    (
        r"real(?:[- ]valued)?(?: numbers?| variables?)?|(?:arbitrary |any |two |three )?(?:numbers|scalars?)"
        r"|(?:one|single|scalar|real|one-dimensional) parameters?",
        "real",
    ),
    (
        r"(?:unknown|arbitrary|any|some|smooth|differentiable|real) functions?|functions? of"
        r"|(?:strictly )?(?:convex|concave)(?: (?:functions?|generators?))?",
        "function",
    ),
)
"""Words beside a letter -> what it stands for; the first row that fits counts."""

_AFTER = tuple((re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE), kind) for words, kind in KINDS)
_BEFORE = tuple((re.compile(rf"\b(?:{words})[^\w,;.]*\Z", re.IGNORECASE), kind) for words, kind in KINDS)

COMPARED: tuple[tuple[str, Relation], ...] = (
    (
        r"at least|(?:no|not) (?:less|smaller|lower) than|(?:greater|larger) than or equal to"
        r"|bounded (?:from )?below by",
        ">=",
    ),
    (
        r"at most|(?:no|not) (?:more|greater|larger|higher) than|(?:less|smaller) than or equal to"
        r"|bounded (?:from )?above by",
        "<=",
    ),
    (r"(?:greater|larger|bigger|more|higher) than|above|exceed(?:s|ing)?|beyond", ">"),
    (r"(?:less|smaller|lower) than|below", "<"),
    (r"equals?(?: to)?", "="),
)
"""Words between two numbers -> how they compare."""

_COMPARED: tuple[tuple[re.Pattern[str], Relation], ...] = tuple(
    (re.compile(rf"\W*(?:be|is|are|lies?|stays?|remains?)?\s*(?:strictly |always )?(?:{words})\W*", re.IGNORECASE), op)
    for words, op in COMPARED
)

NEAR_TO = re.compile(r"\b(?:near|around|close to|in a neighbou?rhood of)\W*\Z", re.IGNORECASE)
"""Words before z = 0 that say where z goes."""
BETWEEN = re.compile(
    r"\W*(?:be|is|are|lies?|stays?|remains?)?\s*(?:a (?:real )?number )?(?P<strictly>strictly )?between\W*",
    re.IGNORECASE,
)
"""Words before the ends of what a letter lies between."""

SUMMED_UP = re.compile(r"\b(?:that |which )?(?:add|sum)(?:s|ing|ming)? (?:up )?to\b", re.IGNORECASE)
"""The same, where they are introduced: elsewhere it is a claim."""
PARTLY = re.compile(
    r"\bat least one\b|\bone of (?:them|these|which)\b|\bdominat\w+|\b(?:sorted|ordered|(?:de|a)scending)\b"
    r"|\b(?:twice|thrice|double|triple|half)\b(?! (?:continuously )?differentiable)|\bunit vectors?\b"
    r"|\b(?:equals?(?: to)?|exceeds?|above|below|than|at (?:least|most)) (?:one|two|three|zero|unity)\b",
    re.IGNORECASE,
)
"""Words on several numbers that are not read."""

REASON = re.compile(r"\b(?:since|because|as)\W*\Z", re.IGNORECASE)

PROPERTIES = re.compile(
    r"\b(?:convex|concave|monoton\w+|increasing|decreasing|even|odd|bounded|continuous|"
    r"(?<!treated as )independent(?! variables?)|"
    r"(?<!not )identically|uncorrelated|optimal|integers?|unique|symmetric|zero[- ]mean|centred|centered|"
    r"unbiased|distinct|equal|(?:larg|small)er|(?:small|large)(?! (?:where|when|whenever|if|for|only|as)\b)"
    r"|deterministic|in the interval|between|(?:at|no|not) (?:least|most|less|more|greater|smaller|larger)"
    r"|than|above|below|(?:the|its|their) (?:mean|average|expected|total) (?:reward|return|score|advantage)s?"
    r"|the (?:expectation|sum|product|sign|square) of"
    r"|(?:the same|opposite|different|equal|like) signs?|sorted|ordered|in (?:\w+ )?order|simplex"
    r"|(?:zeros?|roots?|solutions?|maximi[sz]ers?|minimi[sz]ers?|maximum|minimum|optimum|argmax|argmin"
    r"|(?:stationary|critical|fixed|turning|saddle|inflection) points?|inverse|median|mode|limit) of)\b",
    re.IGNORECASE,
)
"""Said of a letter, these are hypotheses that are not read."""

BEST = re.compile(
    r"\b(?:maximi[sz]er|minimi[sz]er|argmax|argmin|mode|(?:best|worst|optimal|top|greedy) (?:response|answer|completion"
    r"|action|candidate))\W*\Z",
    re.IGNORECASE,
)
"""Words before a letter that is where something is greatest or least: of what is not read."""
SUM_TO_ONE = re.compile(
    r"\b(?:weights?|coefficients?|numbers?)\b.*\bsum(?:ming)? (?:up )?to (?:one|1)\W*\Z", re.I | re.S
)
"""Words before Σ_i w_i = 1, of weights of which nothing else is known."""
CONSTANT = re.compile(
    r"\b(?:constants?|weights?|coefficients?|(?:deterministic|non-?random|fixed)(?: numbers?)?)\W*\Z", re.IGNORECASE
)
CONSTANT_AFTER = re.compile(
    r"\W*(?:be|is|are)\s+(?:(?:an?|any|some|real|positive|non-?negative|arbitrary)\s+)*"
    r"(?:constants?|weights?|coefficients?|deterministic|non-?random|fixed)\b",
    re.IGNORECASE,
)
"""Words before and after a letter that is not random."""
OF_RESPONSES = re.compile(r"\b(?:responses?|completions?|answers?|candidates?)[^\w,;.]*\Z", re.IGNORECASE)
"""Words before a letter that is one response."""
AND = re.compile(r"\W*(?:and)?\W*")
GROWS = re.compile(r"\b(?:for|at|as)(?: (?:very|sufficiently))? (?P<how>large|big|small)[\s$]*\Z", re.IGNORECASE)
"""Words before a letter that goes to ∞ or to 0."""
PLAIN_CONDITION = re.compile(r"(?<![A-Za-z\\])(?P<letter>[A-Za-z])\s*[=<>≤≥]\s*[\w.]+")
"""n = 2 among words."""
SMOOTH = re.compile(
    r"\A\W*(?:be|is|are|denotes?)?\W*(?:an?\s+)?(?:\w+\s+)?(?:(?:twice|thrice|continuously|infinitely)\s+)*"
    r"(?:differentiable|smooth|functions?\b(?! of))",
    re.IGNORECASE,
)
"""Words after f(t) that say no more of it than that it varies with t."""
RELEASED = re.compile(r"\W*(?:is|be|are)\s+(?:now |again )?(?:arbitrary|any|general)\b", re.IGNORECASE)
ANY_REAL = re.compile(r"\W*(?:is|be|are)\s+(?:now |again )?(?:an? |any )?(?:arbitrary )?real(?: numbers?)?\W*\Z", re.I)
""""Let a be real", where a was supposed to be positive."""
RELEASES = re.compile(r"\b(?:general|arbitrary)\W*\Z", re.IGNORECASE)
"""Words behind and before a letter that has no value of its own from here on."""
ANOTHER_ONE = re.compile(
    r"\b(?:for|in|on) the (?:second|third|fourth|fifth|next|other|last|rejected|new)\b[\w\s-]*[,:]?[\s$]*\Z",
    re.IGNORECASE,
)
""""For the second pair,": what is said then is data, though the pair before had others."""
ANEW = re.compile(r"\b(?:now|next|instead|second|secondly)\b", re.IGNORECASE)
"""A supposition with these words replaces another."""
UNIFORM = re.compile(r"\buniform\b(?! in)", re.IGNORECASE)
AS_IT_GOES = re.compile(r"\s*(?:as|when|for)\s*", re.IGNORECASE)
"""All that stands between a display and where its variable goes."""
ALWAYS = re.compile(r"\b(?:let|defin(?!ition)\w+|definition:|denot\w+)", re.IGNORECASE)
"""Words after which a display defines, wherever they stand; other cues must stand right before it."""
SATISFIES = re.compile(
    r"\b(?:satisf(?:y|ies|ied|ying)|obeys?|fulfil(?:l?s|led)?|such that)(?: by)?\W*\Z", re.IGNORECASE
)
"""Words before a display that says what something meets: where it does not hold anyway, it is supposed."""
DEDUCES = re.compile(
    r"\W*(?:so|hence|thus|therefore|consequently|it follows|gives|yields|solv\w+|rearrang\w+|divid\w+|multiply\w*"
    r"|exponentiat\w+"
    r"|taking|isolat\w+|summing|substitut\w+|collecting|expanding|simplifying|cancell?ing|combining|factoring"
    r"|this (?:gives|yields|implies|means)|which (?:gives|yields|implies|means)"
    r"|and (?:so|hence|therefore|thus|solving))\b",
    re.IGNORECASE,
)
"""A sentence that begins so draws its conclusion from the display before it."""
AT_END = re.compile(r"\b(?:where|with|by|as|set|put|write|consider|assume|suppose)(?: that| also| further)?\W*\Z", re.I)
ABBREVIATED = re.compile(r"\b(?:i\.e|e\.g|viz|resp|cf)\.\Z", re.IGNORECASE)
"""A sentence that ends so goes on in the display."""
NATURAL_AFTER = re.compile(
    r"\W*(?:be|is|are)\s+(?:an?\s+)?(?:fixed |any |some )?(?:positive integers?|natural numbers?)\b", re.IGNORECASE
)
NATURAL_BEFORE = re.compile(r"\b(?:positive integers?|natural numbers?)\W*\Z", re.IGNORECASE)
"""Words beside a letter that counts."""
STEPS = re.compile(r"\W*(?:time )?(?:steps|tokens|rounds|turns)\b", re.IGNORECASE)
"""A letter before these words is a number of them."""
ZEROED = re.compile(
    r"\bset(?:ting|s)? (?:this|that|the|it|its)(?: (?:derivative|gradient|slope|expression|partial derivative)s?)?"
    r"(?: equal)? to (?:zero|0)\b",
    re.IGNORECASE,
)
"""What the derivative above is set to."""
LIES = re.compile(
    r"\b(?:lies?|are|is|be|belongs?|ranges?) (?:strictly |both |all |(?:an? |some )[\w -]{1,40}? )?(?:in|to|over)"
    r"(?: the (?:open |closed |unit |half-open )*interval)?\W*\Z",
    re.IGNORECASE,
)
"""Words between a letter and the interval that it lies in."""
IN = re.compile(r"\b(?:in|from|either)(?: the set)?\W*\Z", re.IGNORECASE)
"""Words between a letter and the few values that it may have."""
STATES_A_CONDITION = re.compile(
    r"\b(?:first[- ]order|optimality|stationar(?:it)?y|kkt)[ -]conditions?\b[^.;:]{0,60}\b(?:is|reads|becomes)\W*\Z",
    re.IGNORECASE,
)
""""Its stationarity condition is", then the condition."""
SHORTHAND: tuple[tuple[Literal["name first", "name last"], re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "name first",
        re.compile(r"\b(?:writ(?:e|ing)|put|use|shorthand)\W*\Z", re.IGNORECASE),
        re.compile(r"\W*(?:as )?(?:a )?(?:shorthand |short )?(?:for|in place of|instead of)\W*", re.IGNORECASE),
    ),
    (
        "name last",
        re.compile(r"\b(?:abbreviat(?:e|ing)|denot(?:e|ing)|shorten)\W*\Z", re.IGNORECASE),
        re.compile(r"\W*(?:by|as|to)\W*", re.IGNORECASE),
    ),
)
"""Which stands first, words before the two and words between a name and what it is short for."""
VARIES_BY_CHANCE = re.compile(
    r"\b(?:random (?:variable|number)s?|Bernoulli|i\.i\.d|independent|has (?:the )?(?:mean|expectation|variance)"
    r"|with (?:the )?(?:mean|expectation|variance|probability))\b",
    re.IGNORECASE,
)
"""Words beside X ∈ {0, 1} that say that X is drawn."""
A_NUMBER_OF_IT = re.compile(r"\b(?:probability|chance|mean|expectation|variance)[\s$]*\Z", re.IGNORECASE)
""""Is solved with probability p ∈ (0, 1)": p is that number itself."""
EVERY = re.compile(r"\bfor (?:all|every|any|each)\b", re.IGNORECASE)
EACH_STEP = re.compile(
    r"\bfor (?:all|every|any|each)\b"
    r"|(?:=\s*[01]|_\{?1\}?)\s*,\s*(?:\\?\w+_\{?2\}?\s*,\s*|2\s*,\s*)?(?:…|\.\.\.|\\[lc]?dots)",
    re.IGNORECASE,
)
"""In a sentence about ρ_t: it is about every t, as in "t = 1, …, T" and "ρ_1, …, ρ_T"."""
CURVED = re.compile(r"\b(?:convex|concave)(?: (?:functions?|generators?))?\W*\Z", re.IGNORECASE)
"""Words before the letter of a function."""
ALL_POSITIVE = re.compile(
    r"\ball (?:strictly )?positive\b|\bare (?:both |all )?(?:strictly )?positive\b", re.IGNORECASE
)
CHANCE_PI = re.compile(
    r"(?<!\d)(?<!\d\s)(?:π|\\pi\b)[\s$]*(?:[<>≤≥^]|\\[lg](?:e|eq|t)?\b|=\s*[\d.]|(?:∈|\\in\b)\s*[(\[0]|→|\\to\b)"
    r"|[<>≤≥+−-]\s*(?:π|\\pi\b)(?!\s*[_(|‖])|\\(?:[lg](?:e|eq|t)?|to)\s*\\pi\b(?!\s*[_(|‖])"
    r"|\b(?:probability|chance|number|rate|fraction|share|constant|parameter|prior)s?[\s$]+(?:π|\\pi\b)(?!\s*[_(])"
    r"|(?:π|\\pi\b)[\s$]*(?:be|is) (?:a|the)"
    r" (?:real|number|probability|chance|rate|fraction|share|constant|parameter)\b",
    re.IGNORECASE,
)
"""A π that is a number, and no policy: 2π is twice that, and not 6.28."""
FIRM = re.compile(
    r"\A\W*case\b|\b(?:throughout|everywhere below|from now on|we work|fix|write|given that)\b", re.IGNORECASE
)
"""Words that make a condition one on all that follows."""
SAME_FOR = re.compile(
    r"\b(?:the same\b[^.;:]*\b(?:holds?|true|goes|applies|factori[sz]\w+|relation|formula|identity)\b[^.;:]*"
    r"\b(?:for|of)|(?:likewise|similarly|analogously)(?:,? for)?)\W*\Z",
    re.IGNORECASE,
)
"""Words before another policy of which the same is supposed."""
A_LAW_AGAIN = re.compile(
    r"\W*(?:be|is|are)\s+(?:now\s+|again\s+)?(?:(?:an?|any|some|arbitrary|positive|fixed|probability|normali[sz]ed)\s+)*"
    r"(?:distributions?|polic(?:y|ies))\b",
    re.IGNORECASE,
)
""""Let π be any distribution", where its entries were free before."""
SAYS_WHAT_IT_IS = re.compile(r"\W*(?:is|are)\s+(?:an?|the|fixed|given|real|some)\b", re.IGNORECASE)
"""Words after "n ≥ 1" that tell what n is: the bound is a hypothesis."""
INTRODUCES = re.compile(
    r"(?:\A|[,;:(]|\b(?:temperatures?|strengths?|fix|throughout|parameters?|coefficients?|probabilit(?:y|ies)|numbers?|constants?|reals?|scalars?"
    r"|rewards|scores|logits|advantages|values|ratios|gaps|differences|lengths|sizes"
    r"|ranges?|margins?|weights?|factors?|thresholds?|let|positive|any|some|two|there (?:is|are)|and|with|where"
    r"|rates?|(?:group|batch|set|sample|list|sequence|total|pool) of))\W*\Z",
    re.IGNORECASE,
)
"""Words before a bound that the text supposes, as in "a temperature β > 0"; elsewhere it may be part of a remark."""
OF_ITS_KIND = re.compile(
    r"\b(?:ha(?:ve|s|ving)|with|differ(?:s|ing)?|exceed(?:s|ing)?|beats?|costs?|us(?:es?|ing)|equal|of|an?|whose)\b"
    r"(?:(?!\b(?:not?|never|only|where|when|if|at|on|for|as)\b)[^,;:.])*[a-z]\W*\Z",
    re.IGNORECASE,
)
"""Words before a bound on a new letter that tell what the letter is: "have a gap d > 0", "differ by δ > 0"."""
SOMETIMES = re.compile(r"[\s$]*(?:when|whenever|if|unless|or|only|sometimes|rarely|often)\b", re.IGNORECASE)
"""Words after a bound that holds at times."""
DIFFER = re.compile(
    r"\b(?:differ\w*|ahead|apart|better|worse|longer|shorter|larger|smaller|exceeds?|beats?|shifted|raised|lowered)\b"
    r"[^,;:.]*\bby\b[^,;:.]*\Z",
    re.IGNORECASE,
)
"""No reason stands behind this "by"."""
BEGINS_LIST = re.compile(
    r"(?:\A|\b(?:let|assume|suppose|for|with|where|given|any|all|fix|if|when|that|numbers|reals|constants|scalars"
    r"|parameters|and))\W*\Z",
    re.IGNORECASE,
)
"""Words before the first of several letters of which one thing is said: "for p, q > 0"."""
NAMES_SEVERAL = re.compile(
    r"\b(?:probabilities|rewards|scores|weights|values|coefficients|temperatures|odds|ratios|lengths|variables"
    r"|quantities|rates|utilities|strengths|masses|counts|positive|hyperparameters)\W*\Z",
    re.IGNORECASE,
)
"""The same before letters that are alike: "scores p_1, p_2 > 0", but not "scores s, β > 0"."""
ENUMERATED = re.compile(r"_\{?1\}?\s*,\s*(?:\\[lc]?dots|…|\.\.\.)\s*,\s*\\?[A-Za-z]+_\{?(?P<last>[A-Z])\b")
"""R_1, …, R_G: G of them."""
SO_MANY = re.compile(
    r"\b(?:over|on|there are|among|has|have|exactly|only) (?:the |just |exactly |only )?"
    r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:possible |candidate |equally likely |distinct )?"
    r"(?:responses|answers|completions|actions|outcomes|candidates|points|elements|symbols|states)\b",
    re.IGNORECASE,
)
"""How many responses there are, as a number."""
COUNTED = re.compile(r"\b(?:on|over|among|with|of|has|have|are)\Z", re.IGNORECASE)
OF_A_LAW = re.compile(
    r"\b(?:distributions?|polic(?:y|ies)|laws?|probability vectors?|softmax|uniform|(?:finite|same|whole) sets?"
    r"|set of (?:all )?(?:responses|outcomes)|vocabulary|support(?:ed)?)\b[^.;,]*\Z",
    re.IGNORECASE,
)
"""Words before the number of all points there are."""
THERE_ARE = re.compile(
    r"\b(?:over|there (?:is|are)|(?:prompt|question|instruction) (?:has|with)|set (?:with|of|has)"
    r"|have|with|on|among)\Z",
    re.IGNORECASE,
)
OUTCOMES = re.compile(
    r"\W*(?:possible |candidate )?(?:responses|answers|completions|actions|outcomes|candidates)\b", re.IGNORECASE
)
RESPONSES = re.compile(
    r"\W*(?:possible |candidate )?(?:responses|answers|completions|actions|outcomes|candidates|points|elements|atoms"
    r"|symbols|states|categories|alternatives)\b",
    re.I,
)
"""A number between these words is how many responses there are."""
DEPENDS = re.compile(
    r"(?<!not )(?<!n't )(?<!longer )\b(?:depends? (?:\w+ )?on|depending on|parametri[sz]ed by|var(?:y|ies) with"
    r"|functions? of)\W*\Z",
    re.IGNORECASE,
)
"""Between what varies and what it varies with."""
CONTINUES = re.compile(
    r"\W*(?:so|hence|thus|therefore|then|and|which|where|with|consequently|it follows|equivalently|that is|i\.e|since"
    r"|because|using|by|let|dividing|multiplying|solving|taking|rearranging|exponentiating|substituting|summing"
    r"|collecting|simplifying|expanding|cancell?ing|combining|factoring|isolating|differentiating|adding|subtracting"
    r"|satisf(?:ies|y)|obeys?|sums? to|adds? up to|is (?:a (?:distribution|policy)|normali[sz]ed)"
    r"|inserting|plugging|evaluating|holds?|is (?:met|satisfied|fulfilled)"
    r"|(?:this |that )?(?:gives|yields|implies|means)"
    r"|we (?:\w+ )?(?:read|get|obtain|find|conclude|see|deduce|infer|arrive))\b",
    re.IGNORECASE,
)
"""A sentence that begins so goes on with the case before it."""


_SUPPOSED_TO_BE = re.compile(r"\b(?:suppos|assum)\w+(?: that)?(?: [\w-]+){0,5} \Z", re.IGNORECASE)


def cue(text: str, mode: Mode, usual: Mode) -> Mode:
    """What formulas after these words are, `mode` before them; `usual` where nothing is said."""
    text = plain(text)
    if FOR_A_REASON.fullmatch(text):
        return usual
    if EQUALITY.search(text):
        return "pass"
    last: re.Match[str] | None = None
    before, solve, denied, alone = mode, mode == "solve", False, True
    for m in _CUE.finditer(text):
        before, alone, last = _mode(last) if last is not None else mode, last is None, m
        solve = solve or _mode(m) == "solve"
        denied = denied or _mode(m) == "pass"
    if last is None:
        return usual if text.endswith((":", ";", ".")) else mode
    found = _mode(last)
    if SAME.fullmatch(last[0]) and (before == "define" or (before == "assume" and (alone or STRONG.search(text)))):
        # "Suppose the minimum is reached, i.e.": what is supposed comes now.
        return before
    if denied and found == "tell":
        # "A common mistake is".
        return "pass"
    if found == "tell" and before == "assume" and not alone and _SUPPOSED_TO_BE.search(text[: last.start()]):
        # "Suppose the odds are".
        return before
    if solve and found == "claim":
        # "Setting the derivative to zero, we get": the condition comes now.
        return "solve"
    if found == "limit" and mode == "define":
        return mode
    if (
        found == "assume"
        and text.endswith(":")
        and not last[0].lower().endswith("case")
        and text[last.end() :].strip() != ":"
        and not STRONG.search(text)
    ):
        # "For the second response:" is a label.
        return usual
    return found


_NAME = re.compile(r"\s*[A-Za-z][\w'’-]*(?: [A-Za-z][\w'’-]*){0,3}\s*")
_ADVERB = re.compile(
    r"\b(?:and|or|but|yet|again|also|altogether|now|next|indeed|about|just|both|overall|this|it|the same|still|in"
    r"|\w+ly)\b",
    re.IGNORECASE,
)


def names_something(text: str) -> bool:
    """Whether the words before a relation sign name what it tells of: "std" = 0.433, but not "finally" = 0.433."""
    return bool(_NAME.fullmatch(text)) and not _CUE.search(text) and not _ADVERB.search(text)


def _mode(m: re.Match[str]) -> Mode:
    return CUES[int((m.lastgroup or "m0")[1:])][1]


def kind_of(before: str, after: str) -> str | None:
    """What a letter stands for between these words: "positive" a, or a "is positive"."""
    before, after = plain(before), plain(after)
    for pattern, kind in _BEFORE:
        if (kind != "function" or CURVED.search(before)) and pattern.search(before):
            return kind
    if re.match(r"\W*(?:be|is|are|denotes?|strictly)\b", after):
        return next((kind for pattern, kind in _AFTER if pattern.search(after)), None)
    return None


def compared(words: str) -> Relation | None:
    """How two numbers compare that stand before and after these words: x "is at least" 1."""
    return next((op for pattern, op in _COMPARED if pattern.fullmatch(plain(words))), None)


HAS_A_PROPERTY = re.compile(
    r"\b(?:is|are) (?:always |already )?(?:cent(?:red|ered)|zero-mean)\W*\Z",
    re.IGNORECASE,
)
"""Words before an equation that says the same: "The reward is centred, E[r] = 0"."""
TELLS = re.compile(
    r"(?:\b(?:is|are|reads|equals|is (?:given|defined) (?:by|as)|by definition)\W*|(?<=\w):\s*)\Z", re.IGNORECASE
)
CLAIMS = re.compile(
    r"\b(?:we|one|you|hence|so|thus|therefore|then|it follows|consequently|conclu\w+|find\w*|show\w*"
    r"|prov(?:e|es|en|ing)|obtain\w*|deriv\w+|comput\w+|yields?|gives?|implies|since|because|claim\w*|check|verify|result|answer)\b",
    re.IGNORECASE,
)
MARKS = re.compile(r"\\begin\{[a-z]+\*?\}|\\\[|\$+|&|\\label\{[^}]*\}|\A\s+|\s+\Z")


def says_what_is(before: str, after: str) -> bool:
    """Whether the sentence before a formula defines: "The probability of the order 1, 2, 3 is", "..., by definition".

    Nothing in it announces a claim.
    """
    words = MARKS.sub(" ", before[-NEAR:]).rstrip()
    sentence = re.split(r"[.!?;]\s|\n\s*\n", words)[-1]
    if CLAIMS.search(sentence) or not re.search(r"[a-z]{2}", sentence):
        return False
    defined = re.match(r"[\s$,.\\\]]*by definition\b", after)
    return bool(TELLS.search(sentence) or defined)


NEAR = 300
"""Signs before a formula in which its sentence stands."""


def plain(text: str) -> str:
    """Words in one line, without marks of emphasis, and without the "by" of "token by token"."""
    return re.sub(r"\b(\w+) by (?:\1|one)\b", r"\1", " ".join(re.sub(r"[*_`]", " ", text).split()), flags=re.IGNORECASE)
