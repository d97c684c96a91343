import type { Instance, Tables } from '#store'

/** An instance of an account. Gives: `undefined` for one of another account. */
export async function instanceOf(id: string, account: string, { instances }: Tables): Promise<Instance | undefined> {
  const instance = await instances.byId(id)
  return instance?.account === account ? instance : undefined
}

/** An instance as answers show it: nothing of its token or its key. */
export function shown({ join, agent, createdAt, ...instance }: Instance): object {
  const state = agent !== undefined ? 'joined' : join === undefined ? 'registered' : 'waiting'
  const joined =
    agent === undefined
      ? {}
      : { joinedAt: isoOf(agent.joinedAt), lastSeenAt: isoOf(agent.moment), address: agent.address }
  return { ...instance, state, createdAt: isoOf(createdAt), ...joined }
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
