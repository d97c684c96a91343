import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { modelOf } from '#models'
import { query } from '#protocol'
import { readAnswer, readRefusal } from './xml.ts'

test('what the server writes is read as it was', () => {
  const service = modelOf('iam')
  const operation = service.operations['GetAccountAuthorizationDetails']
  assert.ok(operation)
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '&', '<', '>', '"', '\r', '\n', 'é', '😀', ']]>', '&amp;') })
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), text, (groups, name) => {
      const details = {
        UserDetailList: [{ UserName: name, GroupList: groups, UserPolicyList: [] }],
        IsTruncated: false,
        Policies: [{ AttachmentCount: 7 }],
      }
      const { body } = query.write(details, { service, operation, form: query }, 'id')
      assert.deepEqual(readAnswer('iam', 'GetAccountAuthorizationDetails', String(body)), details)
    }),
    { numRuns: 300, seed: 3 },
  )
})

test('what is no answer is refused', () => {
  const cases = [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><',
    '</a>',
    '<html></html>',
    '<ListUsersResponse></ListUsersResponse>',
  ]
  for (const xml of cases) assert.throws(() => readAnswer('iam', 'ListUsers', xml), Error, xml)
  assert.equal(readRefusal('<html>'), undefined)
  assert.equal(readRefusal('<html></html>'), undefined)
  assert.deepEqual(
    readRefusal('<ErrorResponse><Error><Code>No</Code><Message>a &lt; b</Message></Error></ErrorResponse>'),
    {
      code: 'No',
      message: 'a < b',
    },
  )
})
