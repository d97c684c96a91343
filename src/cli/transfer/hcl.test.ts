import assert from 'node:assert/strict'
import { test } from 'node:test'
import { block, Expression, jsonencode, quoted } from './hcl.ts'

test('nothing in a text is a template of Terraform', () => {
  assert.equal(quoted('${aws:username} %{if} $ {'), '"$${aws:username} %%{if} $ {"')
  assert.equal(quoted('a"b\\c\n\b\u007f'), '"a\\"b\\\\c\\n\\u0008\\u007f"')
})

test('a block has its equals signs in columns, as terraform fmt has them', () => {
  const tags = { a: 'b' }
  const policy = jsonencode({ Version: '1', Statement: [{ Sid: '' }], Id: 7 })
  const to = new Expression('x.y')
  assert.equal(
    block('resource "x" "y"', { name: 'n', path: '/', absent: undefined, policy, tags, to, enabled: true }),
    [
      'resource "x" "y" {',
      '  name = "n"',
      '  path = "/"',
      '  policy = jsonencode({',
      '    "Version" = "1"',
      '    "Statement" = [',
      '      {',
      '        "Sid" = ""',
      '      },',
      '    ]',
      '    "Id" = 7',
      '  })',
      '  tags = {',
      '    "a" = "b"',
      '  }',
      '  to      = x.y',
      '  enabled = true',
      '}',
      '',
    ].join('\n'),
  )
})
