/** A `node:http` server that reads JSON and answers with the JSON that it was given: the peer of `authorizer.ts`. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answer: unknown = JSON.parse(process.env.ANSWER ?? '{}')

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const body = JSON.stringify(answer)
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })))
process.on('SIGTERM', () => process.exit(0))
