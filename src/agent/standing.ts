import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { askWithCertificate } from './ask-certificate.ts'
import { askAsInstance, askPosition, join, positionOf, tokenMark } from './ask-instance.ts'
import { askWithToken, sessionName } from './ask-token.ts'
import { memberOf } from './client.ts'
import type { Granted } from './granted.ts'
import { agentKey } from './key.ts'
import { Problem } from './problem.ts'
import type { CertificateProof, Standing, TokenProof } from './proof.ts'
import { type StateFolder, secretIn } from './state.ts'

/** How an agent is told to prove itself, and to whom. What is absent is as it was the last time. */
export interface StandingAsked {
  readonly server?: string
  /** A file of certificates (PEM) to trust. */
  readonly ca?: string
  readonly region?: string
  readonly joinTokenFile?: string
  readonly proof?: TokenProof | CertificateProof
}

/** Asks the server for credentials. Errors: `Problem`. */
export type Fetch = (delivery: '1.0' | '2.0') => Promise<Granted>

/** An agent that may ask. */
export interface Stood extends Standing {
  readonly fetch: Fetch
  /** Whether the server would give something else now than it gave. Absent: it cannot be asked. Errors: `Problem`. */
  readonly changed?: (granted: Granted) => Promise<boolean>
  /** What credentials that are kept belong to. */
  readonly mark: string
}

/** What is kept of a standing. */
interface Kept extends Omit<Standing, 'server'> {
  readonly url: string
  /** The path of a file. */
  readonly ca?: string
  /** Of the token that was joined with. */
  readonly token?: string
}

const file = 'agent.json'

/** Finds out how an agent proves itself, joins where it has to, and remembers it. Errors: `Problem`. */
export async function stand(asked: StandingAsked, folder: StateFolder, now: () => number): Promise<Stood> {
  // Only this file writes it.
  const kept = folder.read(file) as Kept | undefined
  const url = asked.server ?? kept?.url
  if (url === undefined) throw new Problem('Setting', 'Which server? Give --server.')
  if (!/^https?:\/\/[^\s/?#@]+\/?$/.test(url))
    throw new Problem('Setting', '--server must be a URL such as https://cardea.example.com, without a path.')
  const ca = asked.ca ?? kept?.ca
  const server = { url, ...(ca === undefined ? {} : { ca: textIn(ca) }) }
  const region = asked.region ?? kept?.region ?? 'us-east-1'
  const base = { url, region, ...(ca === undefined ? {} : { ca }) }
  const next = await nextOf({ asked, kept, base, join: (token) => join({ server, key: agentKey(folder), now }, token) })
  folder.write(file, next)
  const standing = { server, region, proof: next.proof }
  return {
    ...standing,
    fetch: fetchOf(standing, folder, now),
    ...changedOf(standing, folder, now),
    mark: hash('sha256', JSON.stringify([url, next.proof])),
  }
}

async function nextOf(given: {
  readonly asked: StandingAsked
  readonly kept: Kept | undefined
  readonly base: Omit<Kept, 'proof'>
  join(token: string): Promise<string>
}): Promise<Kept> {
  const { asked, kept, base } = given
  if (asked.proof !== undefined) return { ...base, proof: asked.proof }
  if (asked.joinTokenFile === undefined) {
    if (kept !== undefined) return { ...kept, ...base }
    throw new Problem('Setting', 'How does the agent prove itself? Give --join-token-file, a token, or a certificate.')
  }
  const token = secretIn(asked.joinTokenFile)
  const mark = tokenMark(token)
  // A token that was used stays in its file, and the agent is started again.
  if (kept?.token === mark && memberOf(kept.proof, 'kind') === 'instance') return { ...kept, ...base }
  return { ...base, proof: { kind: 'instance', id: await given.join(token) }, token: mark }
}

function fetchOf(standing: Standing, folder: StateFolder, now: () => number): Fetch {
  const { proof, server } = standing
  switch (proof.kind) {
    case 'instance': {
      const agent = { server, key: agentKey(folder), id: proof.id, now }
      return (delivery) => askAsInstance(agent, delivery)
    }
    case 'token':
      return () => {
        const token = secretIn(proof.file)
        const { role, seconds } = proof
        const lasting = seconds === undefined ? {} : { seconds }
        return askWithToken(server, { token, role, session: sessionName(token), ...lasting, now: now() })
      }
    case 'certificate':
      return () => askWithCertificate(standing, proof, now())
  }
}

/** Only of instances can it be asked without asking for credentials. */
function changedOf({ proof, server }: Standing, folder: StateFolder, now: () => number): Pick<Stood, 'changed'> {
  if (proof.kind !== 'instance') return {}
  const agent = { server, key: agentKey(folder), id: proof.id, now }
  return {
    async changed(granted) {
      return JSON.stringify(await askPosition(agent)) !== JSON.stringify(positionOf(granted))
    },
  }
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Problem('Setting', `${path} cannot be read: ${(cause as Error).message}`, cause)
  }
}
