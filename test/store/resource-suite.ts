import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Resource } from '#store'
import { account, addAccount, other } from './sample.ts'
import type { Subject } from './suite.ts'

/** What holds for what is kept of resources of other services, in every store. */
export function resourceSuite({ name, open }: Subject): void {
  describe(`resources: ${name}`, () => {
    test('what is kept of a resource comes back, by account and ARN, and in pages', async () => {
      const { store, close } = await open()
      try {
        await addAccount(store)
        await addAccount(store, other)
        const bucket: Resource = {
          account,
          arn: 'arn:aws:s3:::photos',
          policy: '{}',
          principals: { 'arn:aws:iam::111122223333:user/a': 'AIDA1' },
          tags: [{ key: 'k', value: 'ü' }],
          updatedAt: 1,
        }
        const bare: Resource = { account, arn: 'arn:aws:s3:::a', tags: [], updatedAt: 2 }
        await store.write(account, async ({ resources }) => {
          await resources.put(bucket)
          await resources.put(bare)
          await resources.put({ ...bucket, account: other, policy: '{"other":1}' })
          assert.deepEqual(await resources.byArn(account, bucket.arn), bucket)
          assert.equal((await resources.byArn(other, bucket.arn))?.policy, '{"other":1}')
          assert.deepEqual(await resources.list(account, { limit: 1 }), { items: [bare], more: true })
          assert.deepEqual(await resources.list(account, { after: bare.arn, limit: 1 }), {
            items: [bucket],
            more: false,
          })
          const { policy: _, principals: __, ...left } = bucket
          await resources.put(left)
          assert.deepEqual(await resources.byArn(account, bucket.arn), left)
          assert.equal(await resources.remove(account, bucket.arn), true)
          assert.equal(await resources.remove(account, bucket.arn), false)
          assert.equal((await resources.byArn(other, bucket.arn))?.account, other)
        })
      } finally {
        await close()
      }
    })
  })
}
