'use strict'

const { readPath, setPath } = require('./paths')

/** Settings in layers: what a later one says counts. */
class Layers {
  constructor() {
    this.layers = []
  }

  add(name, values) {
    if (this.layers.some((layer) => layer.name === name)) throw new Error(`there is a layer ${name} already`)
    this.layers.push({ name, values })
    return this
  }

  get(path, fallback) {
    for (const { values } of [...this.layers].reverse()) {
      const found = readPath(values, path)
      if (found !== undefined) return found
    }
    return fallback
  }

  /** Which layer says it. */
  origin(path) {
    return this.layers.findLast(({ values }) => readPath(values, path) !== undefined)?.name
  }

  /** Puts a value into one layer; the object that was given stays as it was. */
  set(name, path, value) {
    const layer = this.layers.find((one) => one.name === name)
    if (layer === undefined) throw new Error(`there is no layer ${name}`)
    layer.values = setPath(layer.values, path, value)
  }
}

module.exports = { Layers }
