/**
 * Filter: plain words over tracks, as `speed > 40 and class = wheeled and not state = coasting`.
 *
 *     any   := all { "or" all }
 *     all   := one { ["and"] one }
 *     one   := "not" one | "(" any ")" | field sign value | number | word
 *     sign  := = | != | < | <= | > | >=        (or the word "is")
 *
 * A number alone is a track, a word alone a class or a state. Speeds, distances and angles are in the units that the
 * screen shows.
 */
import { classWords, STATES } from './words';

/** What a filter may ask of a track. */
export interface FilterRow {
  track: number;
  state: string;
  class: string;
  speed: number;
  heading: number;
  plots: number;
  /** Seconds since the last plot behind it. */
  age: number;
  /** Long half axis of the error ellipse, m. */
  error: number;
  lat: number;
  lon: number;
}

export type Predicate = (row: FilterRow) => boolean;

/** A filter that cannot be read, in words that say what can. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

const NUMBER_FIELDS = ['track', 'speed', 'heading', 'plots', 'age', 'error', 'lat', 'lon'] as const;
const WORD_FIELDS = ['class', 'state'] as const;
type NumberField = (typeof NUMBER_FIELDS)[number];
type WordField = (typeof WORD_FIELDS)[number];

const SIGNS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
const JOINS = new Set(['and', 'or', 'not', '(', ')']);
const TOKEN = /\s*(<=|>=|!=|[<>=()]|"[^"]*"|[^\s<>=!()"]+)/y;

/** The predicate that a text stands for; nothing written lets all pass. Throws `FilterError`. */
export function parseFilter(text: string): Predicate {
  const tokens = tokenize(text);
  if (tokens.length === 0) return () => true;
  const reader = new Reader(tokens);
  const predicate = readAny(reader);
  if (!reader.isAtEnd) throw new FilterError(`"${reader.peek()}" is one too many.`);
  return predicate;
}

class Reader {
  #at = 0;

  constructor(readonly tokens: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  peek(): string {
    return this.tokens[this.#at] ?? '';
  }

  next(expected: string): string {
    if (this.isAtEnd) throw new FilterError(`Something is missing at the end: ${expected}.`);
    this.#at += 1;
    return this.tokens[this.#at - 1];
  }

  /** Take the next word if it is this one. */
  take(word: string): boolean {
    if (this.peek() !== word || this.isAtEnd) return false;
    this.#at += 1;
    return true;
  }
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const lower = text.toLowerCase().trimEnd();
  while (TOKEN.lastIndex < lower.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(lower);
    if (!match) throw new FilterError(`I cannot read "${lower.slice(from).trim()}".`);
    tokens.push(match[1]);
  }
  return tokens;
}

function readAny(reader: Reader): Predicate {
  let left = readAll(reader);
  while (reader.take('or')) {
    const [a, b] = [left, readAll(reader)];
    left = (row) => a(row) || b(row);
  }
  return left;
}

function readAll(reader: Reader): Predicate {
  let left = readOne(reader);
  while (!reader.isAtEnd && reader.peek() !== 'or' && reader.peek() !== ')') {
    reader.take('and');
    const [a, b] = [left, readOne(reader)];
    left = (row) => a(row) && b(row);
  }
  return left;
}

function readOne(reader: Reader): Predicate {
  if (reader.take('not')) {
    const inner = readOne(reader);
    return (row) => !inner(row);
  }
  if (reader.take('(')) {
    const inner = readAny(reader);
    if (!reader.take(')')) throw new FilterError('A bracket is open: ")" is missing.');
    return inner;
  }
  const word = reader.next('a condition such as "speed > 40"');
  if (isNumberField(word)) return readNumberCondition(reader, word);
  if (isWordField(word)) return readWordCondition(reader, word);
  return readWordAlone(reader, word);
}

function readNumberCondition(reader: Reader, field: NumberField): Predicate {
  const compare = SIGNS[readSign(reader, field)];
  const value = Number(unquoted(reader.next(`a number for ${field}`)));
  if (Number.isNaN(value)) throw new FilterError(`${field} is compared with a number.`);
  return (row) => compare(row[field], value);
}

function readWordCondition(reader: Reader, field: WordField): Predicate {
  const sign = readSign(reader, field);
  if (sign !== '=' && sign !== '!=') throw new FilterError(`${field} takes = or !=.`);
  const value = readWords(reader, reader.next(`a ${field}`));
  const known: readonly string[] = field === 'class' ? classWords() : STATES;
  if (!known.includes(value)) throw new FilterError(`There is no ${field} "${value}". There are: ${known.join(', ')}.`);
  return (row) => (row[field] === value) === (sign === '=');
}

function readWordAlone(reader: Reader, first: string): Predicate {
  const number = Number(first);
  if (!Number.isNaN(number)) return (row) => row.track === number;
  const word = readWords(reader, first);
  if (classWords().includes(word)) return (row) => row.class === word;
  if ((STATES as readonly string[]).includes(word)) return (row) => row.state === word;
  const fields = [...NUMBER_FIELDS, ...WORD_FIELDS].join(', ');
  throw new FilterError(`I do not know "${word}". Ask for ${fields}, or name a class or a state.`);
}

/** Names of two words, as "fixed wing", need no quotes. */
function readWords(reader: Reader, first: string): string {
  let words = unquoted(first);
  const names: readonly string[] = [...classWords(), ...STATES];
  while (
    !names.includes(words) &&
    !reader.isAtEnd &&
    !JOINS.has(reader.peek()) &&
    names.some((name) => name.startsWith(`${words} `))
  ) {
    words += ` ${unquoted(reader.next('a word'))}`;
  }
  return words;
}

function readSign(reader: Reader, field: string): string {
  const sign = reader.next(`what ${field} is compared with, such as "${field} = ..."`);
  if (sign === 'is') return reader.take('not') ? '!=' : '=';
  if (!(sign in SIGNS)) throw new FilterError(`After ${field} comes =, !=, <, <=, > or >=, not "${sign}".`);
  return sign;
}

function unquoted(token: string): string {
  return token.replace(/^"|"$/g, '');
}

function isNumberField(word: string): word is NumberField {
  return (NUMBER_FIELDS as readonly string[]).includes(word);
}

function isWordField(word: string): word is WordField {
  return (WORD_FIELDS as readonly string[]).includes(word);
}
