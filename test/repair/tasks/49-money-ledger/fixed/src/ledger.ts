export interface Entry {
  readonly account: string
  readonly cents: number
}

export interface Transaction {
  readonly id: number
  readonly note: string
  readonly entries: readonly Entry[]
}

export class Ledger {
  private nextId = 1
  private readonly balances = new Map<string, number>()
  readonly transactions: Transaction[] = []

  private book(entry: Entry): void {
    this.balances.set(entry.account, this.balance(entry.account) + entry.cents)
  }

  balance(account: string): number {
    return this.balances.get(account) ?? 0
  }

  /** Entries of a transaction add up to nothing. */
  post(note: string, entries: readonly Entry[]): number {
    const sum = entries.reduce((total, entry) => total + entry.cents, 0)
    if (sum !== 0) throw new RangeError(`off by ${sum}`)
    for (const entry of entries) this.book(entry)
    const id = this.nextId
    this.nextId += 1
    this.transactions.push({ id, note, entries })
    return id
  }

  transfer(from: string, to: string, cents: number): number {
    return this.post(`${from} to ${to}`, [{ account: from, cents: -cents }, { account: to, cents }])
  }

  reverse(id: number): number {
    const found = this.transactions.find((transaction) => transaction.id === id)
    if (found === undefined) throw new Error(`no transaction ${id}`)
    const entries = found.entries.map((entry) => ({ account: entry.account, cents: -entry.cents }))
    for (const entry of entries) this.book(entry)
    const reversal = this.nextId
    this.nextId += 1
    this.transactions.push({ id: reversal, note: `reversal of ${id}`, entries })
    return reversal
  }

  isBalanced(): boolean {
    return [...this.balances.values()].reduce((a, b) => a + b, 0) === 0
  }
}
