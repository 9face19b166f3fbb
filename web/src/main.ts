/** Start the page. */
import './style.css';
import { App } from './app';
import type { Hook } from './hook';

declare global {
  interface Window {
    /** Settles when the first picture is on the screen; tests wait for it. */
    __ready: Promise<void>;
    __sidelook: Hook;
  }
}

const root = document.querySelector<HTMLElement>('#app');
if (!root) throw new Error('The page has no #app.');
const app = new App(root);
window.__sidelook = app.hook;
window.__ready = app.start();
