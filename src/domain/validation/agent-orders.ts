/** Words that are addressed to an agent and order it about. */
export interface OrderFinding {
  readonly kind: 'order'
  /** The words, in one line, at most 120 characters. */
  readonly what: string
  readonly at: number
  /** Says of itself what it wants; otherwise only what stands around it makes it one. */
  readonly isPlain: boolean
}

/** Between two words: spaces, a line's end with the marks of a comment or a quotation. */
const gap = '[\\s#*/>"\'`-]{1,8}'
const reader = '(?:ai|llm|language model|agent|assistant|claude|chatgpt|gpt(?:-\\d\\w*)?|codex|copilot|gemini|cursor|chatbot)s?'

const toPattern = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''), 'gi')

/** Nobody writes these to people. */
const plain: readonly RegExp[] = [
  toPattern('\\b(?:ignore|disregard|forget|override|bypass)', gap, '(?:(?:all|any|of|the|your|my|these|those|every|everything|and|each)', gap, '){0,4}(?:previous|prior|above|earlier|preceding|foregoing|existing|original|safety|former)', gap, '(?:[\\w-]{2,20}', gap, '){0,2}(?:instructions?|rules?|prompts?|directions?|guidelines?|directives?|constraints?|restrictions?|polic(?:y|ies)|orders?)\\b'),
  toPattern('\\b(?:ignore|disregard|forget)', gap, '(?:everything|all|anything)', gap, '(?:that', gap, ')?(?:above|before|you', gap, '(?:were|have', gap, 'been)', gap, 'told)\\b'),
  toPattern('\\b(?:ignore|disregard|forget|override)', gap, '(?:all', gap, ')?(?:of', gap, ')?your', gap, '(?:[\\w-]{2,20}', gap, '){0,2}(?:instructions?|rules?|prompts?|guidelines?|constraints?|polic(?:y|ies)|programming|contract|training)\\b'),
  toPattern('\\byou', gap, 'are', gap, 'now', gap, '(?:in', gap, ')?(?:an?|the)?[\\s]{0,2}(?:[\\w-]{2,20}', gap, '){0,2}(?:mode|dan|jailbroken|unrestricted|unfiltered|root|administrator|superuser)\\b'),
  toPattern('\\bfrom', gap, 'now', gap, 'on,?', gap, 'you', gap, '(?:are|must|will|should|have', gap, 'to|obey|answer)\\b'),
  toPattern('\\b(?:new|updated|revised|real|actual)', gap, '(?:system', gap, ')?(?:instructions?|prompt|orders?)(?:', gap, 'for', gap, 'you)?\\s{0,2}:'),
  toPattern('\\b(?:enter|entering|activate|enable|switch', gap, 'to)', gap, '(?:developer|admin|maintenance|god|jailbreak|unrestricted|sudo)', gap, 'mode\\b'),
  toPattern('(?:^|\\n)[ \\t#*/>]{0,8}\\[?(?:system|administrator|admin|developer)[ \\t]{0,2}(?:message|prompt|override|notice|note|alert)?\\]?[ \\t]{0,2}:(?![ \\t]{0,2}["\'`])(?=[^\\n]{0,160}\\b(?:you|ignore|agents?|assistants?|execute|obey)\\b)'),
  toPattern('<\\|?(?:im_start|im_end|system|endoftext)\\|>|<<SYS>>|\\[INST\\]|[<[]/?(?:system[-_](?:prompt|reminder|message|override)|important[-_]instructions|tool_result|function_results)[>\\]]'),
  toPattern('\\b(?:note|attention|message|notice|hint)[ \\t]{1,3}(?:to|for)[ \\t]{1,3}(?:(?:the|any|all|every)[ \\t]{1,3})?(?:ai|llm|coding|automated)?[ \\t]{0,3}', reader, '[ \\t]{0,3}[:,]'),
  toPattern('(?:(?:^|[\\n.!?>*#/-])[ \\t]{0,4}(?:(?:ai|coding|llm)[ \\t-]{1,3}(?:agents?|assistants?)[ \\t]{0,2}[:,]|(?:agents|assistants|llms)[ \\t]{0,2}[:,]|(?:agent|assistant|llm)[ \\t]{0,2},)|\\b(?:todo|fixme)[ \\t]{0,2}\\((?:ai|llm|agents?|assistants?)\\)[ \\t]{0,2}:)[ \\t]{1,4}(?:please[ \\t]{1,3}|you[ \\t]{1,3}(?:must|should)[ \\t]{1,3}|now[ \\t]{1,3})?(?:run|execute|disable|skip|delete|remove|replace|copy|send|upload|print|read|open|add|write|edit|approve|ignore|stop|install|commit|push|merge)\\b'),
  toPattern('\\b(?:ignorieren?|ignoriere|missachten?|vergiss)', gap, '(?:alle', gap, ')?(?:die', gap, ')?(?:bisherigen|vorherigen|vorigen|obigen|früheren)', gap, '(?:anweisungen|regeln|befehle)|\\b(?:ignora|ignore|ignorez|oublie[zr]?|olvida|esqueça|dimentica)', gap, '(?:tod[ao]s', gap, '|toutes', gap, '|tutte', gap, ')?(?:las|les|le|as|os)', gap, '(?:instrucciones|instructions|istruzioni|instruções|consignes)', gap, '(?:anteriores|previas|précédentes|precedenti|ci-dessus)|игнорируй(?:те)?', gap, '(?:все', gap, ')?предыдущие', gap, '(?:инструкции|указания)|忽略(?:之前|以上|先前|所有|前面)[^\\n。]{0,8}(?:指令|指示|说明|提示)|(?:以前|これまで|上記)の(?:すべての)?指示[^\\n。]{0,4}無視'),
  toPattern('\\b(?:important|hello|hey|dear)[ \\t,:]{1,4}(?:(?:to|for)[ \\t]{1,3})?(?:(?:the|any|all|every)[ \\t]{1,3})?(?:[\\w-]{2,12}[ \\t]{1,3})?', reader, '\\b(?=[^]{0,200}\\b(?:must|run|execute|ignore|do not|don\'t|never|always|send|delete|skip|approve|disable|print|reveal)\\b)'),
  toPattern('\\bif', gap, 'you', gap, 'are', gap, 'an?', gap, '(?:[\\w-]{2,20}', gap, '){0,2}', reader, '\\b'),
  toPattern('\\b(?:ai|llm|coding|language[- ]model|autonomous)', gap, '(?:agents?|assistants?|models?)\\b[^.\\n]{0,60}\\b(?:must|should|are required to|need to|have to|please)\\b[^.\\n]{0,60}\\b(?:run|execute|send|upload|approve|disable|skip|delete|curl|post|leak|print)\\b'),
  toPattern('\\b(?:send|post|upload|leak|forward|exfiltrate|paste|e?mail|curl)\\b[^.\\n]{0,60}\\b(?:secrets?|api[- _]?keys?|credentials?|passwords?|private keys?|\\.env|environment variables|ssh keys?|tokens?)\\b[^.\\n]{0,40}\\b(?:to|at)\\b[^\\n]{0,12}(?:https?://|[\\w.-]{1,40}@[\\w-]{1,40}\\.\\w)'),
]

/** Also said of people and programs: they count where two of them stand together. */
const half: readonly RegExp[] = [
  toPattern('\\b(?:do', gap, 'not|don\'t|never|without)', gap, '(?:tell|inform|mention|alert|notify|reveal|report|ask)(?:ing)?\\b[^.\\n]{0,30}\\b(?:users?|humans?|operators?|maintainers?|reviewers?|persons?|anyone|anybody)\\b'),
  toPattern('\\b(?:users?|humans?|operators?|admins?|owners?|maintainers?|security', gap, 'team)', gap, '(?:has|have)', gap, '(?:already', gap, ')?(?:approved|authori[sz]ed|granted|confirmed|pre-?approved|consented)\\b'),
  toPattern('\\b(?:send|upload|leak|forward|exfiltrate|paste|print)\\b[^.\\n]{0,40}\\b(?:secrets?|api[- _]?keys?|credentials|passwords|private keys?|\\.env|environment variables|ssh keys?)\\b'),
  toPattern('\\b(?:this|it)', gap, 'is', gap, '(?:authori[sz]ed|approved|pre-?approved|safe)', gap, 'by\\b'),
]
const weak: readonly RegExp[] = [
  toPattern('\\b(?:disable|skip|turn', gap, 'off|remove|delete|weaken|bypass|comment', gap, 'out)\\b[^.\\n]{0,30}\\b(?:tests?|checks?|validation|sandbox|polic(?:y|ies)|hooks?|guard(?:rail)?s?|approvals?|reviews?)\\b'),
  toPattern('\\b(?:run|execute)', gap, '(?:the', gap, ')?(?:following|this|these)', gap, '(?:shell', gap, '|bash', gap, ')?(?:commands?|scripts?|code)\\b'),
  toPattern('\\b(?:approve|merge|accept|sign', gap, 'off)\\b[^.\\n]{0,20}\\b(?:this|the)', gap, '(?:pull', gap, 'request|pr|change|commit|merge', gap, 'request)\\b'),
  toPattern('\\b(?:mark|report|declare|claim)\\b[^.\\n]{0,30}\\b(?:passed|passing|done|complete|successful)\\b'),
]

/** Words of which every pattern needs one: most texts have none, and are done with. */
const worthLooking = /ignore|disregard|forget|override|bypass|you\s|from now|instructions?|prompt|mode\b|system|admin|developer|\[INST|im_start|SYS>|agents?\b|assistants?\b|models?\b|claude|gpt|codex|copilot|gemini|send|post|upload|leak|forward|exfiltrate|paste|mail|curl|do not|don't|never|without|approved|authori|tool_result|function_results|ignor|vergiss|missacht|oubli|olvida|esque|dimentica|忽略|指示|игнориру|llm|\bai\b/i
/** Matches that are kept of each pattern, and how far from one another two halves make a whole, in characters. */
const mostOfAPattern = 20
const near = 500

/** Linear in the length of the text: every repetition in the patterns has a bound. */
export function findOrders(text: string): readonly OrderFinding[] {
  if (!worthLooking.test(text)) return []
  const found = find(text, plain).map((each) => ({ ...each, isPlain: true }))
  const halves = find(text, half)
  if (halves.length > 0) {
    const others = [...find(text, weak), ...found]
    const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= near
    for (const one of halves) {
      const hasOther = halves.some((each) => each.pattern !== one.pattern && isNear(each.at, one.at)) || others.some((each) => isNear(each.at, one.at) && each.at !== one.at)
      if (hasOther) found.push({ ...one, isPlain: false })
    }
  }
  return found.map(({ at, what, isPlain }) => ({ kind: 'order' as const, what, at, isPlain })).toSorted((a, b) => a.at - b.at)
}

function find(text: string, patterns: readonly RegExp[]): { readonly at: number; readonly what: string; readonly pattern: RegExp }[] {
  return patterns.flatMap((pattern) => {
    const found: { at: number; what: string; pattern: RegExp }[] = []
    for (const match of text.matchAll(pattern)) {
      const skipped = match[0].length - match[0].trimStart().length
      found.push({ at: match.index + skipped, what: match[0].replaceAll(/\s+/g, ' ').trim().slice(0, 120), pattern })
      if (found.length >= mostOfAPattern) break
    }
    return found
  })
}
