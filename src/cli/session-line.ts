import type { Command } from 'commander'
import { endSession, listSessions, rotateKeys, showDelegationToken } from './command/session.ts'
import type { Program } from './program.ts'
import type { Add } from './run.ts'

/** Adds the commands about sessions and the keys of their tokens. */
export function addSessions(top: Command, program: Program, add: Add): void {
  const sessions = add({
    parent: top,
    name: 'sessions',
    says: 'show the sessions that go on, newest first',
    takes: ['data'],
    act({ settings, flags, output }) {
      const { of } = flags
      return listSessions({ program, settings }, typeof of === 'string' ? of : undefined, output)
    },
  })
  // Of what follows, too, the commands below this one take their own.
  sessions.option('--of <account>', 'those of one account').enablePositionalOptions()
  add({
    parent: sessions,
    name: 'end',
    says: 'end a session before its time, with those that follow from it',
    takes: ['data'],
    act: ({ settings, words, output }) => endSession({ program, settings }, words[0] ?? '', output),
  }).argument('<id>', 'the id of its access key, ASIA…')
  const delegations = top.command('delegation').description('delegation requests whose token was sent').exitOverride()
  add({
    parent: delegations,
    name: 'token',
    says: 'show the token that whoever asked for a delegation trades in for credentials',
    takes: ['data'],
    act: ({ settings, words, output }) => showDelegationToken({ program, settings }, words[0] ?? '', output),
  }).argument('<id>', 'the id of the delegation request')
  const keys = top.command('keys').description('the keys that seal session tokens').exitOverride()
  add({
    parent: keys,
    name: 'rotate',
    says: 'make a new key; the ones before it open the tokens that they sealed until the last has ended',
    takes: ['data'],
    act: ({ settings, output }) => rotateKeys({ program, settings }, output),
  })
}
