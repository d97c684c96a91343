import type { Handler } from '@smithy/types'
import type { Context } from '#engine'
import type { CommonCode, Operation, Scope, SecondFactor, Touched, Vouched, Vouching, World } from './operation.ts'

/** What one operation says of itself: what it touches, what it adds to the context, what it does. */
export interface Parts<Input, Output, Code extends string> {
  /** Default: `service:Operation`. `null`: needs no permission of its own, or `run` asks with `permit`. */
  readonly action?: string | null
  /** Whether `run` may change anything in the store. Default: by the name. */
  readonly writes?: boolean
  /** Present: the call needs no signature, and this finds out who calls. */
  vouch?(input: Input, scope: Vouching<Code>): Promise<Vouched>
  /** Whether `vouch` verifies the signature itself, which is made with the key of a certificate. Default: false. */
  readonly certified?: boolean
  /** Whether nothing of the operation looks at the store. Default: false. */
  readonly storeless?: boolean
  resource(input: Input, scope: Scope): Resource | Promise<Resource>
  context?(input: Input, scope: Scope): LooseContext | Promise<LooseContext>
  /** Other permissions that are needed on the same resources, by what the input holds: `sts:TagSession`. */
  also?(input: Input, scope: Scope): readonly string[]
  /** The second factor that the call shows; it is verified before the decision. */
  factor?(input: Input): SecondFactor | undefined
  run(input: Input, world: World<Code>): Promise<Output>
}

/** One ARN, or one thing touched, or several: the permission is needed on each. */
export type Resource = string | Touched | readonly Touched[]

/** A context in which `undefined` stands for an absent key. */
export type LooseContext = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Makes the function that declares a service's operations.
 * Takes: the service's name; the types of its SDK client module and of its error codes by operation.
 * Gives: a function of an operation's name and parts. Input, output and error codes are those of the model.
 */
export function operationsOf<Sdk, Codes extends Record<string, string>>(service: string) {
  return <Name extends OperationName<Sdk> & keyof Codes & string>(
    name: Name,
    parts: Parts<InputOf<Sdk, Name>, OutputOf<Sdk, Name>, Codes[Name] | CommonCode>,
  ): Operation => erase(service, name, parts)
}

/** Names of the operations that an SDK client module has commands for. */
export type OperationName<Sdk> = keyof Signatures<Sdk>

/** An operation's input, after the model's required members were found present. */
export type InputOf<Sdk, Name extends keyof Signatures<Sdk>> = Signatures<Sdk>[Name] extends { input: infer Input }
  ? Conformed<Input>
  : never

/** An operation's output. */
export type OutputOf<Sdk, Name extends keyof Signatures<Sdk>> = Signatures<Sdk>[Name] extends { output: infer Output }
  ? Omit<Output, '$metadata'>
  : never

type Signatures<Sdk> = {
  [Key in keyof Sdk as Key extends `${infer Name}Command` ? Name : never]: Sdk[Key] extends new (
    input: never,
  ) => { resolveMiddleware(...args: never): Handler<infer Input, infer Output> }
    ? { input: Input; output: Output }
    : never
}

/** The SDK types a required member as possibly undefined; after `conform` it is not. */
type Conformed<Input> = {
  [Key in keyof Input]: Partial<Pick<Input, Key>> extends Pick<Input, Key> ? Input[Key] : Exclude<Input[Key], undefined>
}

const readOnly = /^(Get|List|Simulate|Decode)/

function erase<Input, Output, Code extends string>(
  service: string,
  name: string,
  parts: Parts<Input, Output, Code>,
): Operation {
  // `conform` has checked the input against the operation's own model, which is where `Input` comes from.
  const typed = (input: unknown): Input => input as Input
  const { vouch } = parts
  return {
    service,
    name,
    action: parts.action === null ? undefined : (parts.action ?? `${service}:${name}`),
    writes: parts.writes ?? !readOnly.test(name),
    vouch: vouch && ((input, scope) => vouch(typed(input), scope)),
    certified: parts.certified ?? false,
    storeless: parts.storeless ?? false,
    resource: async (input, scope) => touched(await parts.resource(typed(input), scope)),
    context: async (input, scope) => present((await parts.context?.(typed(input), scope)) ?? {}),
    also: (input, scope) => parts.also?.(typed(input), scope) ?? [],
    factor: (input) => parts.factor?.(typed(input)),
    run: async (input, world) => (await parts.run(typed(input), world as World<Code>)) as object,
  }
}

function touched(resource: Resource): readonly Touched[] {
  if (typeof resource === 'string') return [{ arn: resource }]
  return 'arn' in resource ? [resource] : resource
}

function present(context: LooseContext): Context {
  const entries = Object.entries(context).filter(
    (entry): entry is [string, string | readonly string[]] => entry[1] !== undefined,
  )
  return Object.fromEntries(entries)
}
