import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { readSettings, type Sources } from './setting.ts'
import { Stop } from './stop.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-settings-'))
after(() => rmSync(folder, { recursive: true }))

function file(value: unknown): string {
  const path = join(folder, `${Math.random()}.json`)
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return path
}

function read(given: Partial<Sources>) {
  return readSettings({ flags: {}, variables: {}, defaultFile: join(folder, 'none.json'), ...given })
}

function refusal(given: Partial<Sources>): string {
  try {
    read(given)
  } catch (error) {
    assert.ok(error instanceof Stop)
    assert.equal(error.code, 2)
    return error.message
  }
  return assert.fail('the settings were taken')
}

test('a flag wins over a variable, a variable over the file, the file over the fallback', () => {
  const settings = file({ port: 3, host: '::1', maxBody: 2048 })
  const found = read({
    flags: { settings, port: '1' },
    variables: { CARDEA_PORT: '2', CARDEA_HOST: 'localhost', HOME: '/' },
  })
  assert.equal(found.port, 1)
  assert.equal(found.host, 'localhost')
  assert.equal(found.maxBody, 2048)
  assert.equal(found.logLevel, 'info')
  assert.equal(found.data, resolve('.cardea'))
})

test('the settings file is found by its variable, and need not be there when nobody named it', () => {
  assert.equal(read({ variables: { CARDEA_SETTINGS: file({ port: 7 }) } }).port, 7)
  assert.equal(read({ defaultFile: file({ port: 8 }) }).port, 8)
  assert.match(refusal({ flags: { settings: join(folder, 'gone.json') } }), /gone\.json cannot be read/)
})

test('an unknown variable or setting stops with the nearest valid name', () => {
  assert.equal(
    refusal({ variables: { CARDEA_PROT: '1' } }),
    'CARDEA_PROT is not a variable of Cardea. Did you mean CARDEA_PORT?',
  )
  assert.match(
    refusal({ flags: { settings: file({ tlscert: 'a' }) } }),
    /tlscert is not a setting\. Did you mean tlsCert\?/,
  )
  assert.match(refusal({ flags: { settings: file({ __proto__x: 1 }) } }), /is not a setting/)
})

test('a bad value is refused with its source and what is wanted', () => {
  assert.equal(refusal({ flags: { port: '65536' } }), '--port must be a whole number from 0 to 65535.')
  assert.equal(refusal({ flags: { port: '8e3' } }), '--port must be a whole number from 0 to 65535.')
  assert.equal(refusal({ variables: { CARDEA_EPHEMERAL: 'yes' } }), 'CARDEA_EPHEMERAL must be true or false.')
  assert.match(refusal({ flags: { settings: file({ logLevel: 'loud' }) } }), /logLevel in .* must be one of silent/)
  assert.equal(refusal({ flags: { account: '1234' } }), '--account must be twelve digits.')
  assert.equal(refusal({ flags: { data: '' } }), '--data must be a path.')
  assert.match(refusal({ flags: { settings: file('[]') } }), /must hold one JSON object/)
  assert.match(refusal({ flags: { settings: file('{') } }), /cannot be read/)
})

test('a list is given as commas or as a JSON list', () => {
  assert.deepEqual(read({ flags: { region: 'us-east-1, eu-west-1' } }).region, ['us-east-1', 'eu-west-1'])
  assert.deepEqual(read({ flags: { settings: file({ region: ['local'] }) } }).region, ['local'])
  assert.equal(refusal({ flags: { region: ',' } }), '--region must be names of regions, such as us-east-1,eu-west-1.')
})

test('issuers for local use are URLs, and so is the public one, which ends without a slash', () => {
  const localIssuer = 'http://127.0.0.1:4000, https://id.corp.internal/realms/one'
  assert.deepEqual(read({ flags: { localIssuer } }).localIssuer, localIssuer.split(', '))
  for (const wrong of ['127.0.0.1:4000', 'ftp://a', 'https://a?b', 'https://user@a', 'https://'])
    assert.match(refusal({ flags: { localIssuer: wrong } }) ?? '', /must be URLs that begin with http/)
  assert.equal(read({ flags: { publicUrl: 'https://iam.example.com' } }).publicUrl, 'https://iam.example.com')
  for (const wrong of ['https://iam.example.com/', 'iam.example.com', 'https://a#b'])
    assert.match(refusal({ flags: { publicUrl: wrong } }) ?? '', /must be a URL/)
})
