/** A Makefile as far as it can be told without running anything. `unclear`: why it cannot. */
export interface Makefile {
  readonly variables: ReadonlyMap<string, MakeVariable>
  readonly rules: ReadonlyMap<string, MakeRule>
  /** The target that is made where none is named. */
  readonly first: string | undefined
  readonly unclear: string | undefined
}

export interface MakeVariable {
  readonly value: string
  /** `?=`: what the environment has counts first. */
  readonly isDefault: boolean
  readonly exported: boolean
}

export interface MakeRule {
  readonly needs: readonly string[]
  /** As they are written, each for a shell of its own. */
  readonly lines: readonly string[]
}

/** Targets that say something of others, and change nothing of how recipes run. */
const telling = /^\.(?:PHONY|SUFFIXES|DELETE_ON_ERROR|SILENT|PRECIOUS|INTERMEDIATE|SECONDARY|NOTPARALLEL|IGNORE|POSIX)$/

/**
 * Reads plain rules and plain variables. Includes, conditions, patterns, functions in the place of targets and rules for one
 * target alone are `unclear`: what make does then depends on more than the text.
 */
export function parseMakefile(text: string): Makefile {
  const variables = new Map<string, MakeVariable>()
  const rules = new Map<string, { needs: string[]; lines: string[] }>()
  let first: string | undefined
  let open: readonly { needs: string[]; lines: string[] }[] | undefined
  const stop = (line: string): Makefile => ({ variables, rules, first, unclear: `a line of its Makefile is not understood: ${line.trim().slice(0, 200)}` })
  // A recipe keeps its joined lines: they are the shell's.
  for (const line of text.replaceAll('\r\n', '\n').split(/(?<!\\)\n/)) {
    if (line.startsWith('\t')) {
      if (open === undefined && line.trim() !== '') return stop(line)
      if (line.trim() !== '') for (const rule of open ?? []) rule.lines.push(line.slice(1).replaceAll('\\\n\t', '\\\n'))
      continue
    }
    const bare = line.replaceAll(/\\\n[ \t]*/g, ' ').replace(/(?<!\\)#.*$/, '').trim()
    if (bare === '') continue
    const assignment = /^(export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(\?=|\+=|:{0,3}=)[ \t]*(.*)$/.exec(bare)
    if (assignment !== null) {
      const [, exports, name = '', operator, value = ''] = assignment
      if (/^(?:SHELL|MAKEFLAGS|MAKEFILES|MAKE|VPATH)$/.test(name) && !(name === 'SHELL' && /^(?:\/usr\/bin\/|\/bin\/)?(?:env )?(?:ba|da)?sh$/.test(value))) return stop(line)
      const before = variables.get(name)
      variables.set(name, {
        value: operator === '+=' && before !== undefined ? `${before.value} ${value}` : operator === '?=' && before !== undefined ? before.value : value,
        isDefault: before === undefined ? operator === '?=' || operator === '+=' : before.isDefault && operator !== '=' && operator !== ':=', exported: exports !== undefined || before?.exported === true,
      })
      open = undefined
      continue
    }
    const rule = /^([^:=;|]+):(?![:=])([^;=]*)(?:;(.*))?$/.exec(bare)
    if (rule === null || /^(?:define|endef|-?include|sinclude|if\w*|else|endif|export|unexport|override|private|vpath|load|undefine)\b/.test(bare)) return stop(line)
    const [, targets = '', needs = '', inline] = rule
    if (/[%$*?[\]()]/.test(targets) || /[%*?[\]]/.test(needs)) return stop(line)
    const names = targets.trim().split(/\s+/)
    if (names.some((name) => name.startsWith('.') && !telling.test(name) && !name.includes('/'))) return stop(line)
    open = names.map((name) => {
      const known = rules.get(name) ?? { needs: [], lines: [] }
      known.needs.push(...needs.split(/[\s|]+/).filter((need) => need !== ''))
      rules.set(name, known)
      return known
    })
    if (inline !== undefined && inline.trim() !== '') for (const each of open) each.lines.push(inline.trim())
    first ??= names.find((name) => !name.startsWith('.'))
  }
  return { variables, rules, first, unclear: undefined }
}
