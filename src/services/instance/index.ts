export { type InstanceLog, type InstanceParts, instanceFront, instancePath } from './answer.ts'
