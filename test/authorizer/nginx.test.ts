import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signedHeaders } from './door.ts'
import { type AuthorizerServer, account, serveAuthorizer, token } from './server.ts'

const nginx = '/usr/sbin/nginx'
const skip = existsSync(nginx) ? false : 'nginx is not installed'

let house: AuthorizerServer
let service: Server
let proxy: ChildProcess
let url: string
/** What reached the service behind nginx. */
const reached: { readonly url: string; readonly principal: unknown; readonly body: string }[] = []

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  return port
}

function settings(port: number, folder: string): string {
  const behind = (service.address() as AddressInfo).port
  return `daemon off; master_process off; worker_processes 1;
pid ${folder}/nginx.pid; error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${port};
    location / {
      auth_request /cardea;
      auth_request_set $principal $upstream_http_x_cardea_principal;
      proxy_set_header X-Principal $principal;
      proxy_pass http://127.0.0.1:${behind};
    }
    location = /cardea {
      internal;
      proxy_pass ${house.server.url}/v1/hook/web;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Cardea-Hook-Token ${token};
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Original-Host $http_host;
      proxy_set_header X-Original-Content-Length $http_content_length;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`
}

describe('nginx itself', { skip }, () => {
  before(async () => {
    house = await serveAuthorizer([{ name: 'web', kind: 'nginx', service: 'acme', account, token }])
    service = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      reached.push({ url: request.url ?? '', principal: request.headers['x-principal'], body })
      response.end('a photo')
    }).listen(0, '127.0.0.1')
    await once(service, 'listening')
    const port = await freePort()
    const folder = join(house.folder, 'nginx')
    mkdirSync(folder)
    writeFileSync(join(folder, 'nginx.conf'), settings(port, folder))
    proxy = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: 'ignore' })
    url = `http://127.0.0.1:${port}`
    for (let tries = 0; tries < 100; tries++) {
      const answered = await fetch(url).catch(() => undefined)
      if (answered !== undefined) break
      await new Promise((go) => setTimeout(go, 50))
    }
  })
  after(async () => {
    if (proxy?.kill('SIGTERM')) await once(proxy, 'exit')
    service?.close()
    service?.closeAllConnections()
    await house?.close()
  })

  const ask = async (
    method: string,
    path: string,
    more: { body?: string; headers?: Record<string, string>; sign?: string } = {},
  ) => {
    const { body = '', headers = {}, sign = path } = more
    const signed = signedHeaders({
      ...{ method, path: sign, body: Buffer.from(body), credentials: house.ann, now: Date.now(), service: 'acme' },
      headers: { host: new URL(url).host, ...headers },
    })
    const { host: _, ...others } = signed
    const response = await fetch(`${url}${path}`, { method, headers: others, ...(body === '' ? {} : { body }) })
    return { status: response.status, text: await response.text() }
  }

  test('lets a signed request pass whose signer may do what it wants, and tells the service who it is', async () => {
    assert.deepEqual(await ask('GET', '/photos/1?album=summer'), { status: 200, text: 'a photo' })
    assert.deepEqual(reached.at(-1), {
      url: '/photos/1?album=summer',
      principal: `arn:aws:iam::${account}:user/ann`,
      body: '',
    })
  })

  test('stops whoever may not, did not sign, or signed something else', async () => {
    const before = reached.length
    assert.equal((await ask('DELETE', '/tree/a/b')).status, 403)
    assert.equal((await fetch(`${url}/photos/1`)).status, 401)
    assert.equal((await ask('GET', '/photos/2', { sign: '/photos/1' })).status, 403)
    assert.equal((await ask('GET', '/photos/..%2Fx')).status, 403)
    const forged = { 'x-original-uri': '/photos/1', 'x-original-method': 'GET', 'x-cardea-principal': 'root' }
    assert.equal((await ask('DELETE', '/tree/a', { headers: forged })).status, 403)
    assert.equal(reached.length, before)
  })
})
