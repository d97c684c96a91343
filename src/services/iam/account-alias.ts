import { iam } from './iam.ts'

export const CreateAccountAlias = iam('CreateAccountAlias', {
  resource: () => '*',

  async run({ AccountAlias }, { account, tables, fault }) {
    // QUIRK: a new alias takes the place of the old one, but the one that the account has already is taken.
    const held = (await tables.accounts.byId(account))?.alias === AccountAlias
    if (held || !(await tables.accounts.setAlias(account, AccountAlias)))
      throw fault('EntityAlreadyExists', `The account alias ${AccountAlias} already exists.`)
    return {}
  },
})

export const ListAccountAliases = iam('ListAccountAliases', {
  resource: () => '*',

  async run(_, { account, tables }) {
    const alias = (await tables.accounts.byId(account))?.alias
    return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
  },
})

export const DeleteAccountAlias = iam('DeleteAccountAlias', {
  resource: () => '*',

  async run({ AccountAlias }, { account, tables, fault }) {
    if ((await tables.accounts.byId(account))?.alias !== AccountAlias)
      throw fault('NoSuchEntity', `The account alias with name ${AccountAlias} cannot be found.`)
    await tables.accounts.setAlias(account, undefined)
    return {}
  },
})
