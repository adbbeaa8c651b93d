import type { Json } from '../../protocol/ids.ts'

/**
 * What a tool that changes files would change, the way a diff says it: lines that go with `-`, lines that come with `+`, under the
 * path. Undefined for what is no such change. It is made of the call alone: where in the file the lines stand is not in it.
 */
export function describeEdits(input: Json): string | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined
  const { path, edits, content, patch } = input
  if (typeof patch === 'string') return patch
  if (typeof path !== 'string') return undefined
  if (typeof content === 'string') return [`all of ${path}:`, ...mark('+', content)].join('\n')
  if (!Array.isArray(edits)) return undefined
  const told = edits.flatMap((edit): readonly string[] => {
    if (typeof edit !== 'object' || edit === null || Array.isArray(edit) || typeof edit.find !== 'string' || typeof edit.replace !== 'string') return []
    return [edit.all === true ? '@@ every match @@' : '@@', ...mark('-', edit.find), ...mark('+', edit.replace)]
  })
  return told.length === 0 ? undefined : [path, ...told].join('\n')
}

function mark(sign: '+' | '-', text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n').map((line) => `${sign}${line}`)
}
