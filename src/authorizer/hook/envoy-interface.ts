import type { fromJSON } from '@grpc/proto-loader'

type Interface = Parameters<typeof fromJSON>[0]

/**
 * The part of Envoy's `envoy.service.auth.v3` that is read and answered here, as protobuf describes itself in JSON.
 * Members that are not listed are skipped when they are read, as protobuf wants it.
 * Source: Envoy API, external_auth.proto, attribute_context.proto, address.proto, base.proto, http_status.proto; google.rpc.Status.
 */
const described: object = {
  nested: {
    envoy: {
      nested: {
        service: { nested: { auth: { nested: { v3: { nested: authorization() } } } } },
        config: { nested: { core: { nested: { v3: { nested: core() } } } } },
        type: {
          nested: { v3: { nested: { HttpStatus: { fields: { code: { type: 'int32', id: 1 } } } } } },
        },
      },
    },
    google: {
      nested: {
        rpc: {
          nested: { Status: { fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } } } },
        },
      },
    },
  },
}

// The declared type knows no maps, which the library reads.
export const envoyInterface = described as Interface

/** The full of the service. */
export const envoyService = 'envoy.service.auth.v3.Authorization'

function authorization(): object {
  return {
    Authorization: { methods: { Check: { requestType: 'CheckRequest', responseType: 'CheckResponse' } } },
    CheckRequest: { fields: { attributes: { type: 'AttributeContext', id: 1 } } },
    CheckResponse: {
      oneofs: { httpResponse: { oneof: ['deniedResponse', 'okResponse'] } },
      fields: {
        status: { type: 'google.rpc.Status', id: 1 },
        deniedResponse: { type: 'DeniedHttpResponse', id: 2 },
        okResponse: { type: 'OkHttpResponse', id: 3 },
      },
    },
    DeniedHttpResponse: {
      fields: {
        status: { type: 'envoy.type.v3.HttpStatus', id: 1 },
        headers: { rule: 'repeated', type: 'envoy.config.core.v3.HeaderValueOption', id: 2 },
        body: { type: 'string', id: 3 },
      },
    },
    OkHttpResponse: {
      fields: { headers: { rule: 'repeated', type: 'envoy.config.core.v3.HeaderValueOption', id: 2 } },
    },
    AttributeContext: {
      fields: {
        source: { type: 'Peer', id: 1 },
        request: { type: 'Request', id: 4 },
        contextExtensions: { keyType: 'string', type: 'string', id: 10 },
      },
      nested: {
        Peer: { fields: { address: { type: 'envoy.config.core.v3.Address', id: 1 } } },
        Request: { fields: { http: { type: 'HttpRequest', id: 2 } } },
        HttpRequest: {
          fields: {
            method: { type: 'string', id: 2 },
            headers: { keyType: 'string', type: 'string', id: 3 },
            path: { type: 'string', id: 4 },
            host: { type: 'string', id: 5 },
            scheme: { type: 'string', id: 6 },
            size: { type: 'int64', id: 9 },
            body: { type: 'string', id: 11 },
            rawBody: { type: 'bytes', id: 12 },
          },
        },
      },
    },
  }
}

function core(): object {
  return {
    Address: {
      oneofs: { address: { oneof: ['socketAddress'] } },
      fields: { socketAddress: { type: 'SocketAddress', id: 1 } },
    },
    SocketAddress: { fields: { address: { type: 'string', id: 2 } } },
    HeaderValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    HeaderValueOption: { fields: { header: { type: 'HeaderValue', id: 1 } } },
  }
}
