/** Letters of other scripts that look like Latin ones in nearly every typeface, a choice from UTS 39: behind each Latin letter the numbers of those, in four hexadecimal digits. */
const table = `
  a0430 e0435 o043e03bf0585 p0440 c044103f2 y0443 x0445 i04560269 j045803f3 s0455 d0501 h04bb0570 q051b w051d A04100391
  B04120392 E04150395 K041a039a M041c039c H041d0397 O041e039f P042003a1 C0421 T042203a4 X042503a7 I04060399 J0408 S0405
  Y042303a5 u057d Z0396 N039d g0581050d0261 l029f
`

const look = new Map<string, string>()
for (const row of table.trim().split(/\s+/)) {
  for (let at = 1; at < row.length; at += 4) look.set(String.fromCharCode(Number.parseInt(row.slice(at, at + 4), 16)), row.charAt(0))
}

/** The Latin letters that a text looks like. */
export function toLatinLook(text: string): string {
  let shown = ''
  for (const letter of text.normalize('NFKD')) if (!/\p{M}/u.test(letter)) shown += look.get(letter) ?? letter
  return shown
}

/** A word with Latin letters in it and others that look like them: what it shows is not what it is. */
export function isMixedLook(word: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all Latin letters, and what comes before them
  if (!/[A-Za-z]/.test(word) || !/[^\u0000-\u024F]/.test(word)) return false
  const others = [...word].filter((letter) => letter > '\u024F' && /\p{L}/u.test(letter))
  // Words of science (`Δx`, `μm`) and of other scripts have letters that look like no Latin one.
  return others.length > 0 && others.every((letter) => look.has(letter))
}
