/** What runs statements; the driver comes with it. */
export { runPage } from './run-page.ts';
export { runScript } from './run-script.ts';
