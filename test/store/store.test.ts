import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#store'
import { credentialSuite } from './credential-suite.ts'
import { federationSuite } from './federation-suite.ts'
import { resourceSuite } from './resource-suite.ts'
import { type Subject, storeSuite } from './suite.ts'
import { unitSuite } from './unit-suite.ts'

const subjects: readonly Subject[] = [
  {
    name: 'in memory',
    async open() {
      const store = await openStore({ kind: 'memory' })
      return { store, close: () => store.close() }
    },
  },
  {
    name: 'in a folder',
    async open() {
      const path = mkdtempSync(join(tmpdir(), 'cardea-store-'))
      const store = await openStore({ kind: 'folder', path })
      return {
        store,
        async close() {
          await store.close()
          rmSync(path, { recursive: true })
        },
      }
    },
  },
]

for (const subject of subjects) {
  storeSuite(subject)
  credentialSuite(subject)
  federationSuite(subject)
  resourceSuite(subject)
  unitSuite(subject)
}
