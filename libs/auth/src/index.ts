export { auth, type AuthOptions } from './auth.ts';
