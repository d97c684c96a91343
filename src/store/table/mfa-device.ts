import type { Kysely } from 'kysely'
import type { MfaDevice } from '../entity.ts'
import type { Keyring } from '../keyring.ts'
import type { MfaDeviceColumns, Schema } from '../schema.ts'
import type { MfaDeviceTable } from '../store.ts'
import { nullable, present, tagsOf, textOfTags } from './column.ts'
import { keyOf } from './named.ts'

export function mfaDeviceTable(db: Kysely<Schema>, keyring: Keyring): MfaDeviceTable {
  const one = (account: string, serial: string) =>
    db.selectFrom('mfaDevice').selectAll().where('account', '=', account).where('serial', '=', serial)
  return {
    add: (device, seed) => add(db, device, seed === undefined ? undefined : keyring.seal(seed, purposeOf(device))),
    async bySerial(account, serial) {
      const row = await one(account, serial).executeTakeFirst()
      return row === undefined ? undefined : deviceOf(row)
    },
    async seed(account, serial) {
      const { dataKey = null, sealed = null } = (await one(account, serial).executeTakeFirst()) ?? {}
      if (dataKey === null || sealed === null) return undefined
      return keyring.open({ dataKey, sealed }, purposeOf({ account, serial }))
    },
    async ofUser(account, userId) {
      const all = db
        .selectFrom('mfaDevice')
        .selectAll()
        .where('account', '=', account)
        .where('enabledAt', 'is not', null)
      const theirs = userId === undefined ? all.where('userId', 'is', null) : all.where('userId', '=', userId)
      return (await theirs.orderBy('serialKey').execute()).map(deviceOf)
    },
    async list(account, enabled) {
      let query = db.selectFrom('mfaDevice').selectAll().where('account', '=', account).where('kind', '=', 'virtual')
      if (enabled !== undefined) query = query.where('enabledAt', enabled ? 'is not' : 'is', null)
      return (await query.orderBy('serialKey').execute()).map(deviceOf)
    },
    count: (account) => count(db, account),
    async update(device) {
      const { serial, account, serialKey: _, kind: __, createdAt: ___, ...columns } = columnsOf(device)
      const query = db.updateTable('mfaDevice').set(columns).where('serial', '=', serial).where('account', '=', account)
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n
    },
    accept: (serial, code) => accept(db, serial, code),
    async remove(serial) {
      const query = db.deleteFrom('mfaDevice').where('serial', '=', serial)
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n
    },
  }
}

async function add(
  db: Kysely<Schema>,
  device: MfaDevice,
  sealed: { readonly dataKey: string; readonly sealed: Uint8Array } | undefined,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('mfaDevice')
    .values({ ...columnsOf(device), ...(sealed ?? { dataKey: null, sealed: null }) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

async function accept(db: Kysely<Schema>, serial: string, { step, drift }: { step: number; drift: number }) {
  const query = db
    .updateTable('mfaDevice')
    .set({ lastStep: step, drift })
    .where('serial', '=', serial)
    .where('enabledAt', 'is not', null)
    .where(({ eb, or }) => or([eb('lastStep', 'is', null), eb('lastStep', '<', step)]))
  return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n
}

async function count(db: Kysely<Schema>, account: string) {
  const counted = await db
    .selectFrom('mfaDevice')
    .select((all) => [all.fn.countAll<number>().as('all'), all.fn.count<number>('enabledAt').as('enabled')])
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  return { all: Number(counted.all), enabled: Number(counted.enabled) }
}

/** What a sealed seed is bound to: it opens nowhere else. */
function purposeOf({ account, serial }: { readonly account: string; readonly serial: string }): string {
  return `mfaDevice:${account}:${serial}`
}

function columnsOf(device: MfaDevice): Omit<MfaDeviceColumns, 'dataKey' | 'sealed'> {
  const { serial, account, kind, drift, createdAt, certifications } = device
  return {
    serial,
    serialKey: keyOf(serial),
    account,
    kind,
    drift,
    createdAt,
    tags: textOfTags(device.tags),
    certifications: certifications === undefined ? null : JSON.stringify(certifications),
    ...nullable({ userId: device.userId, enabledAt: device.enabledAt, lastStep: device.lastStep }),
  }
}

function deviceOf({ serial, account, kind, drift, createdAt, ...row }: MfaDeviceColumns): MfaDevice {
  const { userId, enabledAt, lastStep, certifications } = row
  return {
    account,
    serial,
    kind,
    drift,
    createdAt,
    tags: tagsOf(row.tags),
    // Only `columnsOf` writes the column.
    ...(certifications === null ? {} : { certifications: JSON.parse(certifications) as Record<string, string> }),
    ...present({ userId, enabledAt, lastStep }),
  }
}
