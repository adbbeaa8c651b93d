const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (char) => escapes[char])
}

function lookUp(scope, path) {
  let here = scope
  for (const part of path.split('.')) {
    if (here === null || here === undefined) return undefined
    here = here[part]
  }
  return here
}

function sections(source, scope) {
  return source.replace(/\{\{#([\w.]+)\}\}([\s\S]*?)\{\{\/\1\}\}/g, (_, path, inner) => {
    const value = lookUp(scope, path)
    if (Array.isArray(value)) return value.map((item) => render(inner, { ...scope, ...item, item })).join('')
    return value ? render(inner, scope) : ''
  })
}

/** {{name}} is escaped, {{{name}}} is not, {{#list}}…{{/list}} repeats. */
export function render(source, scope) {
  return sections(source, scope)
    .replace(/\{\{\{([\w.]+)\}\}\}/g, (_, path) => String(lookUp(scope, path) ?? ''))
    .replace(/\{\{([\w.]+)\}\}/g, (_, path) => escapeHtml(lookUp(scope, path) ?? ''))
}
