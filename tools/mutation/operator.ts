/** A node of a syntax tree, as far as it matters here. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

/** What is put in the place of a stretch of the text. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Gives: every small change of one node, without those of the nodes below it. */
export function editsOf(node: Node, text: string): readonly Edit[] {
  return operators.get(node.type)?.(node, text) ?? []
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

type Operator = (node: Node, text: string) => readonly Edit[]

const operators: ReadonlyMap<string, Operator> = mapOf({
  BinaryExpression: (node, text) => (binary.get(String(node.operator)) ?? []).map((sign) => signed(node, text, sign)),
  LogicalExpression: logical,
  AssignmentExpression: (node, text) =>
    (assigned.get(String(node.operator)) ?? []).map((sign) => signed(node, text, sign)),
  UnaryExpression: (node, text) =>
    node.operator === '!' || node.operator === '-' ? [whole(node, source(part(node, 'argument'), text))] : [],
  UpdateExpression: (node, text) => [
    whole(node, source(node, text).replace(node.operator === '++' ? '++' : '--', node.operator === '++' ? '--' : '++')),
  ],
  ConditionalExpression: (node) => constants(node, 'test', ['true', 'false']),
  IfStatement: (node) => constants(node, 'test', ['true', 'false']),
  WhileStatement: (node) => constants(node, 'test', ['false']),
  DoWhileStatement: (node) => constants(node, 'test', ['false']),
  ForStatement: (node) => constants(node, 'test', ['false']),
  ForOfStatement: (node) => constants(node, 'right', ['[]']),
  Literal: literal,
  TemplateLiteral: (node) => [whole(node, '``')],
  ArrayExpression: (node) => (Array.isArray(node.elements) && node.elements.length > 0 ? [whole(node, '[]')] : []),
  ArrowFunctionExpression: (node, text) => body(node, text, 'undefined'),
  FunctionDeclaration: (node, text) => body(node, text, 'undefined'),
  MethodDefinition: (node, text) => {
    const value = part(node, 'value')
    return value === undefined ? [] : body(value, text, 'undefined')
  },
  ExpressionStatement: (node) => [whole(node, ';')],
  ReturnStatement: (node) => [whole(node, ';')],
  ThrowStatement: (node) => [whole(node, ';')],
  ContinueStatement: (node) => [whole(node, ';')],
  BreakStatement: (node) => [whole(node, ';')],
  CallExpression: call,
  MemberExpression: (node, text) => {
    const object = part(node, 'object')
    if (node.optional !== true || object === undefined) return []
    const rest = text.slice(object.end, node.end)
    return [{ start: object.end, end: node.end, text: rest.startsWith('?.[') ? rest.slice(2) : rest.slice(1) }]
  },
})

const binary: ReadonlyMap<string, readonly string[]> = mapOf({
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
})

const assigned: ReadonlyMap<string, readonly string[]> = mapOf({
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '|=': ['&='],
  '&=': ['|='],
  '<<=': ['>>='],
  '>>=': ['<<='],
  '>>>=': ['<<='],
})

/** The other method, or `undefined` for a call that is left out. */
const methods: ReadonlyMap<string, readonly (string | undefined)[]> = mapOf({
  startsWith: ['endsWith'],
  endsWith: ['startsWith'],
  some: ['every'],
  every: ['some'],
  indexOf: ['lastIndexOf'],
  lastIndexOf: ['indexOf'],
  toLowerCase: [undefined],
  toUpperCase: [undefined],
  trim: [undefined],
  filter: [undefined],
  slice: [undefined],
  sort: [undefined],
  toSorted: [undefined],
  reverse: [undefined],
  toReversed: [undefined],
  replace: [undefined],
  replaceAll: [undefined],
  push: ['unshift'],
  min: ['max'],
  max: ['min'],
  floor: ['ceil'],
  ceil: ['floor'],
  add: ['has'],
  codePointAt: ['charCodeAt'],
  padStart: [undefined],
  padEnd: [undefined],
})

function mapOf<Value>(entries: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(entries))
}

function logical(node: Node, text: string): readonly Edit[] {
  const left = source(part(node, 'left'), text)
  const right = source(part(node, 'right'), text)
  // What stands behind `list[index] ?? …` is there for the type checker.
  if (node.operator === '??') return isForChecker(node) ? [] : [whole(node, left), whole(node, right)]
  return [signed(node, text, node.operator === '&&' ? '||' : '&&'), whole(node, left), whole(node, right)]
}

/** Whether a node is `list[index] ?? literal`, whose right side never runs. */
export function isForChecker(node: Node): boolean {
  if (node.type !== 'LogicalExpression' || node.operator !== '??') return false
  const right = part(node, 'right')
  const value = right?.type === 'UnaryExpression' && right.operator === '-' ? part(right, 'argument') : right
  return part(node, 'left')?.computed === true && value?.type === 'Literal'
}

function literal(node: Node): readonly Edit[] {
  const { value, raw } = node
  if (typeof value === 'boolean') return [whole(node, String(!value))]
  if (typeof value === 'number') return [whole(node, value === 0 ? '1' : value === 1 ? '0' : String(value + 1))]
  if (typeof value === 'bigint') return [whole(node, `${value + 1n}n`)]
  if (typeof value === 'string') return [whole(node, value === '' ? "'mutated'" : "''")]
  return node.regex === undefined || typeof raw !== 'string' ? [] : expressions(raw).map((other) => whole(node, other))
}

/** Takes: a regular expression as written. */
function expressions(raw: string): readonly string[] {
  const found = new Set<string>()
  if (raw.startsWith('/^')) found.add(`/${raw.slice(2)}`)
  found.add(raw.replace(/\$(?=\/[a-z]*$)/, ''))
  found.add(raw.replace(/(?<=[\])a-z])\+/, ''))
  found.add(raw.replace(/(?<=[\])a-z])\*/, '+'))
  found.add(raw.replace('[^', '['))
  found.add(raw.replace(/\?(?=[/$)])/, ''))
  found.delete(raw)
  found.delete('//')
  return [...found]
}

function call(node: Node): readonly Edit[] {
  const callee = part(node, 'callee')
  const object = callee && part(callee, 'object')
  const property = callee && part(callee, 'property')
  if (callee?.type !== 'MemberExpression' || callee.computed === true || !object || !property) return []
  return (methods.get(String(property.name)) ?? []).map((other) =>
    other === undefined
      ? { start: object.end, end: node.end, text: '' }
      : { start: property.start, end: property.end, text: other },
  )
}

function body(node: Node, text: string, nothing: string): readonly Edit[] {
  const inner = part(node, 'body')
  if (inner === undefined) return []
  if (inner.type === 'BlockStatement') return source(inner, text) === '{}' ? [] : [whole(inner, '{}')]
  return inner.type === 'Identifier' && inner.name === nothing ? [] : [whole(inner, nothing)]
}

function constants(node: Node, member: string, values: readonly string[]): readonly Edit[] {
  const test = part(node, member)
  return test === undefined ? [] : values.map((value) => whole(test, value))
}

/** The node with another sign between its two sides. */
function signed(node: Node, text: string, sign: string): Edit {
  const left = part(node, 'left')
  const right = part(node, 'right')
  if (left === undefined || right === undefined) return whole(node, source(node, text))
  const between = text.slice(left.end, right.start)
  const at = left.end + between.indexOf(String(node.operator))
  return { start: at, end: at + String(node.operator).length, text: sign }
}

function whole({ start, end }: Node, text: string): Edit {
  return { start, end, text }
}

function source(node: Node | undefined, text: string): string {
  return node === undefined ? '' : text.slice(node.start, node.end)
}

function part(node: Node, member: string): Node | undefined {
  const value = node[member]
  return isNode(value) ? value : undefined
}
