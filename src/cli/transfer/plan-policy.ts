import { arnOf, defaultDocument, type PolicyDetail, type PolicyVersionDetail } from './detail.ts'
import { sameDocument } from './document.ts'
import { add, type EntityPlan, newPlan, skip } from './plan.ts'
import { addTags, firstTags } from './plan-tag.ts'

/** Plans a managed policy: all its versions, the right one the default. */
export function planPolicy(account: string, wanted: PolicyDetail, present: PolicyDetail | undefined): EntityPlan {
  const plan = newPlan(account, 'policy', wanted.name)
  if (present === undefined) create(plan, wanted)
  else if (present.path !== wanted.path)
    skip(plan, `a policy of this name lies at ${present.path}, and a policy cannot be moved`)
  else {
    const PolicyArn = arnOf('policy', account, present)
    if (wanted.description !== undefined && wanted.description !== (present.description ?? ''))
      plan.lost.push('its description: a policy keeps the one that it was made with')
    addVersions(plan, { PolicyArn, wanted, present })
    addTags(plan, { wanted: wanted.tags ?? [], present: present.tags ?? [], owner: { PolicyArn } })
  }
  return plan
}

function create(plan: EntityPlan, wanted: PolicyDetail): void {
  const { name: PolicyName, path: Path, description, versions } = wanted
  const [first, ...later] = versions
  if (first === undefined) return
  plan.state = 'create'
  const Description = description === '' ? undefined : description
  const input = { PolicyName, Path, PolicyDocument: first.document, Description, ...firstTags(plan, wanted.tags) }
  add(plan, { phase: 'policy', operation: 'CreatePolicy', input, says: '' })
  const PolicyArn = arnOf('policy', plan.account, wanted)
  for (const { document, isDefault } of later) addVersion(plan, { PolicyArn, document, SetAsDefault: isDefault })
  if (later.length > 0) plan.notes.push('its versions are numbered from v1')
}

interface Versions {
  readonly PolicyArn: string
  readonly wanted: PolicyDetail
  readonly present: PolicyDetail
}

/** A policy has room for so many versions. */
const most = 5

/** Every document that is wanted becomes a version; of the others the oldest go where there is no room. */
function addVersions(plan: EntityPlan, { PolicyArn, wanted, present }: Versions): void {
  let left: readonly PolicyVersionDetail[] = present.versions
  const holds = (document: string) => left.find((version) => sameDocument(version.document, document))
  const isNeeded = (version: PolicyVersionDetail) =>
    wanted.versions.some(({ document }) => sameDocument(document, version.document)) &&
    !left.some((other) => other !== version && sameDocument(other.document, version.document))
  const makeRoom = () => {
    if (left.length < most) return
    const free = left.filter(({ isDefault }) => !isDefault)
    const victim = free.find((version) => !isNeeded(version)) ?? free[0]
    if (victim === undefined) return
    left = left.filter((version) => version !== victim)
    const input = { PolicyArn, VersionId: victim.id }
    add(plan, { phase: 'policy', operation: 'DeletePolicyVersion', input, says: `to make room, ${victim.id}` })
  }
  const append = (document: string, SetAsDefault: boolean) => {
    makeRoom()
    addVersion(plan, { PolicyArn, document, SetAsDefault })
    const others = SetAsDefault ? left.map((version) => ({ ...version, isDefault: false })) : left
    left = [...others, { id: '', document, isDefault: SetAsDefault }]
  }
  const document = defaultDocument(wanted)
  const held = holds(document)
  if (held === undefined) append(document, true)
  else if (!sameDocument(defaultDocument(present), document)) {
    const input = { PolicyArn, VersionId: held.id }
    add(plan, { phase: 'policy', operation: 'SetDefaultPolicyVersion', input, says: held.id })
    left = left.map((version) => ({ ...version, isDefault: version === held }))
  }
  for (const version of wanted.versions) if (holds(version.document) === undefined) append(version.document, false)
}

function addVersion(
  plan: EntityPlan,
  { document, ...input }: { PolicyArn: string; document: string; SetAsDefault: boolean },
): void {
  const says = input.SetAsDefault ? 'the default' : 'another version'
  const whole = { ...input, PolicyDocument: document }
  add(plan, { phase: 'policy', operation: 'CreatePolicyVersion', input: whole, says })
}
