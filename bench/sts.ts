/**
 * `sts:AssumeRole`, and `sts:GetCallerIdentity` with a session token, over HTTP, beside a bare `node:http` server that
 * returns answers of the same size.
 * Must reach: at least 40 % and 45 % of the bare server's answers a second.
 */
import { ask, beside, type Credentials, serve } from './beside.ts'

const { running, url, administrator, accountId } = await serve()
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: 'sts:AssumeRole' }],
}
const role = new URLSearchParams({
  Action: 'CreateRole',
  Version: '2010-05-08',
  RoleName: 'bench',
  AssumeRolePolicyDocument: JSON.stringify(trust),
})
await ask(url, { service: 'iam', body: role.toString(), credentials: administrator })
const assume = new URLSearchParams({
  Action: 'AssumeRole',
  Version: '2011-06-15',
  RoleArn: `arn:aws:iam::${accountId}:role/bench`,
  RoleSessionName: 'bench',
}).toString()
const session = credentialsIn(await ask(url, { service: 'sts', body: assume, credentials: administrator }))
await beside(url, {
  title: 'sts:GetCallerIdentity with a session token',
  least: 0.45,
  service: 'sts',
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
  credentials: session,
})
await beside(url, { title: 'sts:AssumeRole', least: 0.4, service: 'sts', body: assume, credentials: administrator })
await running.stop()

function credentialsIn(answer: string): Credentials {
  const text = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? ''
  return {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  }
}
