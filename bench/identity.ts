/**
 * `sts:GetCallerIdentity`, signed, over HTTP, beside a bare `node:http` server that returns the same bytes.
 * Must reach: at least half of the bare server's answers a second.
 */
import { beside, serve } from './beside.ts'

const { running, url, administrator } = await serve()
await beside(url, {
  title: 'sts:GetCallerIdentity',
  least: 0.5,
  service: 'sts',
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
  credentials: administrator,
})
await running.stop()
