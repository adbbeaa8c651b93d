import { exitCodes } from '../../protocol/error-codes.ts'
import { openRecord } from '../compose.ts'
import { print, whilePrinting } from '../print.ts'
import { painter } from '../render.ts'
import { describeVerification } from '../verification/describe-verification.ts'
import { verifyWord, type VerifyOptions } from '../verification/verify-word.ts'

/** `writ verify`: what is proven about a commit, a run or a bundle, offline. Exit 0 verified, 1 not, 2 bad input. */
export async function verifyCommand(word: string, options: VerifyOptions & { readonly json?: boolean }): Promise<number> {
  const verification = await verifyWord(await openRecord(), word, options)
  return whilePrinting(async () => {
    await print(options.json ? `${JSON.stringify(verification, undefined, 2)}\n` : `${describeVerification(verification, painter(process.stdout))}\n`)
    return verification.verified ? 0 : exitCodes['not-achieved']
  })
}
