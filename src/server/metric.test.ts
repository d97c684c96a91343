import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metric.ts'

test('answers are counted by code, and their durations add up from bucket to bucket', async () => {
  const metrics = createMetrics()
  const call = { service: 'sts', operation: 'GetCallerIdentity' }
  metrics.answered(call, 'OK', 0.0005)
  metrics.answered(call, 'OK', 0.002)
  metrics.answered(call, 'AccessDenied', 7)
  metrics.answered({ service: 'none', operation: 'none' }, 'InvalidAction', 0)
  metrics.decided('allowed')
  metrics.decided('allowed')
  for (const time of ['first', 'second']) {
    const lines = (await metrics.text()).split('\n')
    const labels = 'service="sts",operation="GetCallerIdentity"'
    for (const line of [
      `cardea_requests_total{${labels},code="OK"} 2`,
      `cardea_requests_total{${labels},code="AccessDenied"} 1`,
      'cardea_requests_total{service="none",operation="none",code="InvalidAction"} 1',
      'cardea_decisions_total{decision="allowed"} 2',
      '# TYPE cardea_request_duration_seconds histogram',
      `cardea_request_duration_seconds_bucket{le="0.0005",${labels}} 1`,
      `cardea_request_duration_seconds_bucket{le="0.0025",${labels}} 2`,
      `cardea_request_duration_seconds_bucket{le="5",${labels}} 2`,
      `cardea_request_duration_seconds_bucket{le="+Inf",${labels}} 3`,
      `cardea_request_duration_seconds_sum{${labels}} 7.0025`,
      `cardea_request_duration_seconds_count{${labels}} 3`,
      'cardea_request_duration_seconds_bucket{le="0.0005",service="none",operation="none"} 1',
    ])
      assert.ok(lines.includes(line), `${time} time: ${line}`)
  }
})
