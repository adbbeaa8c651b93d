import { z } from 'zod'
import type { Json } from '../../protocol/ids.ts'
import { defaultSettings, ValidationSettings } from '../validation/settings.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
export const Duration = z.string().regex(/^\d{1,5}[mhd]$/, 'it is a duration like 30m, 4h or 2d')

export function toMs(duration: string): number {
  return Number(duration.slice(0, -1)) * (units[duration.slice(-1)] ?? 0)
}

/** Numbers about people at the gates. */
export const GateSettings = z.strictObject({
  /** Questions to people per run that a team aims for; shown beside the count. */
  questions_target: z.int().nonnegative().default(3),
  /** How long a question can be answered. */
  approval_expires: Duration.default('24h'),
  /** Confidence below which a person is asked, 0 to 1. */
  confidence_bar: z.number().min(0).max(1).default(0.5),
  /** Changes that may be sealed away before the run stops. */
  max_quarantined: z.int().nonnegative().default(3),
})
export type GateSettings = z.infer<typeof GateSettings>

/** What a bundle may set: validation, and numbers about people. Left out is as in the layers below. */
export const BundleSettings = z.strictObject({ ...GateSettings.partial().shape, validation: z.record(z.string(), z.json()).optional() })
export type BundleSettings = z.infer<typeof BundleSettings>

export interface PolicySettings {
  readonly gates: GateSettings
  readonly validation: ValidationSettings
}

/** Later layers win; lists of patterns, commands, denied licences and switched-off validators grow instead. @throws z.ZodError */
export function mergeSettings(layers: readonly BundleSettings[]): PolicySettings {
  let gates: Record<string, unknown> = {}
  let validation: Record<string, Json> = {}
  for (const { validation: more = {}, ...rest } of layers) {
    gates = { ...gates, ...withoutUndefined(rest) }
    validation = mergeValidation(validation, more)
  }
  return { gates: GateSettings.parse(gates), validation: ValidationSettings.parse(validation) }
}

function withoutUndefined(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

function mergeValidation(before: Readonly<Record<string, Json>>, more: Readonly<Record<string, Json>>): Record<string, Json> {
  const merged: Record<string, Json> = { ...before }
  for (const [name, value] of Object.entries(more)) {
    const old = merged[name]
    if (Array.isArray(old) && Array.isArray(value)) merged[name] = [...old, ...value]
    else if (isRecord(old) && isRecord(value)) merged[name] = mergeValidation(old, value)
    else merged[name] = value
  }
  return merged
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Settings that a repository's bundle may bring: they only add to what is looked for. */
export function findLoosening({ validation = {}, ...gates }: BundleSettings): readonly string[] {
  const added = new Set(['patterns', 'commands', 'performance'])
  return [
    ...Object.entries(gates).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    ...Object.keys(validation).filter((name) => !added.has(name)).map((name) => `validation.${name}`),
  ]
}

const Kept = z.object({ gates: GateSettings, validation: ValidationSettings })

/** As a policy carries them; the defaults for a policy from before there were any. */
export function readPolicySettings(settings: Json | undefined): PolicySettings {
  const parsed = Kept.safeParse(settings)
  return parsed.success ? parsed.data : { gates: GateSettings.parse({}), validation: defaultSettings }
}
