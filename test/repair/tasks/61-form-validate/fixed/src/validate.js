const checks = {
  required: (value) => (value === undefined || value === null || value === '' ? 'is required' : undefined),
  min: (value, least) => (value.length < least ? `has at least ${least} characters` : undefined),
  max: (value, most) => (value.length > most ? `has at most ${most} characters` : undefined),
  email: (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? undefined : 'is no address'),
  same: (value, other, all) => (value === all[other] ? undefined : `differs from ${other}`),
}

/** The first thing that is wrong with each field. */
export function validate(values, rules) {
  const errors = {}
  for (const [field, list] of Object.entries(rules)) {
    for (const [name, setting] of Object.entries(list)) {
      const value = values[field]
      if (name !== 'required' && (value === undefined || value === '')) continue
      const check = checks[name]
      if (check === undefined) throw new Error(`unknown rule ${name}`)
      const message = check(value, setting, values)
      if (message !== undefined) {
        errors[field] = message
        break
      }
    }
  }
  return errors
}

export function isValid(values, rules) {
  return Object.keys(validate(values, rules)).length === 0
}

export function summary(errors) {
  return Object.entries(errors).map(([field, message]) => `${field} ${message}`).join('; ')
}
