/** The caller sent something that cannot be used; the message says what, and may be shown to them. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
}
