import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CreateSAMLProviderCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithSAMLCommand, type AssumeRoleWithSAMLCommandInput } from '@aws-sdk/client-sts'
import { createLog } from '#server'
import { issue } from '../../../test/certificate.ts'
import { openFrontDoor } from '../../../test/front-door.ts'
import { createSamlProvider, encrypted, keyBeside, metadataOf, type Said } from '../../../test/saml.ts'
import { makeRole } from '../../../test/server/role.ts'

const lines: string[] = []
const log = createLog('debug', { write: (line) => lines.push(line) })
const door = await openFrontDoor('111122223333', { log })
after(() => door.close())
const { account, iam } = door
const principal = `arn:aws:iam::${account}:saml-provider/corp`
const role = `arn:aws:iam::${account}:role/desk`
const own = 'https://aws.amazon.com/SAML/Attributes/'
const year = 365 * 86_400_000
const idp = createSamlProvider(`${role},${principal}`, door.now)
const reading = issue({ subject: 'sp', type: 'rsa', from: 0, to: door.now() + year })
const forger = issue({ subject: 'idp.example.com', type: 'rsa', from: 0, to: door.now() + year })
const past = issue({ subject: 'idp.example.com', type: 'rsa', from: 0, to: door.now() - year })
const coming = issue({ subject: 'idp.example.com', type: 'rsa', from: door.now() + year, to: door.now() + 2 * year })

await iam.send(
  new CreateSAMLProviderCommand({
    Name: 'corp',
    SAMLMetadataDocument: metadataOf(idp.entityId, [idp.key, past, coming]),
    AddPrivateKey: reading.privateKey,
  }),
)
await iam.send(new CreateSAMLProviderCommand({ Name: 'keyless', SAMLMetadataDocument: idp.metadata }))
for (const name of ['desk', 'other'])
  await makeRole(door, { name, trust: { Federated: principal }, trusted: ['sts:AssumeRoleWithSAML'] })

const good = (said: Said = {}) => idp.sign(idp.response(idp.assertion(said)), 'Assertion')
const whole = (said: Said = {}) => idp.sign(idp.response(idp.assertion(said), said), 'Response')
const sealed = (assertion = idp.sign(idp.assertion(), 'Assertion')) => idp.response(encrypted(assertion, reading))

/** The one assertion of a response, with its signature. */
function assertionIn(xml: string): string {
  return /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)?.[0] ?? ''
}

function signatureIn(xml: string): string {
  return /<Signature [\s\S]*?<\/Signature>/.exec(xml)?.[0] ?? ''
}

/** An assertion about somebody else, without a signature. */
function evil(id = '_evil'): string {
  return idp.assertion({ id, nameId: 'root@example.com' })
}

interface Case {
  readonly xml: string | (() => string)
  /** The code on the wire. Default: `InvalidIdentityToken`. */
  readonly code?: string
  readonly says?: RegExp
  /** What the operator reads. */
  readonly why: RegExp
  readonly input?: Partial<AssumeRoleWithSAMLCommandInput>
}

/** Shapes of signature wrapping: a genuine signature is kept somewhere, and another assertion is to be read. */
const wrapping: Readonly<Record<string, Case>> = {
  'XSW1: the signed response beside a forged one, its signature at the forged one': {
    xml: () => {
      const xml = whole()
      const signature = signatureIn(xml)
      const original = xml.replace(signature, '')
      return xml
        .replace('ID="_r', 'ID="_evil')
        .replace('ID="_a', 'ID="_forged')
        .replace('ann@example.com', 'root@example.com')
        .replace('</Signature>', `<Object>${original}</Object></Signature>`)
    },
    why: /Response is where none may be/,
  },
  'XSW2: the signed response beside its detached signature': {
    xml: () => {
      const xml = whole()
      const original = xml.replace(signatureIn(xml), '')
      return xml
        .replace('ID="_r', 'ID="_evil')
        .replace('ID="_a', 'ID="_forged')
        .replace('ann@example.com', 'root@example.com')
        .replace('<Signature ', `${original}<Signature `)
    },
    why: /Response is where none may be/,
  },
  'XSW3: a forged assertion before the signed one': {
    xml: () => good().replace('<saml:Assertion', `${evil()}<saml:Assertion`),
    why: /more than one assertion/,
  },
  'XSW4: the signed assertion inside of a forged one': {
    xml: () => {
      const xml = good()
      return xml.replace(assertionIn(xml), evil().replace('</saml:Assertion>', `${assertionIn(xml)}</saml:Assertion>`))
    },
    why: /more than one assertion/,
  },
  'XSW5: the forged assertion has the signature, the signed one comes after': {
    xml: () => {
      const xml = good()
      const original = assertionIn(xml)
      const forged = original.replace('ann@example.com', 'root@example.com').replace('ID="_a', 'ID="_evil')
      return xml.replace(original, `${forged}${original.replace(signatureIn(xml), '')}`)
    },
    why: /more than one assertion/,
  },
  'XSW6: the signed assertion inside of the signature of the forged one': {
    xml: () => {
      const xml = good()
      const original = assertionIn(xml)
      const bare = original.replace(signatureIn(xml), '')
      const forged = original.replace('ann@example.com', 'root@example.com').replace('ID="_a', 'ID="_evil')
      return xml.replace(original, forged.replace('</Signature>', `<Object>${bare}</Object></Signature>`))
    },
    why: /more than one assertion/,
  },
  'XSW7: the signed assertion inside of extensions': {
    xml: () => {
      const xml = good()
      const original = assertionIn(xml)
      return xml.replace(original, `<samlp:Extensions>${evil()}</samlp:Extensions>${original}`)
    },
    why: /more than one assertion/,
  },
  'XSW8: the signed assertion inside of an object of the signature': {
    xml: () => {
      const xml = good()
      const original = assertionIn(xml)
      const bare = original.replace(signatureIn(xml), '')
      const signature = signatureIn(xml).replace('</Signature>', `<Object>${bare}</Object></Signature>`)
      return xml.replace(original, evil().replace('</saml:Issuer>', `</saml:Issuer>${signature}`))
    },
    why: /more than one assertion/,
  },
  'the signed assertion under another name of the same id': {
    xml: () => {
      const xml = good()
      const original = assertionIn(xml)
      const id = /ID="(_a\d+)"/.exec(original)?.[1] ?? ''
      const forged = evil(id).replace('</saml:Issuer>', `</saml:Issuer>${signatureIn(xml)}`)
      const hidden = original.replace(signatureIn(xml), '').replaceAll('saml:Assertion', 'saml:Advice')
      return xml.replace(original, `${forged}<samlp:Extensions>${hidden}</samlp:Extensions>`)
    },
    why: /two elements have the id/,
  },
  'a forged assertion with the signature of another': {
    xml: () => {
      const xml = good()
      return xml.replace(assertionIn(xml), evil().replace('</saml:Issuer>', `</saml:Issuer>${signatureIn(xml)}`))
    },
    why: /something else than its parent/,
  },
  'an assertion deeper than the response': {
    xml: () => {
      const xml = good()
      return xml.replace(assertionIn(xml), `<samlp:Extensions>${assertionIn(xml)}</samlp:Extensions>`)
    },
    why: /not directly inside the response/,
  },
  'an assertion of another namespace': {
    xml: () => good().replaceAll('urn:oasis:names:tc:SAML:2.0:assertion', 'urn:oasis:names:tc:SAML:1.0:assertion'),
    why: /not directly inside the response/,
  },
  'a signature beside the assertion': {
    xml: () => {
      const xml = good()
      const signature = signatureIn(xml)
      return xml
        .replace(signature, '')
        .replace('<samlp:Status>', `<samlp:Extensions>${signature}</samlp:Extensions><samlp:Status>`)
    },
    why: /a signature is where none may be/,
  },
  'two signatures': {
    xml: () => {
      const xml = good()
      return xml.replace(signatureIn(xml), signatureIn(xml).repeat(2))
    },
    why: /more than one signature/,
  },
  'two references': {
    xml: () => good().replace(/<Reference [\s\S]*<\/Reference>/, (one) => one.repeat(2)),
    why: /not exactly one of each/,
  },
  'an assertion inside of a signed assertion': {
    xml: () => idp.sign(idp.response(idp.assertion({ more: `<saml:Advice>${evil()}</saml:Advice>` })), 'Response'),
    why: /more than one assertion/,
  },
  'a wrapped assertion that was encrypted': {
    xml: () =>
      sealed(evil().replace('</saml:Assertion>', `${idp.sign(idp.assertion(), 'Assertion')}</saml:Assertion>`)),
    why: /encrypted: an element Assertion is where none may be/,
  },
}

const markup: Readonly<Record<string, Case>> = {
  'a comment in a name': {
    xml: () => good().replace('ann@example.com', 'ann@<!-- -->example.com'),
    why: /a comment/,
  },
  'a comment in a value that was signed with it': {
    xml: () => whole({ own: { RoleSessionName: ['root<!-- -->.ann'] } }),
    why: /a comment/,
  },
  'a comment in an assertion that was encrypted': {
    xml: () => sealed(idp.sign(idp.assertion(), 'Assertion').replace('ann@', 'ann@<!-- -->')),
    why: /encrypted: it has a document type, a comment/,
  },
  'a CDATA section': { xml: () => good().replace('ann@', '<![CDATA[ann@]]>'), why: /CDATA/ },
  'a processing instruction': { xml: () => good().replace('ann@', 'ann@<?x y?>'), why: /processing instruction/ },
  'a document type': { xml: () => `<!DOCTYPE x>${good()}`, why: /document type/ },
  'an entity of a file': {
    xml: () => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${good().replace('ann@', '&e;')}`,
    why: /document type/,
  },
  'an entity of a URL': {
    xml: () => `<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/">%e;]>${good()}`,
    why: /document type/,
  },
  'entities that grow': {
    xml: () => `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${good().replace('ann@', '&b;')}`,
    why: /document type/,
  },
  'a document type in an assertion that was encrypted': {
    xml: () => sealed(`<!DOCTYPE x [<!ENTITY a "b">]>${idp.sign(idp.assertion(), 'Assertion')}`),
    why: /encrypted: it has a document type/,
  },
  'an entity that is not defined': { xml: () => good().replace('ann@', '&e;'), why: /not well-formed/ },
  'elements that are nested deep': {
    xml: () => idp.response(`${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`),
    why: /nested too deep/,
  },
  'very many elements': {
    xml: () => idp.response(`${idp.assertion()}${'<a/>'.repeat(1000)}`),
    why: /more than 1000 elements/,
  },
  'very many attributes': {
    xml: () => idp.response(`<a ${Array.from({ length: 2000 }, (_, at) => `b${at}=''`).join(' ')}/>${idp.assertion()}`),
    why: /more than 2000 attributes/,
  },
  'ids of another case': { xml: () => good().replaceAll('ID="', 'Id="'), why: /has no ID that is a name/ },
  'half a document': { xml: () => good().slice(0, 900), why: /not well-formed/ },
  'no XML': { xml: 'a word', why: /not well-formed/ },
  'another document': { xml: () => idp.metadata, code: 'IDPRejectedClaim', why: /check status/ },
  'bytes that are no text': { xml: '', input: { SAMLAssertion: '//79/A==' }, why: /not UTF-8/ },
  'text that is no Base64': { xml: '', input: { SAMLAssertion: '<a>b</a>' }, why: /not Base64/ },
}

const trusted: Readonly<Record<string, Case>> = {
  'no signature': { xml: () => idp.response(idp.assertion()), why: /neither .* is signed/ },
  'an encrypted assertion without a signature': { xml: () => sealed(idp.assertion()), why: /neither .* is signed/ },
  'a signature that was taken away': {
    xml: () => {
      const xml = good()
      return xml.replace(signatureIn(xml), '')
    },
    why: /neither .* is signed/,
  },
  'the signature of another key': {
    xml: () => idp.sign(idp.response(idp.assertion()), 'Assertion', { by: forger }),
    why: /not by a certificate of the provider/,
  },
  'another key that the document brings along': {
    xml: () => {
      const body = forger.body.replace(/-----[^-]+-----|\s/g, '')
      const info = `<KeyInfo><X509Data><X509Certificate>${body}</X509Certificate></X509Data></KeyInfo>`
      const xml = idp.sign(idp.response(idp.assertion()), 'Response', { by: forger })
      return xml.replace('</Signature>', `${info}</Signature>`)
    },
    why: /not by a certificate of the provider/,
  },
  'a key whose certificate is over': {
    xml: () => idp.sign(idp.response(idp.assertion()), 'Assertion', { by: past }),
    why: /not by a certificate of the provider/,
  },
  'a key whose certificate is still to come': {
    xml: () => idp.sign(idp.response(idp.assertion()), 'Assertion', { by: coming }),
    why: /not by a certificate of the provider/,
  },
  'a good response around an assertion that somebody else signed': {
    xml: () => idp.sign(idp.sign(idp.response(idp.assertion()), 'Assertion', { by: forger }), 'Response'),
    why: /signature of the assertion is not by/,
  },
  'a good assertion in a response that somebody else signed': {
    xml: () => idp.sign(good(), 'Response', { by: forger }),
    why: /signature of the response is not by/,
  },
  'an encrypted assertion that somebody else signed': {
    xml: () => sealed(idp.sign(idp.assertion(), 'Assertion', { by: forger })),
    why: /signature of the encrypted assertion is not by/,
  },
  'an assertion encrypted for somebody else': {
    xml: () => idp.response(encrypted(idp.sign(idp.assertion(), 'Assertion'), forger)),
    why: /no private key of the provider opens/,
  },
  'an encrypted assertion for a provider without a key': {
    xml: () => sealed(),
    input: { PrincipalArn: `arn:aws:iam::${account}:saml-provider/keyless` },
    why: /provider has no private key/,
  },
  'a weak key cipher': {
    xml: () => sealed().replace('#rsa-oaep-mgf1p', '#rsa-1_5'),
    why: /the key cipher .*rsa-1_5 is not taken/,
  },
  'a weak cipher': {
    xml: () =>
      sealed().replace('http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc'),
    why: /the cipher .*tripledes-cbc is not taken/,
  },
  'a cipher text that was changed': {
    xml: () => sealed().replace(/(<\/ds:KeyInfo>.*<xenc:CipherValue>.{40})./, (_, before: string) => `${before}+`),
    why: /no private key of the provider opens/,
  },
  'a key that is to be found by a path': {
    xml: () => idp.response(keyBeside(encrypted(idp.assertion(), reading)).replaceAll('_k1', "x' or '1'='1")),
    why: /takes its key from elsewhere/,
  },
  'a signature with SHA-1': {
    xml: () => idp.sign(idp.response(idp.assertion()), 'Assertion', { algorithm: 'sha1' }),
    why: /signature algorithm .*rsa-sha1 is not taken/,
  },
  'a digest with SHA-1': {
    xml: () => idp.sign(idp.response(idp.assertion()), 'Assertion', { digest: 'sha1' }),
    why: /digest algorithm .*sha1 is not taken/,
  },
  'a signature with a shared secret': {
    xml: () =>
      good().replace(
        'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      ),
    why: /signature algorithm .*hmac-sha1 is not taken/,
  },
  'a transform that picks': {
    xml: () =>
      good().replace(
        'http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>',
        'http://www.w3.org/TR/1999/REC-xslt-19991116"/></Transforms>',
      ),
    why: /has the transforms .*xslt/,
  },
  'a name that was changed': {
    xml: () => good().replace('ann@example.com', 'eve@example.com'),
    why: /not by a certificate of the provider/,
  },
  'an attribute that was added': {
    xml: () =>
      whole().replace(
        '</saml:AttributeStatement>',
        `<saml:Attribute Name="${own}SourceIdentity"/></saml:AttributeStatement>`,
      ),
    why: /not by a certificate of the provider/,
  },
}

const minute = 60_000
const late = { code: 'ExpiredTokenException' }
const contents: Readonly<Record<string, Case>> = {
  'another issuer': {
    xml: () => good({ issuer: 'https://evil.example.com' }),
    says: /^Issuer not present in specified provider$/,
    why: /check issuer: expected https:\/\/idp.example.com\/saml, actual https:\/\/evil/,
  },
  'a response of another issuer': {
    xml: () => idp.sign(idp.response(idp.assertion(), { issuer: 'https://evil.example.com' }), 'Assertion'),
    why: /check issuer/,
  },
  'another audience': {
    xml: () => good({ audience: 'urn:example' }),
    says: /required audience/,
    why: /check audience: expected urn:amazon:webservices .* actual urn:example/,
  },
  'no audience': {
    xml: () =>
      idp.sign(
        idp.response(idp.assertion().replace(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, '')),
        'Assertion',
      ),
    why: /check audience: .*actual \(absent\)/,
  },
  'another recipient': { xml: () => good({ recipient: 'https://evil.example.com' }), why: /check recipient/ },
  'a recipient with a similar name': {
    xml: () => good({ recipient: 'https://signin.aws.amazon.com/saml.evil.example.com' }),
    why: /check recipient/,
  },
  'the recipient of another provider': {
    xml: () => good({ recipient: 'https://signin.aws.amazon.com/saml/acs/ASAMLOTHER' }),
    why: /check recipient/,
  },
  'another destination': {
    xml: () => idp.sign(idp.response(idp.assertion(), { recipient: 'https://evil.example.com' }), 'Assertion'),
    why: /check recipient/,
  },
  'an assertion that is too old': {
    xml: () => good({ issuedAt: door.now() - 6 * minute, confirmedUntil: door.now() + minute }),
    ...late,
    says: /^Token must be redeemed within 5 minutes of issuance$/,
    why: /check redemption/,
  },
  'an assertion of the future': { xml: () => good({ issuedAt: door.now() + 2 * minute }), why: /check issued/ },
  'conditions that are over': {
    xml: () => good({ notOnOrAfter: door.now() - minute }),
    ...late,
    why: /check expiry/,
  },
  'conditions that do not hold yet': { xml: () => good({ notBefore: door.now() + 61_000 }), why: /check not before/ },
  'a confirmation that is over': {
    xml: () => good({ confirmedUntil: door.now() - minute }),
    ...late,
    why: /check confirmation expiry/,
  },
  'a session that is over': {
    xml: () => good({ authentication: ` SessionNotOnOrAfter="${new Date(door.now()).toISOString()}"` }),
    ...late,
    why: /check session end/,
  },
  'a time without a zone': {
    xml: () => good({ authentication: ' SessionNotOnOrAfter="2036-01-01T00:00:00"' }),
    why: /a time of it is none/,
  },
  'a condition that nobody understands': {
    xml: () =>
      idp.sign(
        idp.response(idp.assertion().replace('</saml:Conditions>', '<saml:Condition/></saml:Conditions>')),
        'Assertion',
      ),
    why: /condition Condition is not understood/,
  },
  'two subject confirmations': {
    xml: () =>
      idp.sign(
        idp.response(
          idp.assertion().replace(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/, (one) => one.repeat(2)),
        ),
        'Assertion',
      ),
    why: /more than one SubjectConfirmation/,
  },
  'no subject': {
    xml: () => idp.sign(idp.response(idp.assertion().replace(/<saml:Subject>.*<\/saml:Subject>/, '')), 'Assertion'),
    why: /no Subject/,
  },
  'no name': { xml: () => good({ nameId: ' ' }), why: /NameID is empty/ },
  'elements in a name': { xml: () => good({ nameId: '<b>ann</b>' }), why: /NameID has elements/ },
  'elements in a value': { xml: () => good({ own: { SourceIdentity: ['<b>ann</b>'] } }), why: /is no text/ },
  'an attribute twice': {
    xml: () => good({ more: `<saml:AttributeStatement><saml:Attribute Name="${own}Role"/></saml:AttributeStatement>` }),
    why: /the attribute .*Role twice/,
  },
  'no role': {
    xml: () => good({ own: { Role: undefined } }),
    code: 'AccessDenied',
    says: /^Not authorized to perform sts:AssumeRoleWithSAML$/,
    why: /check role: .*actual \(absent\)/,
  },
  'the role of another call': {
    xml: () => good(),
    input: { RoleArn: `arn:aws:iam::${account}:role/other` },
    code: 'AccessDenied',
    why: /check role: expected .*role\/other/,
  },
  'a role by another provider': {
    xml: () => good({ own: { Role: [`${role},arn:aws:iam::${account}:saml-provider/other`] } }),
    code: 'AccessDenied',
    why: /check role/,
  },
  'a role and a provider of different pairs': {
    xml: () => good({ own: { Role: [`${role},${role}`, `${principal},${principal}`] } }),
    code: 'AccessDenied',
    why: /check role/,
  },
  'no session name': {
    xml: () => good({ own: { RoleSessionName: undefined } }),
    says: /^RoleSessionName is required in AuthnResponse$/,
    why: /check session/,
  },
  'a session name that is none': {
    xml: () => good({ own: { RoleSessionName: ['a/b'] } }),
    says: /^RoleSessionName in AuthnResponse must match/,
    why: /check session/,
  },
  'a source identity of AWS': {
    xml: () => good({ own: { SourceIdentity: ['aws:x'] } }),
    says: /^Source Identity must match/,
    why: /check session/,
  },
  'two values of a source identity': {
    xml: () => good({ own: { SourceIdentity: ['ann', 'bob'] } }),
    why: /check session/,
  },
  'a duration that is none': { xml: () => good({ own: { SessionDuration: ['1e9'] } }), why: /check session/ },
  'two values of a tag': { xml: () => good({ own: { 'PrincipalTag:a': ['1', '2'] } }), why: /check session/ },
  'a provider that could authenticate nobody': {
    xml: () => good().replace('status:Success', 'status:Responder'),
    code: 'IDPRejectedClaim',
    why: /check status/,
  },
  'a provider that is not there': {
    xml: () => good(),
    input: { PrincipalArn: `arn:aws:iam::${account}:saml-provider/nobody` },
    says: /^Specified provider doesn't exist$/,
    why: /check provider/,
  },
  'a provider of another account': {
    xml: () => good(),
    input: { PrincipalArn: 'arn:aws:iam::444455556666:saml-provider/corp' },
    why: /check provider/,
  },
}

function call(xml: string, more: Partial<AssumeRoleWithSAMLCommandInput> = {}) {
  const SAMLAssertion = Buffer.from(xml).toString('base64')
  return door.sts.send(
    new AssumeRoleWithSAMLCommand({ RoleArn: role, PrincipalArn: principal, SAMLAssertion, ...more }),
  )
}

for (const cases of [wrapping, markup, trusted, contents])
  for (const [what, { xml, code = 'InvalidIdentityToken', says = /./, why, input }] of Object.entries(cases))
    test(`${what} is refused with ${code}, and the log says why`, async () => {
      lines.length = 0
      await assert.rejects(call(typeof xml === 'string' ? xml : xml(), input), (error: Error & { Code?: string }) => {
        assert.equal(error.Code, code, error.message)
        assert.match(error.message, says)
        return true
      })
      const told = lines.map((line): { detail?: string } => JSON.parse(line)).find(({ detail }) => detail !== undefined)
      assert.match(told?.detail ?? '', why)
    })

test('an assertion is taken once, whatever it is sent in', async () => {
  const xml = good()
  await call(xml)
  for (const again of [xml, `${xml}\n`, xml.replace(/ID="_r\d+"/, 'ID="_other"')])
    await assert.rejects(call(again), { name: 'IDPRejectedClaimException' })
  await call(good())
})

test('clocks may differ by less than a minute', async () => {
  await call(good({ issuedAt: door.now() + 59_000 }))
  await call(good({ notOnOrAfter: door.now() - 59_000 }))
  await call(good({ issuedAt: door.now() - 359_000, confirmedUntil: door.now() + 1 }))
})

test('an assertion that is too long for the call is refused', async () => {
  await assert.rejects(call('x'.repeat(80_000)), { name: 'ValidationError' })
})

test('refused words of a provider are recorded with their reason; those of strangers are not', async () => {
  await assert.rejects(call(good({ audience: 'urn:recorded' })))
  await assert.rejects(call(idp.response(idp.assertion())))
  await door.store.write(account, async () => undefined)
  const records = await door.store.read(({ audit }) => audit.list(account, { limit: 500 }))
  for (const { request } of records)
    if (request !== undefined && 'SAMLAssertion' in request) assert.equal(request['SAMLAssertion'], 'HIDDEN')
  const details = records.map(({ errorDetail = '' }) => errorDetail)
  assert.ok(details.some((one) => one.includes('urn:recorded')))
  assert.ok(!details.some((one) => /check (?:form|signature|status|provider)/.test(one)))
})
