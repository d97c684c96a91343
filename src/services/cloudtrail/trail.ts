import { cloudtrail } from './cloudtrail.ts'

// DIFFERS: nobody makes trails here, for the audit trail is always on (decision 0010). These tell that there are none.

/** Every trail: none. */
export const DescribeTrails = cloudtrail('DescribeTrails', {
  writes: false,
  resource: () => '*',
  run: async () => ({ trailList: [] }),
})

/** The names of every trail: none. */
export const ListTrails = cloudtrail('ListTrails', {
  writes: false,
  resource: () => '*',
  run: async () => ({ Trails: [] }),
})

/** One trail, which is not there. */
export const GetTrail = cloudtrail('GetTrail', {
  writes: false,
  resource: ({ Name }, { caller }) => trailArn(Name, caller),
  run: async ({ Name }, { fault }) => {
    throw fault('TrailNotFound', unknown(Name))
  },
})

/** How a trail fares, which is not there. */
export const GetTrailStatus = cloudtrail('GetTrailStatus', {
  writes: false,
  resource: ({ Name }, { caller }) => trailArn(Name, caller),
  run: async ({ Name }, { fault }) => {
    throw fault('TrailNotFound', unknown(Name))
  },
})

/** What a trail records, which is not there. */
export const GetEventSelectors = cloudtrail('GetEventSelectors', {
  writes: false,
  resource: ({ TrailName }, { caller }) => trailArn(TrailName, caller),
  run: async ({ TrailName }, { fault }) => {
    throw fault('TrailNotFound', unknown(TrailName))
  },
})

/** Takes: the name of a trail, or its ARN. */
function trailArn(name: string, { region, account }: { readonly region: string; readonly account: string }): string {
  return name.startsWith('arn:') ? name : `arn:aws:cloudtrail:${region}:${account}:trail/${name}`
}

function unknown(name: string): string {
  const shown = name.length <= 128 ? name : `${name.slice(0, 128).toWellFormed()}…`
  return `Unknown trail: ${shown}`
}
