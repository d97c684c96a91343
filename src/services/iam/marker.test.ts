import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  CreateUserCommand,
  DeleteUserCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam'
import fc from 'fast-check'
import { openFrontDoor } from '../../../test/front-door.ts'

const door = await openFrontDoor()
after(() => door.close())
const { iam } = door
const PathPrefix = '/paged/'
const names = Array.from({ length: 23 }, (_, at) => `user-${String(at).padStart(2, '0')}`)
for (const UserName of names) await iam.send(new CreateUserCommand({ UserName, Path: PathPrefix }))

async function page(Marker?: string, MaxItems = 5) {
  return iam.send(new ListUsersCommand({ PathPrefix, MaxItems, ...(Marker === undefined ? {} : { Marker }) }))
}

test('pages of any size give every item once and in order', async () => {
  for (const pageSize of [1, 7, 22, 23, 24]) {
    const seen: (string | undefined)[] = []
    for await (const { Users = [] } of paginateListUsers({ client: iam, pageSize }, { PathPrefix }))
      seen.push(...Users.map(({ UserName }) => UserName))
    assert.deepEqual(seen, names)
  }
})

test('the last page says that it is the last, and has no marker', async () => {
  const whole = await page(undefined, 23)
  assert.equal(whole.IsTruncated, false)
  assert.equal(whole.Marker, undefined)
  assert.equal((await page()).IsTruncated, true)
})

test('what is added or removed between pages moves nothing that was there throughout', async () => {
  const first = await page()
  await iam.send(new DeleteUserCommand({ UserName: 'user-04' }))
  await iam.send(new CreateUserCommand({ UserName: 'user-00-a', Path: PathPrefix }))
  const second = await page(first.Marker)
  assert.deepEqual(
    second.Users?.map(({ UserName }) => UserName),
    ['user-05', 'user-06', 'user-07', 'user-08', 'user-09'],
  )
  await iam.send(new DeleteUserCommand({ UserName: 'user-00-a' }))
  await iam.send(new CreateUserCommand({ UserName: 'user-04', Path: PathPrefix }))
})

test('a marker does not show the name that it stands for, and fits into the length that the model allows', async () => {
  const { Marker = '' } = await page()
  assert.ok(!Buffer.from(Marker, 'base64url').toString('latin1').includes('user-04'))
  assert.ok(Marker.length <= 320)
})

test('a marker that was changed, made up, or made for another operation or account is refused', async () => {
  const { Marker = '' } = await page()
  const refused = { name: 'ValidationError', message: 'Invalid Marker.' }
  const other = Marker.startsWith('A') ? 'B' : 'A'
  for (const wrong of [`${other}${Marker.slice(1)}`, Marker.slice(0, -4), `${Marker}AAAA`, 'user-04', `${Marker}=`])
    await assert.rejects(page(wrong), refused)
  await assert.rejects(iam.send(new ListGroupsCommand({ Marker })), refused)
  const stranger = door.as(await door.addAccount('123412341234')).iam
  await assert.rejects(stranger.send(new ListUsersCommand({ Marker })), refused)
})

test('no text but a marker is taken for one', async () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 320 })
  await fc.assert(
    fc.asyncProperty(text, async (Marker) => {
      await assert.rejects(iam.send(new ListUsersCommand({ Marker })), { name: 'ValidationError' })
    }),
    { numRuns: 200, seed: 7 },
  )
})

test('tags are paged by key, however long their keys are', async () => {
  const Tags = Array.from({ length: 12 }, (_, at) => ({
    Key: '\u6f22'.repeat(120) + String.fromCharCode(97 + at),
    Value: '',
  }))
  const UserName = 'tagged'
  await iam.send(new CreateUserCommand({ UserName, Tags }))
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const found = await iam.send(new ListUserTagsCommand({ UserName, MaxItems: 5, ...(Marker ? { Marker } : {}) }))
    seen.push(...(found.Tags ?? []).map(({ Key }) => Key))
    Marker = found.Marker
    assert.ok((Marker ?? '').length <= 320)
  } while (Marker !== undefined)
  assert.deepEqual(seen.toSorted(), Tags.map(({ Key }) => Key).toSorted())
})
