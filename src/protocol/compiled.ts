import type { ServiceModel } from '#models'

type Compiled<Takes extends readonly unknown[], Gives> = (...values: Takes) => Gives

/**
 * Keeps what is compiled from a model, so that each name of a service is compiled once.
 *
 * Takes: a compiler, which may ask for other names, and for its own: what it gets then works once the compiler is done.
 */
export function compiledOnce<Takes extends readonly unknown[], Gives>(
  compile: (service: ServiceModel, name: string) => Compiled<Takes, Gives>,
): (service: ServiceModel, name: string) => Compiled<Takes, Gives> {
  const services = new WeakMap<ServiceModel, Map<string, Compiled<Takes, Gives>>>()
  return (service, name) => {
    let byName = services.get(service)
    if (byName === undefined) {
      byName = new Map()
      services.set(service, byName)
    }
    const known = byName.get(name)
    if (known !== undefined) return known
    const kept = byName
    kept.set(name, (...values) => {
      const done = kept.get(name)
      if (done === undefined) throw new Error(`${name} of ${service.name} was used while it was being compiled`)
      return done(...values)
    })
    try {
      const done = compile(service, name)
      kept.set(name, done)
      return done
    } catch (error) {
      kept.delete(name)
      throw error
    }
  }
}

/** A shape of the model. Errors: an `Error` where the model names a shape that it does not have. */
export function shapeOf(service: ServiceModel, name: string) {
  const shape = Object.hasOwn(service.shapes, name) ? service.shapes[name] : undefined
  if (shape === undefined) throw new Error(`the model of ${service.name} has no shape ${name}`)
  return shape
}
