import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateSAMLProviderCommand } from '@aws-sdk/client-iam'
import { Fault } from '#protocol'
import { issue } from '../../../test/certificate.ts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSamlProvider, encrypted } from '../../../test/saml.ts'
import type { Vouched, Vouching } from '../operation.ts'
import { AssumeRoleWithSAML } from './saml.ts'

const door = await openFrontDoor()
after(() => door.close())
const { account, store, house } = door
const PrincipalArn = `arn:aws:iam::${account}:saml-provider/corp`
const RoleArn = `arn:aws:iam::${account}:role/desk`
const idp = createSamlProvider(`${RoleArn},${PrincipalArn}`, door.now)
const reading = issue({ subject: 'sp', type: 'rsa', from: 0, to: door.now() * 2 })
await door.iam.send(
  new CreateSAMLProviderCommand({
    Name: 'corp',
    SAMLMetadataDocument: idp.metadata,
    AddPrivateKey: reading.privateKey,
  }),
)

const vouching: Vouching = {
  now: door.now(),
  read: (work) => store.read(work),
  issuers: house.issuers,
  onlyOnce: () => true,
  refuse: (code, message, detail) => new Fault({ code, message, detail, status: 400 }),
}

/** What comes of a document: whom it vouches for, or the code of the refusal. */
async function outcome(bytes: Uint8Array): Promise<Vouched | string> {
  const input = { RoleArn, PrincipalArn, SAMLAssertion: Buffer.from(bytes).toString('base64') }
  try {
    const vouched = await AssumeRoleWithSAML.vouch?.(input, vouching)
    if (vouched === undefined) throw new Error('the operation vouches for nobody')
    if (vouched.refusal !== undefined) return vouched.refusal.code
    const session = await AssumeRoleWithSAML.context(input, {
      caller: vouched.caller,
      account,
      tables: noTables,
      roleAt: () => undefined,
    })
    return { caller: { ...vouched.caller, claims: { ...vouched.caller.claims, ...session } } }
  } catch (cause) {
    if (cause instanceof Fault) return cause.code
    throw cause
  }
}

const noTables = new Proxy({} as never, {
  get: () => {
    throw new Error('the context looks at no table')
  },
})

/** The same sequence of numbers from 0 to 1 in every run. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const pieces = [
  '<',
  '>',
  '"',
  "'",
  '&',
  '&#0;',
  '&#10;',
  '\0',
  '\r',
  ' ',
  '/',
  '<!--x-->',
  '<a/>',
  '=',
  ':',
  '#',
  '\ufeff',
  'é',
]

/** A document with one or two changes: of a byte, of a bit, of a stretch that goes, doubles, moves, or is somebody else's. */
function changed(text: Buffer, next: () => number): Buffer {
  const at = Math.floor(next() * text.length)
  const size = 1 + Math.floor(next() ** 4 * 400)
  const to = Math.min(text.length, at + size)
  const parts = [text.subarray(0, at), text.subarray(at, to), text.subarray(to)] as const
  const other = Math.floor(next() * text.length)
  switch (Math.floor(next() * 8)) {
    case 0:
      return Buffer.concat([parts[0], parts[2]])
    case 1:
      return Buffer.concat([parts[0], parts[1], parts[1], parts[2]])
    case 2:
      return Buffer.concat([parts[0], text.subarray(other, other + size), parts[2]])
    case 3:
      return Buffer.concat([
        parts[0],
        Buffer.from(pieces[Math.floor(next() * pieces.length)] ?? ''),
        parts[1],
        parts[2],
      ])
    case 4:
      return Buffer.concat([parts[0], Buffer.from([Math.floor(next() * 256)]), text.subarray(at + 1)])
    case 5:
      return Buffer.concat([
        parts[0],
        Buffer.from([(text[at] ?? 0) ^ (1 << Math.floor(next() * 8))]),
        text.subarray(at + 1),
      ])
    case 6:
      return letters(text, at, next)
    default:
      return changed(changed(text, next), next)
  }
}

/** The next letter or digit is another one: the document stays well-formed more often than not. */
function letters(text: Buffer, from: number, next: () => number): Buffer {
  const copy = Buffer.from(text)
  for (let at = from; at < copy.length; at += 1)
    if (/[\w]/.test(String.fromCharCode(copy[at] ?? 0))) {
      copy[at] = 'abcxyzABC0189_'.charCodeAt(Math.floor(next() * 14))
      return copy
    }
  return copy
}

const own = { 'PrincipalTag:team': ['harbour'], TransitiveTagKeys: ['team'], SourceIdentity: ['ann'] }
const alone = () => idp.sign(idp.assertion({ own }), 'Assertion')
const forms: Readonly<Record<string, readonly [document: string, times: number]>> = {
  'signed response': [idp.sign(idp.response(idp.assertion({ own })), 'Response'), 8000],
  'signed assertion': [idp.sign(idp.response(idp.assertion({ own })), 'Assertion'), 8000],
  'response and assertion that are both signed': [idp.sign(idp.response(alone()), 'Response'), 2000],
  'encrypted assertion': [idp.response(encrypted(alone(), reading)), 2000],
  'assertion encrypted with a cipher that does not notice changes': [
    idp.response(encrypted(alone(), reading, 'aes128-cbc')),
    1000,
  ],
}
const codes = new Set(['InvalidIdentityToken', 'IDPRejectedClaim', 'ExpiredTokenException', 'AccessDenied'])

for (const [form, [document, times]] of Object.entries(forms))
  test(`of ${times} changes to one ${form}, none lets it say anything else, and none is another error`, async () => {
    const whole = Buffer.from(document)
    const genuine = await outcome(whole)
    assert.ok(typeof genuine === 'object')
    const next = chance(times + form.length)
    let refused = 0
    for (let time = 0; time < times; time += 1) {
      const bytes = changed(whole, next)
      const found = await outcome(bytes)
      if (typeof found === 'object') assert.deepEqual(found, genuine, bytes.toString())
      else {
        assert.ok(codes.has(found), `${found}: ${bytes.toString()}`)
        refused += 1
      }
    }
    assert.ok(refused > times / 2, `${refused} of ${times} were refused`)
  })
