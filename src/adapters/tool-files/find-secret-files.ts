import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { holdsCredential, toSecrecy } from '../../domain/text/secret-paths.ts'
import { isMissing } from './resolve-path.ts'

/**
 * Which of these files (relative to `root`) hold secrets, by name, or by content where the name alone does not say.
 * For mounts of mode `mask`, so that commands cannot see them either.
 */
export async function findSecretFiles(root: string, paths: readonly string[]): Promise<string[]> {
  const secret: string[] = []
  for (const path of paths) {
    const secrecy = toSecrecy(path)
    if (secrecy === 'yes' || (secrecy === 'look' && (await isCredentialFile(join(root, path))))) secret.push(path)
  }
  return secret
}

async function isCredentialFile(host: string): Promise<boolean> {
  try {
    const handle = await open(host, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) return false
      return stats.size > 1_000_000 || holdsCredential(await handle.readFile('utf8'))
    } finally {
      await handle.close()
    }
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if (isMissing(thrown) || code === 'ELOOP') return false
    throw thrown
  }
}
