/** Notices: what is loading, what went wrong and what to do about it, and the empty archive. */
import { h } from '../dom';
import type { Alarm } from '../server';
import type { Session } from '../session';

const COMMAND = 'sidelook run FILE.4607';
const SAY_LOADING_AFTER_MS = 400;

export class Notices {
  readonly element = h('div', { class: 'notices', 'aria-live': 'polite' });
  readonly #shown = new Map<string, HTMLElement>();
  #loadingSince = 0;
  #alarms = '';

  /** Show a notice under a name, in place of the one with that name. */
  say(name: string, text: string, level: 'info' | 'error' = 'info'): void {
    const known = this.#shown.get(name);
    if (known?.dataset.text === text) return;
    const notice = h(
      'p',
      { class: `notice ${level}`, 'data-text': text, role: level === 'error' ? 'alert' : null },
      text,
    );
    this.#put(name, notice);
  }

  sayEmpty(): void {
    const button = h('button', { onclick: () => void this.#copy(button) }, 'Copy');
    const line = h('p', { class: 'empty' }, 'Nothing is recorded yet: start with ', h('code', {}, COMMAND), button);
    this.#put('empty', line);
  }

  clear(name: string): void {
    this.#shown.get(name)?.remove();
    this.#shown.delete(name);
  }

  showAlarms(alarms: readonly Alarm[]): void {
    const key = alarms.map((alarm) => alarm.text).join('\n');
    if (key === this.#alarms) return;
    this.#alarms = key;
    for (const name of [...this.#shown.keys()]) if (name.startsWith('alarm ')) this.clear(name);
    alarms.forEach((alarm, number) =>
      this.say(`alarm ${number}`, alarm.text, alarm.level === 'error' ? 'error' : 'info'),
    );
  }

  /** Loading that takes a while, and history that does not come. */
  showTrouble(session: Session): void {
    const { history } = session;
    if (history.error) this.say('history', history.error, 'error');
    else this.clear('history');
    if (history.pending === 0) this.#loadingSince = 0;
    else this.#loadingSince ||= performance.now();
    const long = this.#loadingSince > 0 && performance.now() - this.#loadingSince > SAY_LOADING_AFTER_MS;
    if (history.awaited)
      this.say('chunks', 'The recording has not been worked through this far yet; it goes on by itself.');
    else if (long) this.say('chunks', `Loading ${5 * history.pending} minutes of history …`);
    else this.clear('chunks');
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    await navigator.clipboard.writeText(COMMAND).then(
      () => (button.textContent = 'Copied'),
      () => (button.textContent = 'Select and copy it by hand'),
    );
  }

  #put(name: string, element: HTMLElement): void {
    const known = this.#shown.get(name);
    if (known) known.replaceWith(element);
    else this.element.append(element);
    this.#shown.set(name, element);
  }
}
