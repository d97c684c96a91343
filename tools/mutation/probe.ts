/** What the engine is asked while it has a mistake in it: the vectors, and questions and documents by seeded chance. */
import { questionOf } from '../../test/laws/question.ts'
import { Tape } from '../../test/laws/tape.ts'
import { readVectors } from '../../test/vectors/vector.ts'
import { chance } from '../chance.ts'
import { brokenDocuments, brokenLines, oddDocuments, oddLines } from './broken.ts'
import { conditionLines, matchingPairs, resourceLines } from './condition.ts'
import { cornerActions, cornerDocuments, cornerLines, damagedDocuments } from './corner.ts'
import { plainDocuments } from './document.ts'
import { answerInside, insideLines } from './inside.ts'
import type * as Engine from './room.ts'
import { scenes } from './scene.ts'

type Room = typeof Engine

/** `line`: a question; `decide`: the verdict alone; `document`: a policy as one of the types; `inside`: a part of the engine; `scene`: work. */
interface Case {
  readonly kind: 'decide' | 'line' | 'document' | 'action' | 'inside' | 'scene'
  readonly name: string
  readonly text: string
  readonly other: string
}

const types = ['identity', 'resource', 'trust', 'permissionsBoundary', 'session', 'scp', 'rcp', 'vpcEndpoint'] as const

export function cases(): readonly Case[] {
  const vectors = readVectors().map(({ file, says, question }) => ({
    name: `${file}: ${says}`,
    text: JSON.stringify(question),
  }))
  const random = randomQuestions(1_500)
  const conditions = [...conditionLines(), ...resourceLines()].map((text) => ({ name: `a line: ${text}`, text }))
  const documents = documentsOf([...vectors, ...random.slice(0, 400)].map(({ text }) => text))
  const broken = [...oddDocuments(), ...brokenDocuments(documents.map(({ text }) => text))]
  const corners = cornerDocuments().flatMap((text) => types.map((type) => ({ text, type })))
  const plain = plainDocuments().filter(({ text }) => text.length < 600 && !text.includes('\n'))
  const damaged = [
    ...damagedDocuments(plain).filter((_, index) => index % 3 === 0),
    ...plain.flatMap(({ text }) => types.map((type) => ({ text, type }))),
  ]
  const lines = [...oddLines(), ...cornerLines(), ...brokenLines(random.slice(0, 300).map(({ text }) => text))]
  return [
    ...[...vectors, ...random, ...conditions].map((one) => ({ kind: 'decide' as const, ...one, other: '' })),
    ...insideLines().map((text) => ({ kind: 'inside' as const, name: text, text, other: '' })),
    ...[...matchingPairs(), ...cornerActions()].map(([text, other]) => ({
      kind: 'action' as const,
      name: `${text} and ${other}`,
      text,
      other,
    })),
    ...[...corners, ...damaged, ...documents].map(({ text, type }) => ({
      kind: 'document' as const,
      name: `a document: ${text}`,
      text,
      other: type,
    })),
    ...broken.map((text, index) => documentCase(text, index)),
    ...[...vectors.filter((_, index) => index % 3 === 0), ...random.slice(0, 400)].map((one) => ({
      kind: 'line' as const,
      ...one,
      other: 'aws:username',
    })),
    ...lines.map((text) => ({ kind: 'line' as const, name: `a line: ${text}`, text, other: 'AWS:SourceIp' })),
  ]
}

/** Every vector and every scene, for what they cost. */
export function works(): readonly Case[] {
  const every = <T>(list: readonly T[], step: number) => list.filter((_, index) => index % step === 0)
  const vectors = every(readVectors(), 5).map(({ file, says, question }) => ({
    kind: 'line' as const,
    name: `${file}: ${says}`,
    text: JSON.stringify(question),
    other: 'aws:username',
  }))
  const inside = every(insideLines(), 3).map((text) => ({ kind: 'inside' as const, name: text, text, other: '' }))
  return [
    ...[...stage.keys()].map((name) => ({ kind: 'scene' as const, name, text: name, other: '' })),
    ...vectors,
    ...inside,
    ...every([...oddDocuments(), ...cornerDocuments()], 3).map(documentCase),
  ]
}

const stage = scenes()

export function nameOf({ kind, name }: Case): string {
  return `${kind}: ${name.slice(0, 160)}`
}

export function answer(room: Room, one: Case): string {
  switch (one.kind) {
    case 'decide':
      return verdict(room, one.text)
    case 'line':
      return everything(room, one)
    case 'document':
      return reading(room, one)
    case 'action':
      return String(room.actionMatches(one.text, one.other))
    case 'inside':
      return answerInside(room, one.text)
    case 'scene':
      return stage.get(one.text)?.(room) ?? ''
  }
}

function verdict(room: Room, line: string): string {
  const question = room.readQuestion(line)
  return shown('error' in question ? question : room.decide(question.request, question.layers))
}

/** Verdict, explanation, outlook and sentences. */
function everything(room: Room, { text, other }: Case): string {
  const question = room.readQuestion(text)
  if ('error' in question) return shown(question)
  const { request, layers, id } = question
  const told = withArns(room, text, layers)
  const decided = room.decide(request, told)
  return shown([
    id,
    request,
    decided,
    room.explain(request, told),
    room.explain(request, layers),
    room.explain(request, withoutIds(room, layers)),
    room.outlook(request, layers, '*'),
    room.outlook(request, layers, [other]),
    room.explainUnknown(request, told, [other, 'aws:CurrentTime']),
    [{}, { reason: false }, { trust: true }, { trust: false }].map((options) => room.denial(request, decided, options)),
  ])
}

/** The same layers, where identity policies are managed ones. */
function withArns(room: Room, text: string, layers: Engine.Layers): Engine.Layers {
  const { policies }: { policies?: { identity?: unknown } } = JSON.parse(text)
  if (!Array.isArray(policies?.identity)) return layers
  const sources = policies.identity.flatMap((document: unknown, index: number) => {
    const written = typeof document === 'string' ? document : JSON.stringify(document, undefined, index)
    const { policy } = room.parse(written, 'identity')
    return policy === undefined ? [] : [{ policy, id: `p${index}`, arn: `arn:aws:iam::aws:policy/p${index}` }]
  })
  return { ...layers, identity: room.compile(sources) }
}

/** The same layers, where identity policies have no name. */
function withoutIds(room: Room, layers: Engine.Layers): Engine.Layers {
  const { identity } = layers
  return identity === undefined
    ? layers
    : { ...layers, identity: room.compile(identity.sources.map(({ policy }) => ({ policy }))) }
}

function reading(room: Room, { text, other }: Case): string {
  const type = types.find((one) => one === other) ?? 'identity'
  const { policy, problems } = room.parse(text, type)
  const context = { 'AWS:USERNAME': 'a', 'aws:sourceip': 'b', 'aws:k': 'c' }
  const about =
    policy === undefined
      ? []
      : [policy, room.principalsOf(policy), room.contextKeysOf(policy), room.missingKeysOf([policy], context)]
  return shown([problems, about, room.positionAt(text, text.length >> 1), room.denyAll(type)])
}

/** JSON that tells what is absent from what is there and `undefined`. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one === undefined ? '(undefined)' : one))
}

function documentCase(text: string, index: number): Case {
  const type = types[index % types.length] ?? 'identity'
  return { kind: 'document', name: `a ${type} document: ${text}`, text, other: type }
}

function randomQuestions(count: number) {
  const next = chance(20_260_101)
  return Array.from({ length: count }, (_, index) => {
    const bytes = Uint8Array.from({ length: 512 }, () => next(256))
    return { name: `random question ${index}`, text: JSON.stringify(questionOf(new Tape(bytes))) }
  })
}

/** Every policy of the questions, once. */
function documentsOf(lines: readonly string[]): readonly { readonly text: string; readonly type: string }[] {
  const found = new Map<string, string>()
  for (const line of lines) {
    const { policies }: { policies: Readonly<Record<string, unknown>> } = JSON.parse(line)
    for (const [type, given] of Object.entries(policies ?? {})) {
      const list = Array.isArray(given) ? given.flat() : [given]
      for (const document of list) found.set(typeof document === 'string' ? document : JSON.stringify(document), type)
    }
  }
  return [...found].map(([text, type]) => ({ text, type }))
}
