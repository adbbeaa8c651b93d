/** Letters of other scripts that look like Latin ones in nearly every typeface: a choice from UTS 39, both cases. */
const pairs = 'аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwьbвbгrкkмmнhтtпnзeАAВBЕEКKМMНHОOРPСCТTХXІIЈJЅSУYЗEαaοoνvρpιiκkυuτtηnχxγyσoωwϲcϳjΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXօoսuռnհhցgԍgʟlɡgɩiօo'

const look = new Map<string, string>()
for (const letters = [...pairs]; letters.length >= 2; ) {
  const [from, to] = letters.splice(0, 2)
  if (from !== undefined && to !== undefined) look.set(from, to)
}

/** The Latin letters that a text looks like. */
export function toLatinLook(text: string): string {
  let shown = ''
  for (const letter of text.normalize('NFKD')) if (!/\p{M}/u.test(letter)) shown += look.get(letter) ?? letter
  return shown
}

/** A word with Latin letters in it and others that look like them: what it shows is not what it is. */
export function isMixedLook(word: string): boolean {
  if (!/[A-Za-z]/.test(word) || !/[^\u0000-\u024F]/.test(word)) return false
  const others = [...word].filter((letter) => letter > '\u024F' && /\p{L}/u.test(letter))
  // Words of science (`Δx`, `μm`) and of other scripts have letters that look like no Latin one.
  return others.length > 0 && others.every((letter) => look.has(letter))
}
