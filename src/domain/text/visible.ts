/** Characters that a reader does not see, or that move what he sees: controls, marks of direction, of no width, tags. */
const unseen = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu

/**
 * A text with everything in it to be seen: what cannot be is written as `\u{…}`. For what a person is to agree to, where leaving
 * such a character out would show something else than what would happen. Line ends and tabs stay.
 */
export function toVisible(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(unseen, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}
