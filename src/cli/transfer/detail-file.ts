import { readFileSync, statSync } from 'node:fs'
import { exitCode, Stop } from '../stop.ts'
import type { AccountDetails } from './detail.ts'
import { readDetails } from './detail-reader.ts'
import { items, jsonIn, member, type Node, optionalText, wrong } from './json.ts'
import { type Mapping, mapped } from './mapping.ts'

/** What the files tell of one account. */
export interface ToldAccount {
  /** The account's id in the files. */
  readonly from: string
  /** Under the names that the mapping gives. */
  readonly details: AccountDetails
}

/**
 * Reads answers of `GetAccountAuthorizationDetails`: in each file one answer, or a list of answers and pages.
 * Takes: `-` is standard input.
 * Errors: `Stop` for a file that cannot be read, is none of these, or tells only a part of an account.
 */
export function readDetailFiles(files: readonly string[], mapping: Mapping): readonly ToldAccount[] {
  const pages = new Map<string, Node[]>()
  for (const file of files)
    for (const { account, page } of pagesOf(file)) pages.set(account, [...(pages.get(account) ?? []), page])
  const told = new Map<string, { from: string; pages: Node[] }>()
  for (const [from, found] of pages) {
    const account = mapping.accounts.get(from) ?? from
    const under = found.map(({ value, at }) => ({ at, value: mapped(value, mapping) }))
    const before = told.get(account)
    if (before === undefined) told.set(account, { from, pages: under })
    else before.pages.push(...under)
  }
  return [...told].map(([account, { from, pages: own }]) => ({ from, details: readDetails(account, own) }))
}

const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies']
/** The largest file that is read. */
const largest = 512 * 1024 * 1024

function pagesOf(file: string): readonly { readonly account: string; readonly page: Node }[] {
  const whole = jsonIn(bytesOf(file), file === '-' ? 'standard input' : file)
  const pages = Array.isArray(whole.value) ? items(whole) : [whole]
  const accounts = pages.map(accountOf)
  const known = new Set(accounts.filter((account) => account !== undefined))
  const [only] = known
  if (only === undefined) throw wrong(whole, 'tells of no account: it has no ARN of a user, group, role or policy.')
  const last = pages.at(-1)
  if (last !== undefined && isCut(last))
    throw wrong(last, 'is cut off: more pages follow it. Get them all, and give them as one list.')
  return pages.map((page, index) => {
    const account = accounts[index] ?? (known.size === 1 ? only : undefined)
    if (account === undefined) throw wrong(page, 'does not tell of which account it is.')
    return { account, page }
  })
}

function bytesOf(file: string): Uint8Array {
  try {
    if (file === '-') return readFileSync(0)
    if (statSync(file).size > largest) throw new Error('it is too large')
    return readFileSync(file)
  } catch (cause) {
    throw new Stop(exitCode.usage, `${file} cannot be read: ${(cause as Error).message}`, cause)
  }
}

function isCut(page: Node): boolean {
  return member(page, 'IsTruncated').value === true || member(page, 'NextToken').value !== undefined
}

/** Gives: `undefined` for a page that has nothing of an account's own. Errors: `Stop` when it has something of two. */
function accountOf(page: Node): string | undefined {
  if (!lists.some((list) => member(page, list).value !== undefined))
    throw wrong(page, `is no answer of GetAccountAuthorizationDetails: it has none of ${lists.join(', ')}.`)
  let account: string | undefined
  for (const entity of lists.flatMap((list) => items(member(page, list)))) {
    const arn = member(entity, 'Arn')
    const owner = /^arn:aws:iam::(\d{12}|aws):/.exec(optionalText(arn) ?? '')?.[1]
    if (owner === undefined) throw wrong(arn, 'is no ARN of an account in the partition aws.')
    if (owner === 'aws') continue
    if (account !== undefined && owner !== account)
      throw wrong(arn, `is of account ${owner}, and what stands before it of ${account}.`)
    account = owner
  }
  return account
}
