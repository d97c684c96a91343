import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MfaDevice, ServerCertificate, Store } from '#store'
import { account, addAccount, group, other, user } from './sample.ts'
import type { Subject } from './suite.ts'

/** What holds for the credentials of every store. */
export function credentialSuite({ name, open }: Subject): void {
  const check = (title: string, body: (store: Store) => Promise<void>) =>
    test(title, async () => {
      const { store, close } = await open()
      try {
        await addAccount(store)
        await addAccount(store, other)
        await store.write(account, ({ users }) => users.add(user('AIDA1', 'ann')))
        await body(store)
      } finally {
        await close()
      }
    })
  describe(`credentials: ${name}`, () => {
    passwordTests(check)
    deviceTests(check)
    certificateTests(check)
    credentialTests(check)
  })
}

type Check = (title: string, body: (store: Store) => Promise<void>) => void

function passwordTests(check: Check): void {
  check('a user has one login profile, comes with all of it, and cannot go before it', async (store) => {
    const profile = {
      account,
      userId: 'AIDA1',
      hash: 'h2',
      earlier: ['h1', 'h0'],
      resetRequired: true,
      createdAt: 1,
      changedAt: 2,
    }
    await store.write(account, async ({ loginProfiles, users }) => {
      assert.equal(await loginProfiles.update(profile), false)
      assert.equal(await loginProfiles.add({ ...profile, earlier: [] }), true)
      assert.equal(await loginProfiles.add(profile), false)
      assert.equal(await loginProfiles.update(profile), true)
      assert.deepEqual(await loginProfiles.ofUser('AIDA1'), profile)
      await assert.rejects(users.remove('AIDA1'))
      assert.equal(await loginProfiles.remove('AIDA1'), true)
      assert.equal(await loginProfiles.remove('AIDA1'), false)
      assert.equal(await loginProfiles.ofUser('AIDA1'), undefined)
    })
  })

  check('an account has one password policy, and putting another leaves nothing of the first', async (store) => {
    const least = {
      account,
      minimumLength: 6,
      requireSymbols: false,
      requireNumbers: true,
      requireUppercase: false,
      requireLowercase: true,
      usersMayChange: false,
    }
    await store.write(account, async ({ passwordPolicies }) => {
      await passwordPolicies.put({ ...least, maxAge: 90, reusePrevention: 24, hardExpiry: false })
      assert.equal((await passwordPolicies.of(account))?.hardExpiry, false)
      await passwordPolicies.put(least)
      assert.deepEqual(await passwordPolicies.of(account), least)
      assert.equal(await passwordPolicies.of(other), undefined)
      assert.equal(await passwordPolicies.remove(account), true)
      assert.equal(await passwordPolicies.remove(account), false)
    })
  })
}

function deviceTests(check: Check): void {
  const serial = 'arn:aws:iam::111122223333:mfa/Phone'
  const device: MfaDevice = { account, serial, kind: 'virtual', drift: 0, tags: [], createdAt: 1 }

  check('a serial number is taken in any case of letters, and its seed opens for its account only', async (store) => {
    await store.write(account, async ({ mfaDevices }) => {
      const seed = Buffer.from('seed of forty bytes')
      assert.equal(await mfaDevices.add(device, seed), true)
      assert.equal(await mfaDevices.add({ ...device, serial: serial.toLowerCase() }, seed), false)
      assert.deepEqual(await mfaDevices.bySerial(account, serial), device)
      assert.equal(await mfaDevices.bySerial(other, serial), undefined)
      assert.deepEqual(Buffer.from((await mfaDevices.seed(account, serial)) ?? []), seed)
      assert.equal(await mfaDevices.seed(other, serial), undefined)
    })
  })

  check('steps of codes only rise, and only on a device that somebody has', async (store) => {
    await store.write(account, async ({ mfaDevices }) => {
      await mfaDevices.add(device, Buffer.from('seed'))
      assert.equal(await mfaDevices.accept(serial, { step: 10, drift: 0 }), false)
      await mfaDevices.update({ ...device, userId: 'AIDA1', enabledAt: 5 })
      assert.equal(await mfaDevices.accept(serial, { step: 10, drift: 1 }), true)
      assert.equal(await mfaDevices.accept(serial, { step: 10, drift: 1 }), false)
      assert.equal(await mfaDevices.accept(serial, { step: 9, drift: 0 }), false)
      assert.equal(await mfaDevices.accept(serial, { step: 11, drift: 2 }), true)
      const { lastStep, drift } = (await mfaDevices.bySerial(account, serial)) ?? {}
      assert.deepEqual([lastStep, drift], [11, 2])
    })
  })

  check('devices are found by who has them and counted by whether somebody has', async (store) => {
    const root = { ...device, serial: `${serial}-root`, enabledAt: 3 }
    const key = { ...device, serial: 'key', kind: 'fido', userId: 'AIDA1', enabledAt: 4 } as const
    const certifications = { 'FIDO-FIPS-140-2': 'L1' }
    await store.write(account, async ({ mfaDevices, users }) => {
      await mfaDevices.add(device, Buffer.from('seed'))
      await mfaDevices.add(root, Buffer.from('seed'))
      await mfaDevices.add({ ...key, certifications })
      assert.deepEqual(await mfaDevices.ofUser(account, 'AIDA1'), [{ ...key, certifications }])
      assert.deepEqual(await mfaDevices.ofUser(account, undefined), [root])
      assert.deepEqual(await mfaDevices.list(account), [device, root])
      assert.deepEqual(await mfaDevices.list(account, false), [device])
      assert.deepEqual(await mfaDevices.list(account, true), [root])
      assert.deepEqual(await mfaDevices.count(account), { all: 3, enabled: 2 })
      await assert.rejects(users.remove('AIDA1'))
      assert.equal(await mfaDevices.remove('key'), true)
      assert.equal(await mfaDevices.remove('key'), false)
    })
  })
}

function certificateTests(check: Check): void {
  check('a server certificate keeps body, chain and key when it is renamed, and its key apart', async (store) => {
    const certificate: ServerCertificate = {
      ...group('ASCA1', 'site'),
      body: 'body',
      chain: 'chain',
      expiresAt: 9,
      tags: [{ key: 'a', value: 'b' }],
    }
    await store.write(account, async ({ serverCertificates }) => {
      assert.equal(await serverCertificates.add(certificate, 'the key'), true)
      assert.equal(await serverCertificates.add({ ...certificate, id: 'ASCA2', name: 'SITE' }, 'k'), false)
      const { chain: _, ...bare } = { ...certificate, name: 'moved', body: 'other' }
      assert.equal(await serverCertificates.update(bare), true)
      assert.deepEqual(await serverCertificates.byName(account, 'MOVED'), { ...certificate, name: 'moved' })
      assert.equal(await serverCertificates.privateKey('ASCA1'), 'the key')
      assert.equal(await serverCertificates.count(account), 1)
      assert.equal(await serverCertificates.remove('ASCA1'), true)
      assert.equal(await serverCertificates.privateKey('ASCA1'), undefined)
      assert.equal(await serverCertificates.count(account), 0)
    })
  })

  check('a signing certificate is once in its account', async (store) => {
    const certificate = { id: 'C1', account, fingerprint: 'AA', body: 'b', active: true, createdAt: 1 }
    await store.write(account, async ({ signingCertificates }) => {
      assert.equal(await signingCertificates.add({ ...certificate, userId: 'AIDA1' }), true)
      assert.equal(await signingCertificates.add({ ...certificate, id: 'C2' }), false)
      assert.equal(await signingCertificates.add({ ...certificate, id: 'C3', account: other }), true)
      assert.deepEqual(await signingCertificates.ofUser(account, undefined), [])
      assert.equal(await signingCertificates.setActive('C1', false), true)
      const expected = [{ ...certificate, userId: 'AIDA1', active: false }]
      assert.deepEqual(await signingCertificates.ofUser(account, 'AIDA1'), expected)
      assert.equal(await signingCertificates.remove('C1'), true)
      assert.equal(await signingCertificates.remove('C1'), false)
    })
  })
}

function credentialTests(check: Check): void {
  check('an SSH key is once in its user, and users are apart', async (store) => {
    const key = { id: 'APKA1', account, userId: 'AIDA1', fingerprint: 'f', body: 'b', active: true, createdAt: 1 }
    await store.write(account, async ({ users, sshPublicKeys }) => {
      await users.add(user('AIDA2', 'bob'))
      assert.equal(await sshPublicKeys.add(key), true)
      assert.equal(await sshPublicKeys.add({ ...key, id: 'APKA2' }), false)
      assert.equal(await sshPublicKeys.add({ ...key, id: 'APKA3', userId: 'AIDA2' }), true)
      assert.equal(await sshPublicKeys.setActive('APKA1', false), true)
      assert.deepEqual(await sshPublicKeys.ofUser('AIDA1'), [{ ...key, active: false }])
      assert.equal(await sshPublicKeys.remove('APKA1'), true)
      assert.equal(await sshPublicKeys.remove('APKA1'), false)
    })
  })

  check('a login of a service is taken in the service, and only hash, status and expiry change', async (store) => {
    const credential = {
      id: 'ACCA1',
      account,
      userId: 'AIDA1',
      service: 's',
      login: 'ann-at-1',
      secretHash: 'h',
      active: true,
      createdAt: 1,
    }
    await store.write(account, async ({ serviceCredentials }) => {
      assert.equal(await serviceCredentials.add(credential), true)
      assert.equal(await serviceCredentials.add({ ...credential, id: 'ACCA2' }), false)
      assert.equal(await serviceCredentials.add({ ...credential, id: 'ACCA3', service: 't', expiresAt: 5 }), true)
      assert.deepEqual(await serviceCredentials.logins(account, 's'), ['ann-at-1'])
      assert.equal(await serviceCredentials.update({ ...credential, login: 'x', secretHash: 'i', active: false }), true)
      assert.deepEqual(await serviceCredentials.byId('ACCA1'), { ...credential, secretHash: 'i', active: false })
      const ids = (await serviceCredentials.list(account)).map(({ id }) => id)
      assert.deepEqual(ids, ['ACCA1', 'ACCA3'])
      assert.deepEqual(await serviceCredentials.list(other), [])
      assert.equal((await serviceCredentials.ofUser('AIDA1')).at(1)?.expiresAt, 5)
      assert.equal(await serviceCredentials.remove('ACCA1'), true)
      assert.equal(await serviceCredentials.remove('ACCA1'), false)
    })
  })
}
