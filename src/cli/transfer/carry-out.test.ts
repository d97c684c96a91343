import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCode, Stop } from '../stop.ts'
import { type Api, Refusal } from './api.ts'
import { carryOut, checkPlans } from './carry-out.ts'
import { add, type EntityPlan, newPlan } from './plan.ts'
import { isWhole, reportOf, shownReport } from './report.ts'

const account = '111122223333'

function planned(kind: EntityPlan['kind'], name: string): EntityPlan {
  return newPlan(account, kind, name)
}

/** Notes calls, and lets some of them fail. */
function apiThat(fails: Readonly<Record<string, Error>>): { readonly api: Api; readonly calls: string[] } {
  const calls: string[] = []
  const call = async (operation: string) => {
    calls.push(operation)
    const failure = fails[operation]
    if (failure !== undefined) throw failure
    return {}
  }
  return { api: { call }, calls }
}

function clerks() {
  const policy = planned('policy', 'p')
  add(policy, { phase: 'policy', operation: 'CreatePolicy', input: {}, says: '' })
  const ann = planned('user', 'ann')
  add(ann, { phase: 'user', operation: 'CreateUser', input: {}, says: '' })
  add(ann, { phase: 'inline', operation: 'PutUserPolicy', input: {}, says: 'own' })
  add(ann, { phase: 'attachment', operation: 'AttachUserPolicy', input: {}, says: 'p', needs: [policy] })
  const bob = planned('group', 'bob')
  add(bob, { phase: 'group', operation: 'CreateGroup', input: {}, says: '' })
  return { policy, ann, bob, all: [policy, ann, bob] }
}

test('a refused call ends the calls for its entity and for what needs it; the others go on', async () => {
  const { policy, ann, bob, all } = clerks()
  const { api, calls } = apiThat({ CreatePolicy: new Refusal('AccessDenied', 'You may not.') })
  const outcomes = await carryOut(all, new Map([[account, api]]))
  assert.deepEqual(calls, ['CreatePolicy', 'CreateGroup', 'CreateUser', 'PutUserPolicy'])
  const denied = { operation: 'CreatePolicy', code: 'AccessDenied', message: 'You may not.' }
  assert.deepEqual(outcomes.get(policy), { done: 0, failed: denied })
  const { done, failed } = outcomes.get(ann) ?? {}
  assert.deepEqual([done, failed?.code, failed?.message], [2, 'NotTried', 'the policy p failed'])
  assert.deepEqual(outcomes.get(bob), { done: 1 })
  const report = reportOf({ plans: all, outcomes, accounts: [{ account, from: account, created: false }] })
  assert.equal(isWhole(report), false)
  const shown = shownReport(report)
  assert.match(shown, /FAILED {2}policy p\n +CreatePolicy: AccessDenied: You may not\.\n +nothing of it was done/)
  assert.match(shown, /done before:\n +CreateUser\n +PutUserPolicy own/)
  assert.match(shown, /1 updated, 0 the same, 2 failed$/)
})

test('when the server goes away nothing more is tried, and everything that is left is told as failed', async () => {
  const { all, ann, bob } = clerks()
  const { api, calls } = apiThat({ CreateUser: new Stop(exitCode.server, 'No answer.') })
  const outcomes = await carryOut(all, new Map([[account, api]]))
  assert.deepEqual(calls, ['CreatePolicy', 'CreateGroup', 'CreateUser'])
  assert.equal(outcomes.get(ann)?.failed?.code, 'NoAnswer')
  assert.equal(outcomes.get(bob)?.failed, undefined)
})

test('every problem that can be known is told at once, at most twenty of them', () => {
  const plans = Array.from({ length: 30 }, (_, index) => {
    const plan = planned('user', `user ${index}`)
    add(plan, { phase: 'user', operation: 'CreateUser', input: { UserName: plan.name }, says: '' })
    return plan
  })
  assert.throws(
    () => checkPlans(plans),
    (cause) => {
      assert.ok(cause instanceof Stop)
      assert.equal(cause.code, 2)
      assert.equal(cause.message.split('\n').length, 22)
      assert.match(cause.message, /and 10 more$/)
      return true
    },
  )
})
