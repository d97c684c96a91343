/**
 * `sts:AssumeRole`, and `sts:GetCallerIdentity` with a session token, over HTTP, beside a bare `node:http` server that
 * returns answers of the same size.
 * Must reach: at least 40 % and 45 % of the bare server's answers a second.
 */
import { ask, assumable, beside, credentialsIn, serve } from './beside.ts'

const served = await serve()
const { running, url, administrator } = served
const assume = await assumable(served)
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
