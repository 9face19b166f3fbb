/** Words for the numbers of the standard and of the tracker. */

export const STATES = ['tentative', 'confirmed', 'coasting', 'stopped', 'lost'] as const;

/** Target classes of STANAG 4607, D32.10, in plain words; what is not listed is unknown. */
const CLASSES: Readonly<Record<number, string>> = {
  1: 'tracked',
  2: 'wheeled',
  3: 'rotary wing',
  4: 'fixed wing',
  5: 'rotator',
  6: 'maritime',
  7: 'beacon',
  8: 'amphibious',
  9: 'person',
  10: 'vehicle',
  11: 'animal',
  12: 'large land',
  13: 'large maritime',
  14: 'clutter',
  15: 'phantom',
  16: 'ground rotator',
  17: 'small vehicle',
  18: 'low slow flyer',
  126: 'other',
};

export function stateWord(state: number): string {
  return STATES[state] ?? 'unknown';
}

export function classWord(targetClass: number): string {
  return CLASSES[targetClass] ?? 'unknown';
}

export function classWords(): string[] {
  return [...Object.values(CLASSES), 'unknown'];
}

/** Below this, who is who is a guess. */
const HARDLY = 0.5;

/** How sure a track is of being the vehicle that it was. */
export function sameVehicleWords(probability: number): string {
  if (Number.isNaN(probability)) return '–';
  const share = `${Math.round(100 * probability)}\u2009%`;
  return probability < HARDLY ? `${share}: one of several here` : `${share} as ten minutes ago`;
}
