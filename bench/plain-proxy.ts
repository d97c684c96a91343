/** A plain reverse proxy of `node:http` and undici, that decides nothing: the peer of `gateway.ts`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { Pool } from 'undici'

const upstream = new URL(process.env.UPSTREAM ?? 'http://127.0.0.1:9')
const pool = new Pool(upstream.origin, { connections: 512 })

const server = createServer((incoming, outgoing) => {
  const { method = 'GET', url: path = '/' } = incoming
  const headers = { ...incoming.headers, host: upstream.host }
  delete headers.connection
  const body = method === 'GET' ? null : incoming
  pool.request({ method, path, headers, body }).then(
    (answer) => {
      const { connection, 'keep-alive': keepAlive, 'transfer-encoding': encoding, ...kept } = answer.headers
      outgoing.writeHead(answer.statusCode, kept)
      pipeline(answer.body, outgoing, () => undefined)
    },
    () => outgoing.destroy(),
  )
})
server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })))
process.on('SIGTERM', () => process.exit(0))
