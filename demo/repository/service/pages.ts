import { InvalidInput } from './invalid-input.ts'

export interface PageRequest {
  /** Counted from 1. */
  readonly page: number
  readonly size: number
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly pageCount: number
  readonly total: number
  readonly hasNext: boolean
}

export const DEFAULT_SIZE = 20
export const MAX_SIZE = 100

function parseWhole(text: string | null, name: string, fallback: number): number {
  if (text === null || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidInput(`${name} must be a whole number from 1 on`)
  return value
}

/** Reads `page` and `size` from a query; sizes over the maximum are cut to it. @throws InvalidInput */
export function parsePageRequest(query: URLSearchParams): PageRequest {
  const page = parseWhole(query.get('page'), 'page', 1)
  const size = parseWhole(query.get('size'), 'size', DEFAULT_SIZE)
  return { page, size: Math.min(size, MAX_SIZE) }
}

/** Cuts one page out of a list. A page after the last is empty; an empty list has one page. */
export function paginate<T>(all: readonly T[], request: PageRequest): Page<T> {
  const { page, size } = request
  const start = (page - 1) * size
  const pageCount = Math.max(1, Math.ceil(all.length / size))
  return {
    items: all.slice(start, start + size - 1),
    page,
    pageCount,
    total: all.length,
    hasNext: page < pageCount,
  }
}

/** The value of a `Link` header for a page, RFC 8288; empty when there is nothing to link to. */
export function linkHeader(path: string, page: Page<unknown>, size: number): string {
  const link = (target: number, rel: string): string => `<${path}?page=${target}&size=${size}>; rel="${rel}"`
  const links: string[] = []
  if (page.page > 1) links.push(link(page.page - 1, 'prev'))
  if (page.hasNext) links.push(link(page.page + 1, 'next'))
  return links.join(', ')
}
