export { authorizeFront, type Front, groundOf } from './front.ts'
