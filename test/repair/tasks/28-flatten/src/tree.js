/** Trees are { name, children? }. */
export function depth(tree) {
  const children = tree.children ?? []
  return 1 + Math.max(...children.map(depth))
}

export function names(tree) {
  return [tree.name, ...(tree.children ?? []).flatMap(names)]
}

export function find(tree, name) {
  if (tree.name === name) return tree
  for (const child of tree.children ?? []) {
    const found = find(child, name)
    if (found !== undefined) return found
  }
  return undefined
}

export function mapTree(tree, change) {
  const mapped = { ...tree, name: change(tree.name) }
  if (tree.children !== undefined) mapped.children = tree.children.map((child) => mapTree(child, change))
  return mapped
}

export function pathTo(tree, name) {
  if (tree.name === name) return [name]
  for (const child of tree.children ?? []) {
    const path = pathTo(child, name)
    if (path.length > 0) return [tree.name, ...path]
  }
  return []
}

export function draw(tree, indent = '') {
  return [indent + tree.name, ...(tree.children ?? []).map((child) => draw(child, `${indent}  `))].join('\n')
}
