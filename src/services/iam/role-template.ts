import { Fault } from '#protocol'
import { iam } from './iam.ts'

// Role templates belong to AWS's services: `arn:aws:iam::aws:role-template/SERVICE/NAME:MAJOR`. Nobody else can make one,
// and AWS publishes none of them, so that there is none here.

export const AcquireRole = iam('AcquireRole', {
  // The roles that a template makes need the permissions of their parts; there is no action of this name.
  action: null,
  resource: ({ TemplateArn }) => TemplateArn,

  async run({ TemplateArn }) {
    throw missing(TemplateArn)
  },
})

export const GetRoleTemplateVersion = iam('GetRoleTemplateVersion', {
  resource: ({ TemplateArn }) => TemplateArn,

  async run({ TemplateArn }) {
    throw missing(TemplateArn)
  },
})

const templateArn = /^arn:aws:iam::aws:role-template\/[a-z0-9.-]+\/[\w+=,.@-]+:\d{1,9}$/

function missing(arn: string): Fault {
  // QUIRK: the model lists no errors for these operations; their pages do.
  if (arn.length < 20 || arn.length > 2048 || !templateArn.test(arn))
    return new Fault({ code: 'InvalidInput', status: 400, message: `ARN ${arn.slice(0, 2048)} is not valid.` })
  return new Fault({ code: 'NoSuchEntity', status: 404, message: `The role template ${arn} cannot be found.` })
}
