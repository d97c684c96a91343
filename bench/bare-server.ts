/** A `node:http` server that reads the request and returns the answer that it was given: the peer of `identity.ts`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const { headers, body }: Answer = JSON.parse(process.env.ANSWER ?? '{"headers":{},"body":""}')
const { connection, 'keep-alive': keepAlive, date, ...kept } = headers

const server = createServer((request, response) => {
  request.on('data', () => undefined)
  request.on('end', () => {
    response.writeHead(200, kept)
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })))
process.on('SIGTERM', () => process.exit(0))
