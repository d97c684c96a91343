export { type Change, type Fix, fixesFor } from './fix.ts'
