/** A store of objects that keeps nothing: what is behind the gateway in `gateway.ts`. An object is as large as its name says. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const block = Buffer.alloc(262_144, 'object')

const server = createServer((incoming, outgoing) => {
  const size = Number(/(\d+)$/.exec(incoming.url ?? '')?.[1] ?? 0)
  incoming.on('data', () => undefined)
  incoming.on('end', () => {
    if (incoming.method === 'PUT') return outgoing.writeHead(200, { 'content-length': 0 }).end()
    outgoing.writeHead(200, { 'content-length': size, etag: '"1"' })
    return give(outgoing, size)
  })
})

function give(outgoing: ServerResponse, left: number): void {
  for (let rest = left; rest > 0; ) {
    const part = rest >= block.length ? block : block.subarray(0, rest)
    rest -= part.length
    if (!outgoing.write(part) && rest > 0) {
      outgoing.once('drain', () => give(outgoing, rest))
      return
    }
  }
  outgoing.end()
}

server.requestTimeout = 0
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })))
process.on('SIGTERM', () => process.exit(0))
